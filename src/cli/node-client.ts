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
}

export interface NodeClient {
  /** The JSON of a 2xx answer. @throws CliError. */
  request(request: NodeRequest): Promise<JsonValue>;
}

export const DEFAULT_TIMEOUT_MILLIS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws CliError CLI_USAGE for a URL that is none. */
export function createNodeClient(options: NodeClientOptions): NodeClient {
  const base = baseUrl(options.url);
  return {
    request: async (request) => {
      const signal = AbortSignal.timeout(options.timeoutMillis);
      const response = await send(base, request, options, signal);
      const value = await readAnswer(base, response);
      if (!response.ok) throw refusal(response.status, value);
      return value;
    },
  };
}

async function send(
  base: URL,
  { method, path, body }: NodeRequest,
  { key }: NodeClientOptions,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  if (key !== undefined) headers.set('authorization', `Bearer ${key.reveal()}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  try {
    return await fetch(new URL(`.${path}`, base), {
      method,
      headers,
      signal,
      // A redirect would carry the key to another place.
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw unreachableNode(base, cause);
  }
}

async function readAnswer(base: URL, response: Response): Promise<JsonValue> {
  const bytes = await readBounded(base, response);
  try {
    return parseStrictJson(utf8ToString(bytes));
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw unusable(base, response.status, cause);
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
