/**
 * Requests to an Esplora server, and what their failures mean for a chain. The server is one that the
 * operator names, so it may lie inside; redirects, sizes and times are bounded as for every other host
 * outside (docs/decisions/0024-outbound-requests.md).
 */
import pRetry from 'p-retry';
import type { z } from 'zod';
import { utf8, utf8ToString } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { OutboundError, OutboundStatusError } from '../../keys/outbound-error.js';
import { parseHostRule } from '../../keys/outbound-host.js';
import type { SendOutbound } from '../../keys/outbound-message.js';
import { outbound } from '../../keys/outbound.js';
import { AnchoringError } from '../errors.js';
import { MAX_BLOCK_BYTES } from './raw-block.js';

export interface EsploraOptions {
  /** http or https, without credentials, up to where paths like `/tx` begin. */
  readonly url: string;
  /** For one try of one request, in milliseconds. */
  readonly timeoutMillis: number;
  /** Further tries when the server cannot be reached, or says that it is busy. */
  readonly retries: number;
  /** Pause before the first retry in milliseconds; doubles with each further one. */
  readonly retryMillis: number;
}

/** Answers that are no blocks. */
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_RETRY_MILLIS = 10_000;
const AT_ONCE = 2;
const NOT_FOUND = 404;
const BAD_REQUEST = 400;
const MEDIA_TYPES = ['application/octet-stream', 'text/plain', 'application/json'];

export class EsploraHttp {
  readonly #options: EsploraOptions;
  readonly #send: SendOutbound;

  /** @throws AnchoringError CHAIN_REFUSED for a URL whose host cannot be asked. */
  constructor(options: EsploraOptions) {
    const rule = parseHostRule(new URL(options.url).host, { isInternal: true });
    if (rule === null)
      throw new AnchoringError(
        'CHAIN_REFUSED',
        'the Esplora URL is of a host that cannot be asked',
      );
    this.#options = options;
    this.#send = outbound({
      hosts: [rule],
      timeoutMillis: options.timeoutMillis,
      idleMillis: options.timeoutMillis,
      perHost: AT_ONCE,
    });
  }

  /** @returns undefined where the server does not know it. */
  async text(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path, MAX_TEXT_BYTES);
    if (bytes === undefined) return undefined;
    try {
      return utf8ToString(bytes).trim();
    } catch (cause) {
      if (cause instanceof BaseError) throw unusable('it is no text', cause);
      throw cause;
    }
  }

  async json<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await this.text(path);
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw unusable('it is not JSON', cause);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw unusable('it is not of the documented form', parsed.error);
    return parsed.data;
  }

  async bytes(path: string, maxBytes = MAX_BLOCK_BYTES): Promise<Uint8Array | undefined> {
    try {
      return await this.#ask({ method: 'GET', path, maxBytes });
    } catch (cause) {
      if (cause instanceof OutboundStatusError && cause.status === NOT_FOUND) return undefined;
      throw asChainError(cause);
    }
  }

  /** @returns undefined where the server says no to what was sent. */
  async post(path: string, body: string): Promise<string | undefined> {
    try {
      const request = { method: 'POST', path, maxBytes: MAX_TEXT_BYTES, body: utf8(body) } as const;
      return utf8ToString(await this.#ask(request)).trim();
    } catch (cause) {
      if (cause instanceof OutboundStatusError && cause.status === BAD_REQUEST) return undefined;
      throw asChainError(cause);
    }
  }

  #ask(request: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly maxBytes: number;
    readonly body?: Uint8Array;
  }): Promise<Uint8Array> {
    const { url, retries, retryMillis } = this.#options;
    const { path, ...rest } = request;
    const asked = {
      ...rest,
      url: `${url.replace(/\/+$/, '')}${path}`,
      accepts: MEDIA_TYPES,
      ...(rest.body !== undefined && { headers: { 'content-type': 'text/plain' } }),
    };
    return pRetry(async () => (await this.#send(asked)).body, {
      retries,
      minTimeout: retryMillis,
      maxTimeout: MAX_RETRY_MILLIS,
      shouldRetry: ({ error }) => isWorthAnother(error),
    });
  }
}

export function unusable(reason: string, cause?: unknown): AnchoringError {
  const message = `the Esplora server’s answer is unusable: ${reason}`;
  return new AnchoringError('CHAIN_RESPONSE_INVALID', message, { cause });
}

/** All requests may be repeated. One that took too long is not: the epochs' timer comes again. */
function isWorthAnother(error: unknown): boolean {
  if (error instanceof OutboundStatusError) return isBusy(error.status);
  return error instanceof OutboundError && error.code === 'OUTBOUND_UNREACHABLE';
}

function isBusy(status: number): boolean {
  return status === 429 || status >= 500;
}

function asChainError(cause: unknown): unknown {
  if (!(cause instanceof OutboundError)) return cause;
  if (cause instanceof OutboundStatusError) {
    const { status } = cause;
    if (isBusy(status)) return unavailable(`answers with HTTP status ${status}`, cause);
    if (status === 401 || status === 403) return refused(cause);
    return unusable(`HTTP status ${status}`, cause);
  }
  switch (cause.code) {
    case 'OUTBOUND_TOO_LARGE':
      return unusable('it is larger than any block', cause);
    case 'OUTBOUND_MEDIA_TYPE':
      return unusable('it is of another kind than asked for', cause);
    case 'OUTBOUND_URL_REFUSED':
    case 'OUTBOUND_HOST_REFUSED':
    case 'OUTBOUND_ADDRESS_REFUSED':
    case 'OUTBOUND_REDIRECTED':
      return refused(cause);
    case 'OUTBOUND_TIMEOUT':
      return unavailable('takes too long', cause);
    default:
      return unavailable('cannot be reached', cause);
  }
}

function refused(cause: OutboundError): AnchoringError {
  const message = 'the Esplora server refuses us or points elsewhere: check its URL';
  return new AnchoringError('CHAIN_REFUSED', message, { cause });
}

function unavailable(what: string, cause: unknown): AnchoringError {
  return new AnchoringError('CHAIN_UNAVAILABLE', `the Esplora server ${what}`, { cause });
}
