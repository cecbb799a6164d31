/**
 * Requests to the node that served the page, with the key of who uses it. The key is in this object and
 * nowhere else: not in storage, not in an address, not in the page. It ends with the object.
 */
import { type Problem, ProblemError, problemOfAnswer } from './problem.js';

export interface ApiClientParts {
  readonly fetch: typeof globalThis.fetch;
  /** Rejects when the signal is aborted. */
  readonly sleep: (millis: number, signal: AbortSignal) => Promise<void>;
  /** `''`: whoever the browser's client certificate says. */
  readonly key: string;
  /** Told when a request waits because the node asked for it. */
  readonly onWait: (seconds: number) => void;
}

export interface Download {
  readonly blob: Blob;
  /** As the node names the file, where it does. */
  readonly name: string | null;
}

/** A node that asks for more time than that is told of, and not waited for. */
const MAX_WAIT_SECONDS = 15;
const MAX_ATTEMPTS = 3;
/** Visible ASCII: another text cannot stand in the header, and no key has one. */
const KEY = /^[\x21-\x7e]{0,8192}$/;

export function isPossibleKey(key: string): boolean {
  return KEY.test(key);
}

export class ApiClient {
  readonly #parts: ApiClientParts;
  /** Under which everything is read; null: none. */
  inspection: string | null = null;

  /** @param parts whose key `isPossibleKey`. */
  constructor(parts: ApiClientParts) {
    this.#parts = parts;
  }

  /** @throws ProblemError; TypeError where the network fails; the signal's reason. */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    return jsonOf(await this.#send(path, { method: 'GET' }, signal));
  }

  /** Of questions that are too private for an address. @throws as `get`. */
  async post(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const init = { method: 'POST', body: JSON.stringify(body) };
    return jsonOf(await this.#send(path, init, signal));
  }

  /** A file, whole: one that was cut on its way is an error. @throws as `get`. */
  async download(path: string, signal: AbortSignal): Promise<Download> {
    const response = await this.#send(path, { method: 'GET' }, signal);
    return { blob: await response.blob(), name: fileNameOf(response.headers) };
  }

  async #send(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { fetch, sleep, onWait } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      const options: RequestInit & { readonly cache: 'no-store' } = {
        ...init,
        signal,
        headers: this.#headers(init.body !== undefined),
        cache: 'no-store',
        // Nothing of the node leads elsewhere, and the key must not go there.
        redirect: 'error',
      };
      const response = await fetch(path, options);
      if (response.ok) return response;
      const problem = await problemOf(response);
      const wait = problem.retryAfterSeconds;
      const isBusy = problem.status === 503 || problem.status === 429;
      if (!isBusy || wait === null || wait > MAX_WAIT_SECONDS || attempt >= MAX_ATTEMPTS)
        throw new ProblemError(problem);
      onWait(wait);
      await sleep(wait * 1000, signal);
    }
  }

  #headers(hasBody: boolean): Record<string, string> {
    const { key } = this.#parts;
    return {
      ...(key !== '' && { Authorization: `Bearer ${key}` }),
      ...(this.inspection !== null && { 'Chirograph-Inspection': this.inspection }),
      ...(hasBody && { 'Content-Type': 'application/json' }),
    };
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProblemError(problemOfAnswer(response.status, null, null));
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  return problemOfAnswer(response.status, body, secondsOf(response.headers.get('Retry-After')));
}

/** RFC 9110 §10.2.3; the node sends no dates. */
function secondsOf(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : null;
}

/** Of `attachment; filename="kyc-3.csv"`, if it is a plain name. */
function fileNameOf(headers: Headers): string | null {
  const named = /filename="([A-Za-z0-9][A-Za-z0-9._-]{0,199})"/;
  return named.exec(headers.get('Content-Disposition') ?? '')?.[1] ?? null;
}
