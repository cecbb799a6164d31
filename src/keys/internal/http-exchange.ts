/**
 * One request and its answer over node:http, to addresses that have been judged already. Written on that
 * and not on `fetch`, which looks names up by itself: what is judged and what is connected to would be two
 * answers of a resolver that a stranger may run.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { OutboundError, OutboundStatusError } from '../outbound-error.js';
import type { OutboundRequest, OutboundResponse } from '../outbound-message.js';

export interface ExchangeRequest extends Omit<OutboundRequest, 'url' | 'signal'> {
  readonly url: URL;
  /** Of the host, at least one; the connection is made to one of them and to no other. */
  readonly addresses: readonly string[];
  /** Ends the exchange; whoever aborts it says why. */
  readonly signal: AbortSignal;
}

export interface ExchangeLimits {
  readonly idleMillis: number;
  readonly tlsAuthorities?: string;
}

const MAX_HEADER_BYTES = 16 * 1024;

/** @throws OutboundError; whatever else once the signal is aborted. */
export async function exchange(
  request: ExchangeRequest,
  limits: ExchangeLimits,
): Promise<OutboundResponse> {
  const outgoing = open(request, limits);
  // Stays for as long as the request does: one that fails after its answer has begun says so here.
  let failure: unknown;
  outgoing.on('error', (error) => (failure ??= error));
  outgoing.on('timeout', () => {
    outgoing.destroy(
      new OutboundError('OUTBOUND_TIMEOUT', 'the host stopped answering: try again later'),
    );
  });
  try {
    outgoing.end(request.body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return await read(incoming, request);
  } catch (cause) {
    const reason = failure ?? cause;
    if (cause instanceof OutboundError) throw cause;
    if (reason instanceof OutboundError) throw reason;
    throw new OutboundError(
      'OUTBOUND_UNREACHABLE',
      'the host cannot be reached, or broke off: see the cause, and try again later',
      { cause: reason },
    );
  } finally {
    outgoing.destroy();
  }
}

function open(
  request: ExchangeRequest,
  { idleMillis, tlsAuthorities }: ExchangeLimits,
): ClientRequest {
  const { url, method, body, headers = {}, accepts, addresses, signal } = request;
  const options = {
    method,
    headers: {
      accept: accepts.join(', '),
      'accept-encoding': 'identity',
      'user-agent': 'chirograph',
      ...(body !== undefined && { 'content-length': String(body.length) }),
      ...headers,
    },
    // A connection of its own: none that is kept could be one to an address judged under another rule,
    // and no agent that somebody has given a proxy.
    agent: false,
    lookup: lookupAmong(addresses),
    signal,
    timeout: idleMillis,
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
  };
  if (url.protocol === 'http:') return requestByHttp(url, options);
  return requestByHttps(url, {
    ...options,
    // Said, because NODE_TLS_REJECT_UNAUTHORIZED=0 would be heard otherwise.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(tlsAuthorities !== undefined && { ca: tlsAuthorities }),
  });
}

/** In place of the resolver: whatever is asked, these are the addresses. */
function lookupAmong(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all: wantsAll }, callback) => {
    const [first = { address: '', family: 0 }] = all;
    if (wantsAll === true) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

async function read(
  incoming: IncomingMessage,
  request: ExchangeRequest,
): Promise<OutboundResponse> {
  const { headers } = incoming;
  const status = answered(incoming.statusCode ?? 0, request);
  const etag = headers.etag ?? null;
  const lastModified = headers['last-modified'] ?? null;
  if (status === 304) return { status, etag, lastModified, body: new Uint8Array() };
  if (!isAccepted(headers, status === 200 ? request.accepts : null))
    throw new OutboundError(
      'OUTBOUND_MEDIA_TYPE',
      'the host answers with something else than was asked for: check the address',
    );
  if (Number(headers['content-length'] ?? 0) > request.maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > request.maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return { status, etag, lastModified, body: new Uint8Array(Buffer.concat(chunks, length)) };
}

function answered(status: number, { headers = {}, passes = [] }: ExchangeRequest): number {
  const isConditional = 'if-none-match' in headers || 'if-modified-since' in headers;
  if (status === 200 || (status === 304 && isConditional)) return status;
  if (status >= 400 && passes.includes(status)) return status;
  if (status >= 300 && status < 400)
    throw new OutboundError(
      'OUTBOUND_REDIRECTED',
      'the host points elsewhere, which is not followed: name the place it points to',
    );
  throw new OutboundStatusError(status);
}

/**
 * RFC 9110 §8.3: what has no type may be taken for application/octet-stream.
 * @param accepts null: any.
 */
function isAccepted(
  { 'content-type': type, 'content-encoding': encoding }: IncomingMessage['headers'],
  accepts: readonly string[] | null,
): boolean {
  const [essence = ''] = (type ?? 'application/octet-stream').split(';');
  const isPlain = encoding === undefined || encoding.toLowerCase() === 'identity';
  return isPlain && (accepts?.includes(essence.trim().toLowerCase()) ?? true);
}

function tooLarge(): OutboundError {
  return new OutboundError(
    'OUTBOUND_TOO_LARGE',
    'the answer is larger than is read: check the address, or raise the setting',
  );
}
