/**
 * One request and its answer. Not by `fetch`, which in Node takes neither an authority of one's own
 * nor a client certificate.
 */
import { type IncomingMessage, request as httpRequest } from 'node:http';
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
  readonly body?: string | Uint8Array;
  readonly tls: ClientTls;
  readonly signal: AbortSignal;
}

/**
 * The head of the answer, whose body is still to come. Follows no redirect: it would carry the key to
 * another place.
 * @throws what Node throws where there is no connection, or the signal says so.
 */
export function openHttp(url: URL, request: HttpRequest): Promise<IncomingMessage> {
  const { method, headers, body = '', tls, signal } = request;
  const bytes = Buffer.from(body);
  const length = bytes.length === 0 ? {} : { 'content-length': String(bytes.length) };
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
    sent.end(bytes.length === 0 ? undefined : bytes);
  });
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
