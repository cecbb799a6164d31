/** A disk: what was written is there after a crash for certain only once it was synced. */
import { commonLength } from '../protocol/log-end.js';
import type { Remembered } from '../protocol/member-state.js';
import { NO_TERM } from '../protocol/term.js';
import type { Choice } from './choice.js';
import { cut, EMPTY_SIM_LOG, endOf, type SimLog } from './sim-log.js';

export interface Snapshot {
  readonly remembered: Remembered;
  readonly log: SimLog;
}

/** Of a node that has never taken part in anything. */
export const NEW_DISK: Snapshot = {
  remembered: { promised: NO_TERM, memory: 'whole' },
  log: EMPTY_SIM_LOG,
};

export class SimDisk {
  remembered: Remembered;
  /** Synced. */
  #log: SimLog;
  #written: SimLog;
  #before: SimLog;

  constructor({ remembered, log }: Snapshot) {
    this.remembered = remembered;
    this.#log = log;
    this.#written = log;
    this.#before = log;
  }

  get log(): SimLog {
    return this.#log;
  }

  /** Before the last sync: what was being said while it ran speaks of this. */
  get before(): SimLog {
    return this.#before;
  }

  /** As the page cache has it. */
  get written(): SimLog {
    return this.#written;
  }

  write(log: SimLog): void {
    this.#written = log;
  }

  sync(): void {
    this.#before = this.#log;
    this.#log = this.#written;
  }

  /** Of what was not synced, some may be there nevertheless: first what was cut off, then what was added. */
  crash(choice: Choice): void {
    if (isKnowledge(this.#written)) {
      // A small file, which is in place of the one before or is not.
      if (choice.chance(0.5)) this.#log = this.#written;
    } else if (this.#written !== this.#log) {
      const kept = commonLength(endOf(this.#log), endOf(this.#written));
      const left = choice.between(kept, this.#written.blocks.length);
      if (choice.chance(0.7)) this.#log = cut(this.#written, left);
    }
    this.#written = this.#log;
  }

  snapshot(): Snapshot {
    return { remembered: this.remembered, log: this.#log };
  }
}

function isKnowledge({ blocks, view }: SimLog): boolean {
  return blocks.length < view.end.length;
}
