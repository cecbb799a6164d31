/** Takes a stream of bytes apart: lines of bounded length, and runs of bytes, whatever pieces they come in. */

/** The stream ended before what was asked for. */
export class FeedEnded extends Error {}
/** A line is longer than it may be, or ends in a line feed alone where that is not allowed. */
export class FeedMalformed extends Error {}

const CR = 0x0d;
const LF = 0x0a;

export class ByteFeed {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** As Latin-1, without its end: CRLF, or LF alone. @throws FeedEnded, FeedMalformed. */
  async line(maxBytes: number): Promise<string> {
    let line = '';
    for (;;) {
      const end = this.#rest.indexOf(LF);
      const taken = end === -1 ? this.#rest.length : end;
      if (line.length + taken > maxBytes + 1) throw new FeedMalformed();
      line += Buffer.from(this.#rest.subarray(0, taken)).toString('latin1');
      this.#rest = this.#rest.subarray(end === -1 ? taken : taken + 1);
      if (end !== -1) return line.endsWith('\r') ? line.slice(0, -1) : line;
      if (!(await this.#more())) throw new FeedEnded();
    }
  }

  /** So many bytes, in the pieces in which they come. @throws FeedEnded. */
  async *take(length: number): AsyncGenerator<Uint8Array, void> {
    let left = length;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new FeedEnded();
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** CRLF and nothing else. @throws FeedEnded, FeedMalformed. */
  async lineEnd(): Promise<void> {
    for (const expected of [CR, LF])
      for await (const [byte] of this.take(1)) if (byte !== expected) throw new FeedMalformed();
  }

  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }
}
