/**
 * Drives that are in memory: all that somebody has, and of the others those asked for last, up to a number of changes in
 * them. One that is not kept is read again when it is asked for; whoever has it still goes on with it.
 */
import type { Drive, DriveLocks } from './drive.js';
import { PathLocks } from './path-locks.js';

export class KeptDrives {
  readonly #maxChanges: number;
  /** By handle of the ledger; the one asked for last is the last. */
  readonly #drives = new Map<string, Drive>();
  /** Of all that ever were: two who have the same drive take turns. */
  readonly #locks = new Map<string, DriveLocks>();

  constructor(maxChanges: number) {
    this.#maxChanges = maxChanges;
  }

  /** @param make a drive that is not kept. */
  get(handle: string, make: (locks: DriveLocks) => Drive): Drive {
    const known = this.#drives.get(handle);
    const drive = known ?? make(this.#locksOf(handle));
    this.#drives.delete(handle);
    if (known === undefined) this.#letGo();
    this.#drives.set(handle, drive);
    return drive;
  }

  /** Whether it was a drive when it was asked for. */
  has(handle: string): boolean {
    return this.#locks.has(handle);
  }

  /** Those asked for longest ago, until the changes in the others are few enough. */
  #letGo(): void {
    let changes = 0;
    for (const [handle, { weight }] of [...this.#drives].reverse()) {
      changes += weight;
      if (changes > this.#maxChanges) this.#drives.delete(handle);
    }
  }

  #locksOf(handle: string): DriveLocks {
    let locks = this.#locks.get(handle);
    if (locks === undefined) {
      locks = { paths: new PathLocks(), uploads: new PathLocks() };
      this.#locks.set(handle, locks);
    }
    return locks;
  }
}
