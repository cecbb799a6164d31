/** Talks to a node over HTTP. Whatever goes wrong becomes one line that says what to do. */
import { utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import type { Secret } from '../base/secret.js';
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';
import { type ClientTls, type ExchangeAnswer, exchangeHttp } from './http-exchange.js';
import { oneLine } from './terminal.js';

export interface NodeClientOptions {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  /** An API key or an access token. */
  readonly key?: Secret;
  readonly tls?: ClientTls;
  /** For the whole answer to arrive. */
  readonly timeoutMillis: number;
}

export interface NodeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
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
   * Posts NDJSON and gives the answer to each line, in order. The whole of both is held in memory: for
   * thousands of lines, not millions. @throws CliError.
   */
  postLines(path: string, lines: Uint8Array): Promise<JsonValue[]>;
}

export const DEFAULT_TIMEOUT_MILLIS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws CliError CLI_USAGE for a URL that is none. */
export function createNodeClient(options: NodeClientOptions): NodeClient {
  const base = baseUrl(options.url);
  const exchange = async (request: HttpRequest): Promise<Answer> => {
    const answer = await send(base, request, options);
    const { status } = answer;
    if (status < 200 || status > 299) throw refusal(status, parseAnswer(base, answer));
    return answer;
  };
  return {
    request: async ({ method, path, body, idempotencyKey }) => {
      const content =
        body === undefined ? {} : { type: 'application/json', body: JSON.stringify(body) };
      const key = idempotencyKey === undefined ? {} : { idempotencyKey };
      return parseAnswer(base, await exchange({ method, path, ...content, ...key }));
    },
    download: async (path) => (await exchange({ method: 'GET', path })).bytes,
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
  { key, tls = {}, timeoutMillis }: NodeClientOptions,
): Promise<Answer> {
  const headers = {
    accept: type ?? 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key.reveal()}` }),
    ...(type !== undefined && { 'content-type': type }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
  const request = {
    method,
    headers,
    tls,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    signal: AbortSignal.timeout(timeoutMillis),
    ...(body !== undefined && { body }),
  };
  let answer: ExchangeAnswer;
  try {
    answer = await exchangeHttp(new URL(`.${path}`, base), request);
  } catch (cause) {
    throw unreachableNode(base, cause, request.signal);
  }
  const { status, bytes } = answer;
  if (bytes === null) throw unusable(base, status);
  return { status, bytes };
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
