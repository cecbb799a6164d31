/** Talks to a node over HTTP. Whatever goes wrong becomes one line that says what to do. */
import type { IncomingMessage } from 'node:http';
import { utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import type { Secret } from '../base/secret.js';
import { systemErrorCode } from '../base/system-error.js';
import { CliError, RefusedByNode } from './cli-error.js';
import { type BodyStream, type ClientTls, openHttp, readAnswer } from './http-exchange.js';
import { oneLine } from './terminal.js';

export interface NodeClientOptions {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  /** An API key or an access token. */
  readonly key?: Secret;
  readonly tls?: ClientTls;
  /** Id of the inspection that everything is asked under. */
  readonly inspection?: string;
  /** For the whole answer to arrive. */
  readonly timeoutMillis: number;
}

export interface NodeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the node's URL, its parts encoded: `/v1/keys`. */
  readonly path: string;
  readonly body?: JsonValue;
  /** 1–255 visible ASCII characters. */
  readonly idempotencyKey?: string;
  /** The ETag of what is to be replaced. */
  readonly ifMatch?: string;
}

export interface NodeClient {
  /** The JSON of a 2xx answer. @throws CliError. */
  request(request: NodeRequest): Promise<JsonValue>;
  /** Posts bytes, and gives the JSON of a 2xx answer. @throws CliError. */
  postBytes(path: string, type: string, bytes: Uint8Array): Promise<JsonValue>;
  /** What the headers of a 2xx answer say; the answer itself is read, and let go. @throws CliError. */
  headers(path: string): Promise<Headers>;
  /** The bytes of a 2xx answer, as they came. @throws CliError. */
  download(path: string): Promise<Uint8Array>;
  /**
   * As `download`, of any length, while it arrives; the time-out is for each part.
   * @param accept what the headers say; if it throws, nothing is downloaded. @throws CliError.
   */
  open<T>(
    path: string,
    accept: (headers: Headers) => T,
    headers?: Readonly<Record<string, string>>,
  ): Promise<NodeDownload<T>>;
  /** Sends content of any length; the time-out is for each part of it, and then for the answer. @throws CliError; what `bytes` throws. */
  send(request: NodeSending): Promise<NodeSent>;
  /**
   * Posts NDJSON and gives the answer to each line, in order. The whole of both is held in memory: for
   * thousands of lines, not millions. @throws CliError.
   */
  postLines(path: string, lines: Uint8Array): Promise<JsonValue[]>;
}

export interface NodeSending {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'HEAD' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Made anew where it is sent a second time. */
  readonly body?: () => BodyStream;
}

export interface NodeSent {
  readonly headers: Headers;
  /** Null of an answer without a body. */
  readonly json: JsonValue | null;
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
    const answer = await wholeOf(base, await send(base, request, options, signal), signal);
    if (!isGood(answer)) throw refusal(answer.status, parseAnswer(base, answer));
    return answer;
  };
  return {
    request: async ({ method, path, body, ...conditions }) => {
      const content =
        body === undefined ? {} : { type: 'application/json', body: JSON.stringify(body) };
      return parseAnswer(base, await exchange({ method, path, ...content, ...conditions }));
    },
    postBytes: async (path, type, body) =>
      parseAnswer(base, await exchange({ method: 'POST', path, type, body })),
    headers: async (path) => (await exchange({ method: 'GET', path })).headers,
    download: async (path) => (await exchange({ method: 'GET', path })).bytes,
    open: async (path, accept, headers = {}) => {
      const late = new IdleTimer(options.timeoutMillis);
      try {
        const request = { method: 'GET', path, headers } as const;
        const response = await send(base, request, options, late.signal);
        const status = response.statusCode ?? 0;
        if (isGood({ status }))
          return { said: accept(headersOf(response)), chunks: chunksOf(base, response, late) };
        throw refusal(status, parseAnswer(base, await wholeOf(base, response, late.signal)));
      } catch (cause) {
        late.abort();
        throw cause;
      }
    },
    send: async ({ method, path, headers, body }) => {
      const late = new IdleTimer(options.timeoutMillis);
      try {
        const stream = body?.();
        const request = {
          ...{ method, path, headers },
          ...(stream && { body: { ...stream, bytes: timed(stream.bytes, late) } }),
        };
        const answer = await wholeOf(
          base,
          await send(base, request, options, late.signal),
          late.signal,
        );
        const json = answer.bytes.length === 0 ? null : parseAnswer(base, answer);
        if (!isGood(answer)) throw refusal(answer.status, json);
        return { headers: answer.headers, json };
      } finally {
        late.stop();
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
  readonly method: NodeRequest['method'] | 'HEAD';
  readonly path: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | BodyStream;
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

async function send(
  base: URL,
  { method, path, type, body, idempotencyKey, ifMatch, headers: more = {} }: HttpRequest,
  { key, tls = {}, inspection }: NodeClientOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = {
    ...more,
    accept: type ?? 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key.reveal()}` }),
    ...(type !== undefined && { 'content-type': type }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    ...(inspection !== undefined && { 'chirograph-inspection': inspection }),
  };
  const request = { method, headers, tls, signal, ...(body !== undefined && { body }) };
  try {
    return await openHttp(new URL(`.${path}`, base), request);
  } catch (cause) {
    // What was to be sent could not be read.
    if (cause instanceof CliError) throw cause;
    throw unreachableNode(base, cause, signal);
  }
}

/** The whole answer, whatever its status. */
async function wholeOf(base: URL, response: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  const status = response.statusCode ?? 0;
  let bytes: Uint8Array | null;
  try {
    bytes = await readAnswer(response, MAX_ANSWER_BYTES);
  } catch (cause) {
    throw unreachableNode(base, cause, signal);
  }
  if (bytes === null) throw unusable(base, status);
  return { status, headers: headersOf(response), bytes };
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

function isGood({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status <= 299;
}

function headersOf({ headers }: IncomingMessage): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) all.set(name, String(value));
  return all;
}

/** Each part that is taken is a sign of life. */
async function* timed(
  bytes: AsyncIterable<Uint8Array>,
  late: IdleTimer,
): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    late.again();
    yield part;
  }
  late.again();
}

async function* chunksOf(
  base: URL,
  response: IncomingMessage,
  late: IdleTimer,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of response as AsyncIterable<Buffer>) {
      late.again();
      yield bytes;
    }
  } catch (cause) {
    throw unreachableNode(base, cause, late.signal);
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

function unreachableNode(base: URL, cause: unknown, signal: AbortSignal): CliError {
  const reason = signal.aborted ? 'it does not answer in time' : connectionFailure(cause);
  return new CliError('CLI_NODE_UNREACHABLE', `no node at ${base.origin}: ${reason}`, { cause });
}

/** What somebody can do something about; the rest is "cannot connect". */
function connectionFailure(cause: unknown): string {
  const code = systemErrorCode(cause) ?? '';
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate is expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is of another host';
  if (UNTRUSTED.has(code)) return 'its certificate is of no authority known here: see --cacert';
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return 'it speaks no TLS that goes with ours';
  return 'cannot connect';
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function unusable(base: URL, status: number, cause?: unknown): CliError {
  return new CliError(
    'CLI_ANSWER_UNUSABLE',
    `what answers at ${base.origin} (with status ${status}) is no Chirograph node of this version`,
    { cause },
  );
}

/** `LEDGER_UNKNOWN: There is no such ledger (detail)`, from a problem of RFC 9457. */
function refusal(status: number, value: JsonValue | null): CliError {
  const problem = value !== null && isJsonObject(value) ? value : {};
  const member = (name: string): string => {
    const text = problem[name];
    return typeof text === 'string' ? oneLine(text).slice(0, 300) : '';
  };
  const [code, title, detail] = [member('code'), member('title'), member('detail')];
  if (code === '') return new RefusedByNode('', `the node refused with status ${status}`);
  return new RefusedByNode(code, `${code}: ${title}${detail === '' ? '' : ` (${detail})`}`);
}
