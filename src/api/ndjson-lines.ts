/**
 * A body of newline-delimited JSON, line by line as it arrives. Each line stands alone: one that is
 * too long is passed over and told of in its place, and the rest goes on.
 */
import { ApiError } from './api-error.js';

export interface NdjsonLimits {
  /** Longest line, without its line feed. */
  readonly maxLineBytes: number;
  /** Most lines handed on together. */
  readonly maxGroupLines: number;
  /** A group that has reached this size is handed on; it exceeds it by one line at most. */
  readonly maxGroupBytes: number;
}

export const NDJSON_GROUP = { maxGroupLines: 512, maxGroupBytes: 256 * 1024 } as const;

export type NdjsonLine =
  /** `bytes` is a view that must not be changed. */
  | { readonly kind: 'line'; readonly number: number; readonly bytes: Uint8Array }
  | { readonly kind: 'too-long'; readonly number: number; readonly maxBytes: number };

/**
 * Groups of whole lines, numbered from 1. A group is handed on when it is full, or when the bytes at
 * hand are used up: a client that waits for its receipt is not kept waiting for more lines. The line
 * after the last line feed counts if it is not empty. A source that throws takes its unfinished
 * line, and every line not handed on, with it.
 */
export async function* ndjsonLines(
  source: AsyncIterable<Uint8Array>,
  limits: NdjsonLimits,
): AsyncGenerator<readonly NdjsonLine[]> {
  const splitter = new LineSplitter(limits.maxLineBytes);
  let group = new Group(limits);
  for await (const chunk of source) {
    for (const line of splitter.split(chunk)) {
      group.add(line);
      if (!group.isFull) continue;
      yield group.lines;
      group = new Group(limits);
    }
    if (group.lines.length === 0) continue;
    yield group.lines;
    group = new Group(limits);
  }
  const last = splitter.end();
  if (last !== null) yield [last];
}

/** What is wrong with a line before it is read, or null. */
export function lineRefusal(line: NdjsonLine): ApiError | null {
  if (line.kind === 'line') return null;
  return new ApiError('LINE_TOO_LONG', `a line here is at most ${line.maxBytes} bytes`);
}

class Group {
  readonly lines: NdjsonLine[] = [];
  readonly #limits: NdjsonLimits;
  #bytes = 0;

  constructor(limits: NdjsonLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return (
      this.lines.length >= this.#limits.maxGroupLines || this.#bytes >= this.#limits.maxGroupBytes
    );
  }

  add(line: NdjsonLine): void {
    this.lines.push(line);
    if (line.kind === 'line') this.#bytes += line.bytes.length;
  }
}

const LINE_FEED = 0x0a;

class LineSplitter {
  readonly #maxBytes: number;
  /** The parts of a line whose end has not come, and their length; none while it is passed over. */
  #parts: Uint8Array[] = [];
  #length = 0;
  #isTooLong = false;
  #number = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *split(chunk: Uint8Array): Generator<NdjsonLine> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      this.#add(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  /** What stood behind the last line feed. */
  end(): NdjsonLine | null {
    return this.#length === 0 && !this.#isTooLong ? null : this.#take();
  }

  #add(part: Uint8Array): void {
    if (part.length === 0 || this.#isTooLong) return;
    this.#length += part.length;
    if (this.#length <= this.#maxBytes) {
      this.#parts.push(part);
      return;
    }
    this.#isTooLong = true;
    this.#parts = [];
  }

  #take(): NdjsonLine {
    const number = ++this.#number;
    const [first, second] = this.#parts;
    const line: NdjsonLine = this.#isTooLong
      ? { kind: 'too-long', number, maxBytes: this.#maxBytes }
      : { kind: 'line', number, bytes: second === undefined ? (first ?? EMPTY) : this.#joined() };
    this.#parts = [];
    this.#length = 0;
    this.#isTooLong = false;
    return line;
  }

  #joined(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }
}

const EMPTY = new Uint8Array(0);
