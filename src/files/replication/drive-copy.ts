/**
 * The content of one drive that others keep too, followed entry by entry: what its chunks are missing here is got. How far that
 * has come is remembered once it is on disk; what nobody has is looked for again, less and less often.
 */
import type { Vault } from '../../keys/vault.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LogReader } from '../../ledger/log-reader.js';
import type { ReplicaTimers } from './content-peers.js';
import type { CopiesBook } from './copies-book.js';
import { type LookedAt, referencesIn } from './puts.js';

export interface DriveCopyParts {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly book: CopiesBook;
  readonly timers: ReplicaTimers;
  /** Gets all chunks of an entry. @returns how many were not to be had. */
  readonly gather: (entry: LookedAt) => Promise<number>;
  /** All that was got is on disk when it returns. */
  readonly sync: () => Promise<void>;
  /** Whether there is anybody to get chunks from, and room for them. */
  readonly canGet: () => boolean;
  readonly signal: AbortSignal;
}

/** Entries that are looked at together. */
const TOGETHER = 32;
/** How often is remembered how far it has come, where there is more. */
const REMEMBER_MILLIS = 2_000;
/** Entries that lack something and are known: as many again are not looked for before. */
const MAX_LACKING = 100_000;
/** Before what nobody had is looked for again; doubled each time. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [15_000, 60 * 60_000];

/** Of one log. */
interface Followed {
  readonly reader: LogReader;
  /** Entries that were looked at. */
  size: number;
  /** Below it, those whose content is not all here. */
  readonly lacking: Set<number>;
}

export class DriveCopy {
  readonly #parts: DriveCopyParts;
  readonly #logs = new Map<number, Followed>();
  #rememberedAt = -Infinity;
  #pause = FIRST_PAUSE;
  #againAt = Infinity;

  constructor(parts: DriveCopyParts) {
    this.#parts = parts;
  }

  /** Entries that are not looked at yet. */
  get behind(): number {
    return this.#followed().reduce((sum, { reader, size }) => sum + reader.head.size - size, 0);
  }

  /** Entries whose content nobody has given. */
  get lacking(): number {
    return this.#followed().reduce((sum, { lacking }) => sum + lacking.size, 0);
  }

  get hasWork(): boolean {
    return this.behind > 0 || (this.lacking > 0 && this.#parts.timers.now() >= this.#againAt);
  }

  /** Goes on as far as it can now. @throws what reading the ledger and storing chunks throws. */
  async goOn(): Promise<void> {
    const { signal } = this.#parts;
    for (const followed of this.#followed()) if (!signal.aborted) await this.#follow(followed);
    if (this.lacking > 0 && this.#parts.timers.now() >= this.#againAt) await this.#again();
    await this.#remember(true);
  }

  /** Somebody is there who was not: what nobody had may be had now. */
  someoneCame(): void {
    if (this.lacking === 0) return;
    this.#pause = FIRST_PAUSE;
    this.#againAt = this.#parts.timers.now();
  }

  #followed(): Followed[] {
    const { book, ledger } = this.#parts;
    return ledger.logs.map((reader) => {
      let known = this.#logs.get(reader.number);
      if (known === undefined) {
        const size = book.of(ledger.identity.handle).sizes.get(reader.number) ?? 0;
        known = { reader, size: Math.min(size, reader.head.size), lacking: new Set() };
        this.#logs.set(reader.number, known);
      }
      return known;
    });
  }

  async #follow(followed: Followed): Promise<void> {
    const { signal, vault } = this.#parts;
    const { reader } = followed;
    while (followed.size < reader.head.size && !signal.aborted) {
      const end = Math.min(followed.size + TOGETHER, reader.head.size);
      const batch: LookedAt[] = [];
      for await (const entry of referencesIn(reader, vault, followed.size, end))
        if (entry.references.length > 0) batch.push(entry);
      if (!(await this.#take(followed, batch))) return;
      followed.size = end;
      await this.#remember(false);
    }
  }

  /** @returns false where there is nobody to ask, or no room for more: it goes on from there later. */
  async #take(followed: Followed, batch: readonly LookedAt[]): Promise<boolean> {
    const { canGet, gather, signal } = this.#parts;
    const missing = await Promise.all(batch.map((entry) => gather(entry)));
    if (signal.aborted) return false;
    const lacking = batch.filter((_, n) => (missing[n] ?? 0) > 0);
    if (lacking.length === 0) return true;
    if (!canGet() || followed.lacking.size >= MAX_LACKING) return false;
    for (const { index } of lacking) followed.lacking.add(index);
    this.#againAt = Math.min(this.#againAt, this.#parts.timers.now() + this.#pause);
    return true;
  }

  async #again(): Promise<void> {
    const { gather, signal, timers, vault } = this.#parts;
    for (const { reader, lacking } of this.#followed())
      for (const index of [...lacking])
        for await (const entry of referencesIn(reader, vault, index, index + 1)) {
          if (signal.aborted) return;
          if ((await gather(entry)) === 0) lacking.delete(index);
        }
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    this.#againAt = this.lacking === 0 ? Infinity : timers.now() + this.#pause;
  }

  async #remember(isLast: boolean): Promise<void> {
    const { book, ledger, sync, timers } = this.#parts;
    const { handle } = ledger.identity;
    if (!isLast && timers.now() - this.#rememberedAt < REMEMBER_MILLIS) return;
    const known = book.of(handle);
    const sizes = new Map(
      this.#followed().map(({ reader, size, lacking }) => [
        reader.number,
        [...lacking].reduce((least, index) => Math.min(least, index), size),
      ]),
    );
    if (isSame(known.sizes, sizes)) return;
    this.#rememberedAt = timers.now();
    // Chunks first: a crash up to here has them looked for again, and none counts as here that is on no disk.
    await sync();
    await book.put(handle, sizes);
  }
}

function isSame(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return [...b].every(([log, size]) => (a.get(log) ?? 0) === size);
}
