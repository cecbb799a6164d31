/**
 * One Hypercore of a log, for whoever may have its blocks and cannot read them: given away, and asked what has arrived. What
 * the other side says of itself is its word; nothing here makes it more.
 */
import type Hypercore from 'hypercore';
import type { Peer } from 'hypercore';

/** What a peer says that it has of a Hypercore. */
export interface HeldElsewhere {
  /** Number of the first block of the log's that it has not said to have. */
  readonly held: number;
  /** Blocks under the newest head that it has. */
  readonly length: number;
  /** How often it says that the Hypercore was cut: 0 of ours. */
  readonly fork: number;
}

/** Blocks that one question is about: a power of two, as Hypercore wants it; the answer is a bit for each. */
const ASKED = 32_768;

export class GivenCore {
  readonly #core: Hypercore;
  /** Number of the log's first block that lies in it. */
  readonly from: number;
  /** Of the log's first block behind it, where the log goes on in another Hypercore. */
  readonly #next: number | null;

  constructor(core: Hypercore, from: number, next: number | null) {
    this.#core = core;
    this.from = from;
    this.#next = next;
  }

  /** 32 bytes: whoever has it may have the blocks. */
  get key(): Uint8Array {
    return this.#core.key;
  }

  /** Blocks under the newest head that is here. */
  get length(): number {
    return this.#core.length;
  }

  /** Number of the log's first block behind it: those that it has beyond are none of the log. */
  get end(): number {
    return Math.max(this.from, Math.min(this.#core.length, this.#next ?? Infinity));
  }

  /**
   * Gives the blocks to whoever is at the other end and knows the key, for as long as the stream is open.
   *
   * @param stream a Noise stream, or the Protomux on one.
   */
  giveTo(stream: object): void {
    this.#core.replicate(stream);
  }

  /**
   * Told once somebody shows a head that the log's key has signed and that is of another history. Hypercore closes the log then,
   * and nothing can be written to it in this run. @param listener the same one is told once, however often it is given.
   */
  onConflict(listener: () => void): void {
    if (!this.#core.listeners('conflict').includes(listener)) this.#core.on('conflict', listener);
  }

  /** @param peer by which its stream knows it. @returns null where it has not opened this Hypercore. */
  heldBy(peer: Uint8Array): HeldElsewhere | null {
    const there = this.#peer(peer);
    if (there === undefined) return null;
    const { remoteFork: fork, remoteLength: length } = there;
    return { held: Math.min(firstLacking(there, this.from), length), length, fork };
  }

  /**
   * Asks a peer which blocks it has behind those that it has said to have: of what it was given it says nothing by itself,
   * unless it has all from the first block on, which of a Hypercore that goes on from another one nobody has. The answer is
   * in `heldBy` once it comes.
   */
  askWhatIsHeld(peer: Uint8Array): void {
    const there = this.#peer(peer);
    if (there === undefined) return;
    const lacking = firstLacking(there, this.from);
    if (lacking >= Math.min(this.end, there.remoteLength)) return;
    const range = { start: lacking - (lacking % ASKED), length: ASKED, any: false };
    there.wireWant.send(range);
    // A range that is still wanted is not answered again.
    there.wireUnwant.send(range);
  }

  #peer(key: Uint8Array): Peer | undefined {
    return this.#core.peers.find(
      ({ remotePublicKey }) =>
        remotePublicKey !== null && Buffer.compare(remotePublicKey, key) === 0,
    );
  }
}

function firstLacking({ remoteBitfield, remoteContiguousLength }: Peer, from: number): number {
  const after = Math.max(from, remoteContiguousLength);
  const found = remoteBitfield.findFirst(false, after);
  return found === -1 ? after : found;
}
