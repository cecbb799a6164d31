/** Talks to a node over HTTP. Whatever goes wrong becomes one line that says what to do. */
import { utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { assert, BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import type { Secret } from '../base/secret.js';
import { CliError } from './cli-error.js';
import { oneLine } from './terminal.js';

export interface NodeClientOptions {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  readonly key?: Secret;
  /** For the whole answer to arrive. */
  readonly timeoutMillis: number;
}

export interface NodeRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the node's URL, its parts encoded: `/v1/keys`. */
  readonly path: string;
  readonly body?: JsonValue;
  /** 1–255 visible ASCII characters. */
  readonly idempotencyKey?: string;
}

export interface NodeClient {
  /** The JSON of a 2xx answer. @throws CliError. */
  request(request: NodeRequest): Promise<JsonValue>;
  /** The bytes of a 2xx answer, as they came. @throws CliError. */
  download(path: string): Promise<Uint8Array>;
  /**
   * As `download`, of any length, while it arrives; the time-out is for each part.
   * @param accept what the headers say; if it throws, nothing is downloaded. @throws CliError.
   */
  open<T>(path: string, accept: (headers: Headers) => T): Promise<NodeDownload<T>>;
  /**
   * Posts NDJSON and gives the answer to each line, in order. The whole of both is held in memory: for
   * thousands of lines, not millions. @throws CliError.
   */
  postLines(path: string, lines: Uint8Array): Promise<JsonValue[]>;
}

export interface NodeDownload<T> {
  readonly said: T;
  /** @throws CliError CLI_NODE_UNREACHABLE if it is cut. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export const DEFAULT_TIMEOUT_MILLIS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws CliError CLI_USAGE for a URL that is none. */
export function createNodeClient(options: NodeClientOptions): NodeClient {
  const base = baseUrl(options.url);
  const exchange = async (request: HttpRequest): Promise<Answer> => {
    const signal = AbortSignal.timeout(options.timeoutMillis);
    const response = await send(base, request, options, signal);
    const { status } = response;
    const bytes = await readBounded(base, response);
    if (!response.ok) throw refusal(status, parseAnswer(base, { status, bytes }));
    return { status, bytes };
  };
  return {
    request: async ({ method, path, body, idempotencyKey }) => {
      const content =
        body === undefined ? {} : { type: 'application/json', body: JSON.stringify(body) };
      const key = idempotencyKey === undefined ? {} : { idempotencyKey };
      return parseAnswer(base, await exchange({ method, path, ...content, ...key }));
    },
    download: async (path) => (await exchange({ method: 'GET', path })).bytes,
    open: async (path, accept) => {
      const late = new IdleTimer(options.timeoutMillis);
      try {
        const response = await send(base, { method: 'GET', path }, options, late.signal);
        const { ok, status, headers } = response;
        if (ok) return { said: accept(headers), chunks: chunksOf(base, response, late) };
        const bytes = await readBounded(base, response);
        throw refusal(status, parseAnswer(base, { status, bytes }));
      } catch (cause) {
        late.abort();
        throw cause;
      }
    },
    postLines: async (path, lines) => {
      const answer = await exchange({
        method: 'POST',
        path,
        type: 'application/x-ndjson',
        body: lines,
      });
      return parseLines(base, answer);
    },
  };
}

interface HttpRequest {
  readonly method: NodeRequest['method'];
  readonly path: string;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly idempotencyKey?: string;
}

interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

async function send(
  base: URL,
  { method, path, type, body, idempotencyKey }: HttpRequest,
  { key }: NodeClientOptions,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ accept: type ?? 'application/json' });
  if (key !== undefined) headers.set('authorization', `Bearer ${key.reveal()}`);
  if (type !== undefined) headers.set('content-type', type);
  if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
  try {
    return await fetch(new URL(`.${path}`, base), {
      method,
      headers,
      signal,
      // A redirect would carry the key to another place.
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
    });
  } catch (cause) {
    throw unreachableNode(base, cause);
  }
}

function parseLines(base: URL, answer: Answer): JsonValue[] {
  const lines = textOf(base, answer).split('\n');
  // Each ends with a line feed; without the last one the answer was cut short.
  if (lines.pop() !== '') throw unusable(base, answer.status);
  return lines.map((line) => parseJson(base, answer, line));
}

function parseAnswer(base: URL, answer: Answer): JsonValue {
  return parseJson(base, answer, textOf(base, answer));
}

function textOf(base: URL, { status, bytes }: Answer): string {
  try {
    return utf8ToString(bytes);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw unusable(base, status, cause);
  }
}

function parseJson(base: URL, { status }: Answer, text: string): JsonValue {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw unusable(base, status, cause);
  }
}

async function readBounded(base: URL, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const body: AsyncIterable<unknown> | readonly unknown[] = response.body ?? [];
    for await (const bytes of body) {
      assert(bytes instanceof Uint8Array, 'fetch gives bytes');
      length += bytes.length;
      if (length > MAX_ANSWER_BYTES) throw unusable(base, response.status);
      chunks.push(bytes);
    }
  } catch (cause) {
    throw cause instanceof CliError ? cause : unreachableNode(base, cause);
  }
  return Buffer.concat(chunks, length);
}

async function* chunksOf(
  base: URL,
  response: Response,
  late: IdleTimer,
): AsyncGenerator<Uint8Array> {
  try {
    const body: AsyncIterable<unknown> | readonly unknown[] = response.body ?? [];
    for await (const bytes of body) {
      assert(bytes instanceof Uint8Array, 'fetch gives bytes');
      late.again();
      yield bytes;
    }
  } catch (cause) {
    throw unreachableNode(base, cause);
  } finally {
    late.stop();
  }
}

/** As AbortSignal.timeout, from the last time that something came. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(millis: number) {
    this.#timer = setTimeout(() => {
      this.abort();
    }, millis);
  }

  abort(): void {
    this.stop();
    this.#controller.abort(new DOMException('nothing came', 'TimeoutError'));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  again(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new CliError('CLI_USAGE', '--url must be like http://127.0.0.1:8787');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function unreachableNode(base: URL, cause: unknown): CliError {
  // A DOMException, of which instanceof Error says different things in different realms.
  const isLate =
    typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';
  const reason = isLate ? 'it does not answer in time' : 'cannot connect';
  return new CliError('CLI_NODE_UNREACHABLE', `no node at ${base.origin}: ${reason}`, { cause });
}

function unusable(base: URL, status: number, cause?: unknown): CliError {
  return new CliError(
    'CLI_ANSWER_UNUSABLE',
    `what answers at ${base.origin} (with status ${status}) is no Chirograph node of this version`,
    { cause },
  );
}

/** `LEDGER_UNKNOWN: There is no such ledger (detail)`, from a problem of RFC 9457. */
function refusal(status: number, value: JsonValue): CliError {
  const problem = isJsonObject(value) ? value : {};
  const member = (name: string): string => {
    const text = problem[name];
    return typeof text === 'string' ? oneLine(text).slice(0, 300) : '';
  };
  const [code, title, detail] = [member('code'), member('title'), member('detail')];
  if (code === '') return new CliError('CLI_REFUSED', `the node refused with status ${status}`);
  return new CliError('CLI_REFUSED', `${code}: ${title}${detail === '' ? '' : ` (${detail})`}`);
}
