/**
 * NDJSON both ways over one request: one line out for each line in, in order, while more come in.
 * Nothing grows with the body: so many lines are being answered at a time, and reading waits when the
 * client does not read.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AsciiJson, asciiJsonLines } from '../base/ascii-json.js';
import { assert } from '../base/errors.js';
import { ApiError } from './api-error.js';
import { bytesOf } from './body-stream.js';
import { NDJSON_GROUP, type NdjsonLine, ndjsonLines } from './ndjson-lines.js';

export const NDJSON = 'application/x-ndjson';

export interface NdjsonExchangeOptions {
  readonly maxLineBytes: number;
  /** Longest time without a byte in either direction. */
  readonly idleTimeoutMillis: number;
  /**
   * Lines that are being answered at a time, and their bytes, more by one group at most: not a number of groups alone, for a
   * chunk of the body that the network brought is one, and where several nodes must have a block before it is answered, the
   * next one is to be full by then.
   */
  readonly maxLinesInFlight: number;
  readonly maxBytesInFlight: number;
  readonly maxGroupsInFlight: number;
  /**
   * Bytes of answers that wait for the client before reading stops. Some clients read nothing until
   * they have sent everything; up to here they get away with it.
   */
  readonly maxUnreadBytes: number;
}

export const NDJSON_EXCHANGE = {
  maxLinesInFlight: 1_024,
  maxBytesInFlight: 512 * 1024,
  maxGroupsInFlight: 64,
  maxUnreadBytes: 4 * 1024 * 1024,
} as const;

/** The answers to a group of lines, one each and in their order. It does not throw for a bad line. */
export type AnswerLines = (lines: readonly NdjsonLine[]) => Promise<readonly AsciiJson[]>;

/**
 * Ends when both bodies have. An answer begins with the first group's, as 200.
 * @throws what `answer` throws; ApiError REQUEST_TIMEOUT or BODY_INCOMPLETE where the client stands
 * still or goes away. Groups handed to `answer` are then still awaited, later lines never read.
 */
export async function exchangeNdjson(
  request: IncomingMessage,
  response: ServerResponse,
  options: NdjsonExchangeOptions,
  answer: AnswerLines,
): Promise<void> {
  const { maxLineBytes } = options;
  const groups = ndjsonLines(bytesOf(request, options.idleTimeoutMillis), {
    ...NDJSON_GROUP,
    maxLineBytes,
  });
  const inFlight = new InFlight(options);
  let last: Promise<void> = Promise.resolve();
  try {
    for await (const lines of groups) {
      last = writeAfter(last, answerAll(lines, answer), response, options.maxUnreadBytes);
      await inFlight.add(lines, last);
    }
    await last;
  } finally {
    await inFlight.settled();
  }
  begin(response);
  response.end();
}

/** Groups that are being answered, oldest first. */
class InFlight {
  readonly #options: NdjsonExchangeOptions;
  readonly #groups: { readonly written: Promise<void>; lines: number; bytes: number }[] = [];
  #lines = 0;
  #bytes = 0;

  constructor(options: NdjsonExchangeOptions) {
    this.#options = options;
  }

  /** Resolves when there is room for one more. @throws what came of the oldest. */
  async add(lines: readonly NdjsonLine[], written: Promise<void>): Promise<void> {
    const bytes = lines.reduce((sum, one) => sum + (one.kind === 'line' ? one.bytes.length : 0), 0);
    this.#groups.push({ written, lines: lines.length, bytes });
    this.#lines += lines.length;
    this.#bytes += bytes;
    while (this.#isFull) {
      const oldest = this.#groups.shift();
      if (oldest === undefined) return;
      this.#lines -= oldest.lines;
      this.#bytes -= oldest.bytes;
      await oldest.written;
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#groups.map(({ written }) => written));
  }

  get #isFull(): boolean {
    const { maxBytesInFlight, maxGroupsInFlight, maxLinesInFlight } = this.#options;
    return (
      this.#groups.length >= maxGroupsInFlight ||
      this.#lines >= maxLinesInFlight ||
      this.#bytes >= maxBytesInFlight
    );
  }
}

async function answerAll(lines: readonly NdjsonLine[], answer: AnswerLines): Promise<Uint8Array> {
  const answers = await answer(lines);
  assert(answers.length === lines.length, 'each line has one answer');
  return asciiJsonLines(answers);
}

/** Rejects with the first failure in order; each later one is chained to it, so none goes unseen. */
async function writeAfter(
  previous: Promise<void>,
  bytes: Promise<Uint8Array>,
  response: ServerResponse,
  maxUnreadBytes: number,
): Promise<void> {
  const [, answers] = await Promise.all([previous, bytes]);
  begin(response);
  response.write(answers);
  if (response.writableLength > maxUnreadBytes) await drained(response);
}

function begin(response: ServerResponse): void {
  if (response.headersSent) return;
  response.statusCode = 200;
  response.setHeader('Content-Type', NDJSON);
  response.setHeader('Cache-Control', 'no-store');
}

async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => {
    gone.abort();
  };
  response.once('close', onClose);
  try {
    if (response.destroyed) gone.abort();
    await once(response, 'drain', { signal: gone.signal });
  } catch (cause) {
    throw new ApiError('BODY_INCOMPLETE', 'the client went away', { cause });
  } finally {
    response.off('close', onClose);
  }
}
