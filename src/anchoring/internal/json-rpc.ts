/**
 * JSON-RPC over HTTP as Bitcoin nodes speak it: Bitcoin Core answers errors with HTTP 500 or 404 and
 * bcoin with 200, both with the error in the body. Bounded in time and in size; a connection that
 * fails is tried again, which is safe because every call we make may be repeated.
 */
import type { ReadableStream } from 'node:stream/web';
import pRetry from 'p-retry';
import { z } from 'zod';
import { AnchoringError } from '../errors.js';

export interface JsonRpcOptions {
  /** http or https, without credentials. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** For one try of one call, in milliseconds. */
  readonly timeoutMillis: number;
  /** Further tries when the connection fails; not when the node is slow or says no. */
  readonly retries: number;
  /** Pause before the first retry in milliseconds; doubles with each further one. */
  readonly retryMillis: number;
  /** Ends calls under way, at shutdown. */
  readonly signal?: AbortSignal;
}

/** The node understood and says no: `rpcCode` is Bitcoin Core's error number. */
export class RpcRefusal extends Error {
  readonly rpcCode: number;

  constructor(rpcCode: number, message: string) {
    super(message);
    this.name = new.target.name;
    this.rpcCode = rpcCode;
  }
}

/** A block of 4 MB as hex, and what stands around it. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024 + 4096;
const MAX_RETRY_MILLIS = 5_000;
/** Bitcoin Core's number for "still starting". */
const WARMING_UP = -28;
/** What these say has no JSON-RPC body: bad credentials, address not allowed, too many requests. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403]);
const ANSWERS: ReadonlySet<number> = new Set([200, 400, 404, 500]);

const ENVELOPE = z.object({
  // Absent beside an error in JSON-RPC 2.0, null in 1.0.
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
});

export class JsonRpc {
  readonly #options: JsonRpcOptions;
  readonly #authorization: string;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
    const credentials = Buffer.from(`${options.user}:${options.password}`).toString('base64');
    this.#authorization = `Basic ${credentials}`;
  }

  /**
   * Calls `method` and returns the result as `schema` reads it.
   *
   * @throws RpcRefusal; AnchoringError CHAIN_UNAVAILABLE, CHAIN_REFUSED, CHAIN_RESPONSE_INVALID
   */
  async call<T>(method: string, params: readonly unknown[], schema: z.ZodType<T>): Promise<T> {
    const { retries, retryMillis, signal } = this.#options;
    const body = JSON.stringify({ jsonrpc: '1.0', id: method, method, params });
    const text = await pRetry(() => this.#post(body), {
      retries,
      minTimeout: retryMillis,
      maxTimeout: MAX_RETRY_MILLIS,
      ...(signal && { signal }),
      shouldRetry: ({ error }) => error instanceof ConnectionFailed,
    }).catch((error: unknown) => {
      throw error instanceof ConnectionFailed || signal?.aborted === true
        ? unavailable('the Bitcoin node cannot be reached', error)
        : error;
    });
    return readResult(text, schema);
  }

  async #post(body: string): Promise<string> {
    const { url, timeoutMillis, signal } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMillis);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: this.#authorization, 'content-type': 'application/json' },
        body,
        // Credentials are for the configured host alone.
        redirect: 'manual',
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      });
      return await readBody(response);
    } catch (cause) {
      if (cause instanceof AnchoringError) throw cause;
      if (timeout.aborted) throw unavailable('the Bitcoin node takes too long', cause);
      throw new ConnectionFailed('connection failed', { cause });
    }
  }
}

class ConnectionFailed extends Error {}

async function readBody(response: Response): Promise<string> {
  if (!ANSWERS.has(response.status)) {
    await response.body?.cancel();
    if (REFUSALS.has(response.status))
      throw new AnchoringError(
        'CHAIN_REFUSED',
        'the Bitcoin node refuses us: check its user, password and allowed addresses',
      );
    throw unavailable(`the Bitcoin node answers with HTTP status ${response.status}`);
  }
  const body: ReadableStream<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MAX_RESPONSE_BYTES) throw invalid('it is larger than any block');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readResult<T>(text: string, schema: z.ZodType<T>): T {
  const envelope = ENVELOPE.safeParse(parseJson(text));
  if (!envelope.success) throw invalid('it is no JSON-RPC answer', envelope.error);
  const { error, result } = envelope.data;
  if (error?.code === WARMING_UP) throw unavailable('the Bitcoin node is still starting');
  if (error) throw new RpcRefusal(error.code, error.message);
  const parsed = schema.safeParse(result);
  if (!parsed.success) throw invalid('its result is not of the documented form', parsed.error);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
}

function unavailable(message: string, cause?: unknown): AnchoringError {
  return new AnchoringError('CHAIN_UNAVAILABLE', message, { cause });
}

function invalid(reason: string, cause?: unknown): AnchoringError {
  const message = `the Bitcoin node’s answer is unusable: ${reason}`;
  return new AnchoringError('CHAIN_RESPONSE_INVALID', message, { cause });
}
