/** An observer of commits that can hold back their next step of a kind, or make it fail. */
import type { CommitObserver, CommitStep } from '../../src/ledger/commit-observer.js';

export class HeldStep implements CommitObserver {
  #held: {
    readonly step: CommitStep;
    readonly reach: () => void;
    readonly go: Promise<void>;
  } | null = null;

  /** @returns `reached`: resolves when the step is next; `release`: lets it begin, or fail. */
  hold(step: CommitStep): { reached: Promise<void>; release: (failure?: Error) => void } {
    let release!: (failure?: Error) => void;
    const go = new Promise<void>((resolve, reject) => {
      release = (failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      };
    });
    const reached = new Promise<void>((reach) => (this.#held = { step, reach, go }));
    return { reached, release };
  }

  async before(step: CommitStep): Promise<void> {
    const held = this.#held;
    if (held?.step !== step) return;
    this.#held = null;
    held.reach();
    await held.go;
  }

  after(): void {
    // Nothing: what is held, is held before.
  }
}
