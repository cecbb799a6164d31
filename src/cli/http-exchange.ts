/**
 * One request and its answer. Not by `fetch`, which in Node takes neither an authority of one's own
 * nor a client certificate.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

/** PEM. */
export interface ClientTls {
  /** Authorities instead of those that Node comes with. */
  readonly ca?: Uint8Array;
  readonly certificate?: Uint8Array;
  readonly key?: Uint8Array;
}

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | BodyStream;
  readonly tls: ClientTls;
  readonly signal: AbortSignal;
}

/** A body that is made while it is sent. */
export interface BodyStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Null where nobody knows it before. */
  readonly length: number | null;
}

/**
 * The head of the answer, whose body is still to come. Follows no redirect: it would carry the key to
 * another place.
 * @throws what Node throws where there is no connection, or the signal says so.
 */
export function openHttp(url: URL, request: HttpRequest): Promise<IncomingMessage> {
  const { method, headers, body = '', tls, signal } = request;
  const stream = isStream(body) ? body : null;
  const bytes = stream === null ? Buffer.from(body as string | Uint8Array) : null;
  const known = stream?.length ?? bytes?.length ?? 0;
  // An empty stream has a length as well: without one it would be sent in chunks.
  const length = known > 0 || stream?.length === 0 ? { 'content-length': String(known) } : {};
  const options = { method, headers: { ...headers, ...length }, signal, agent: false as const };
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...nodeTls(tls) })
        : httpRequest(url, options);
    let isAnswered = false;
    sent.on('response', (response) => {
      isAnswered = true;
      resolve(response);
    });
    sent.on('error', (error) => {
      // A node may answer, and hang up, before it has read all of the body: its answer says why.
      if (!isAnswered) reject(error);
    });
    if (stream === null) sent.end(known === 0 ? undefined : bytes);
    else
      pour(stream.bytes, sent, () => isAnswered).catch((error: unknown) => {
        // What the source says; of the connection, 'error' above says it.
        if (!isAnswered) reject(error instanceof Error ? error : new Error(String(error)));
      });
  });
}

/** Not by a pipeline: an answer that comes before the end of the body is no failure, but the rest is not wanted then. */
async function pour(
  bytes: AsyncIterable<Uint8Array>,
  sent: ClientRequest,
  isAnswered: () => boolean,
): Promise<void> {
  const over = new AbortController();
  sent.once('close', () => {
    over.abort();
  });
  try {
    for await (const part of bytes) {
      if (over.signal.aborted || isAnswered()) return;
      if (!sent.write(part)) await once(sent, 'drain', { signal: over.signal });
    }
    sent.end();
  } catch (cause) {
    // The connection is gone: 'error', or the answer, says it.
    if (over.signal.aborted) return;
    sent.destroy();
    throw cause;
  }
}

function isStream(body: string | Uint8Array | BodyStream): body is BodyStream {
  return typeof body === 'object' && 'bytes' in body;
}

/**
 * The whole body; null where it is longer than `maxBytes`, and the rest has not been read.
 * @throws what Node throws for an answer that is cut.
 */
export async function readAnswer(
  response: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** As Node names them. */
export function nodeTls({ ca, certificate, key }: ClientTls): SecureContextOptions {
  return {
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca: Buffer.from(ca) }),
    ...(certificate !== undefined && { cert: Buffer.from(certificate) }),
    ...(key !== undefined && { key: Buffer.from(key) }),
  };
}
