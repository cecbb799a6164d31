/**
 * What other members say that they have of a log, held against what is here: whoever writes might show each of them another
 * history. What cannot be compared yet waits until there is more here; of each member the newest alone.
 */
import type { NodeId } from '../protocol/term.js';
import type { LogAnnouncement } from '../replica/announcement.js';
import { ReplicaError } from '../replica/replica-error.js';
import type { Tail } from '../replica/tail.js';

export class Comparing {
  readonly #tail: Pick<Tail, 'compare'>;
  readonly #onFailure: (cause: unknown) => void;
  readonly #waiting = new Map<NodeId, LogAnnouncement>();
  readonly #underWay = new Set<NodeId>();

  /** @param onFailure of this node's own disk. */
  constructor(tail: Pick<Tail, 'compare'>, onFailure: (cause: unknown) => void) {
    this.#tail = tail;
    this.#onFailure = onFailure;
  }

  hear(from: NodeId, announcement: LogAnnouncement): void {
    this.#waiting.set(from, announcement);
    void this.#compare(from);
  }

  /** There is more here now. */
  again(): void {
    for (const node of this.#waiting.keys()) void this.#compare(node);
  }

  /** One of a member at a time: however much it says, it costs no more. */
  async #compare(node: NodeId): Promise<void> {
    const announcement = this.#waiting.get(node);
    if (announcement === undefined || this.#underWay.has(node)) return;
    this.#underWay.add(node);
    const isDone = await this.#isDone(announcement);
    this.#underWay.delete(node);
    const isNewest = this.#waiting.get(node) === announcement;
    if (isDone && isNewest) this.#waiting.delete(node);
    if (!isNewest) void this.#compare(node);
  }

  async #isDone(announcement: LogAnnouncement): Promise<boolean> {
    try {
      return await this.#tail.compare(announcement);
    } catch (cause) {
      // By none of the keys of the log that are known here it says nothing.
      if (!(cause instanceof ReplicaError)) this.#onFailure(cause);
      return true;
    }
  }
}
