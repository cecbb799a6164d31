/**
 * What a node adds to its ledgers by itself, in rounds. In a shared ledger it waits for other nodes, which may be away for
 * days: that goes on by itself, and holds up neither the round nor what the next one is for.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger } from './ledger/ledger.js';

/** For the first that is not in time; once nodes are away, they are away for the other ledgers, too. */
const [PATIENCE_MILLIS, AFTERWARDS_MILLIS] = [5_000, 250];

export class QuorumPatience {
  /** Logs, by their number: one act of each at a time. */
  readonly #underWay = new Set<number>();
  #patience = PATIENCE_MILLIS;

  /** A round begins. */
  begin(): void {
    this.#patience = PATIENCE_MILLIS;
  }

  /** Resolves when it is done, or goes on without anybody waiting for it. @param act never rejects. */
  async wait({ isShared, reader }: Ledger, act: () => Promise<void>): Promise<void> {
    const log = reader.number;
    if (!isShared) return act();
    if (this.#underWay.has(log)) return;
    this.#underWay.add(log);
    const waiting = new AbortController();
    const done = act().finally(() => {
      this.#underWay.delete(log);
      waiting.abort();
    });
    const isLate = await Promise.race([
      done.then(() => false),
      delay(this.#patience, true, { signal: waiting.signal }).catch(() => false),
    ]);
    if (isLate) this.#patience = AFTERWARDS_MILLIS;
  }
}
