/** Chunks that one peer asks for, given one after the other: what is under way for it is bounded, whatever it asks. */
import type { ChunkMessage } from './chunk-message.js';

/** Four times what a node of ours has under way. */
const MAX_UNANSWERED = 256;
/** Reads of the disk at once, for one peer. */
const READING = 4;

export interface AnsweringOptions {
  /** The chunk; null where it is not here, or not for the peer. */
  readonly find: (origin: string, address: Uint8Array) => Promise<Uint8Array | null>;
  /** @returns whether it was said. */
  readonly send: (message: ChunkMessage) => boolean;
  readonly onGiven: (bytes: number) => void;
  readonly onFailure: (cause: unknown) => void;
}

interface Question {
  readonly origin: string;
  readonly address: Uint8Array;
}

export class Answering {
  readonly #options: AnsweringOptions;
  readonly #waiting: Question[] = [];
  #reading = 0;
  #isClosed = false;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /** @returns false where the peer wants more at once than any node of ours does. */
  take(origin: string, addresses: readonly Uint8Array[]): boolean {
    if (this.#waiting.length + this.#reading + addresses.length > MAX_UNANSWERED) return false;
    this.#waiting.push(...addresses.map((address) => ({ origin, address })));
    while (this.#reading < READING && this.#waiting.length > 0) void this.#work();
    return true;
  }

  /** With the link. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
  }

  async #work(): Promise<void> {
    this.#reading++;
    for (
      let next = this.#waiting.shift();
      next !== undefined && !this.#isClosed;
      next = this.#waiting.shift()
    )
      await this.#answer(next);
    this.#reading--;
  }

  async #answer({ origin, address }: Question): Promise<void> {
    const { find, send, onGiven, onFailure } = this.#options;
    let block: Uint8Array | null = null;
    try {
      block = await find(origin, address);
    } catch (cause) {
      // The peer asks somebody else; here it is told of.
      onFailure(cause);
    }
    if (this.#isClosed) return;
    if (block === null) send({ kind: 'none', address });
    else if (send({ kind: 'chunk', address, block })) onGiven(block.length);
  }
}
