/**
 * What other members say that they have of a log, held against what is here: whoever writes might show each of them another
 * history. What cannot be compared yet waits until there is more here; of each member the newest alone.
 */
import type { NodeId } from '../protocol/term.js';
import type { LogAnnouncement } from '../replica/announcement.js';
import { ReplicaError } from '../replica/replica-error.js';
import type { Tail } from '../replica/tail.js';

export interface ComparingParts {
  readonly tail: Pick<Tail, 'compare'>;
  /** What a member has said last; undefined where that is not kept any more. */
  readonly heard: (node: NodeId) => LogAnnouncement | undefined;
  /** Of this node's own disk. */
  readonly onFailure: (cause: unknown) => void;
}

export class Comparing {
  readonly #parts: ComparingParts;
  readonly #waiting = new Set<NodeId>();
  readonly #underWay = new Set<NodeId>();

  constructor(parts: ComparingParts) {
    this.#parts = parts;
  }

  /** It has said something. */
  hear(from: NodeId): void {
    this.#waiting.add(from);
    void this.#compare(from);
  }

  /** There is more here now. */
  again(): void {
    for (const node of this.#waiting) void this.#compare(node);
  }

  /** One of a member at a time: however much it says, it costs no more. */
  async #compare(node: NodeId): Promise<void> {
    if (this.#underWay.has(node)) return;
    const announcement = this.#parts.heard(node);
    if (announcement === undefined) {
      this.#waiting.delete(node);
      return;
    }
    this.#underWay.add(node);
    const isDone = await this.#isDone(announcement);
    this.#underWay.delete(node);
    const isNewest = this.#parts.heard(node) === announcement;
    if (isDone && isNewest) this.#waiting.delete(node);
    if (!isNewest) void this.#compare(node);
  }

  async #isDone(announcement: LogAnnouncement): Promise<boolean> {
    try {
      return await this.#parts.tail.compare(announcement);
    } catch (cause) {
      // By none of the keys of the log that are known here it says nothing.
      if (!(cause instanceof ReplicaError)) this.#parts.onFailure(cause);
      return true;
    }
  }
}
