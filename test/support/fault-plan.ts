/**
 * Makes one durable step of a store fail, once: the n-th of its kind, before it happens, after it, or,
 * where it writes, in the middle. Everything else is the real file system.
 */
import { basename } from 'node:path';
import { type DurableFileSystem, durableFileSystem } from '../../src/keys/durable-file.js';
import type { CommitObserver } from '../../src/ledger/commit-observer.js';
import {
  type JournalFile,
  type JournalFiles,
  openJournalFiles,
} from '../../src/ledger/journal-files.js';

export type When = 'before' | 'torn' | 'after';

export interface PlannedFault {
  /** As in `FaultPlan.steps`. */
  readonly step: string;
  /** Which of its kind, from 0. */
  readonly nth: number;
  readonly when: When;
}

/** What was asked for between two counts of `FaultPlan.steps`, each before it, after it and, where it writes, in the middle. */
export function faultsBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): PlannedFault[] {
  return [...after].flatMap(([step, count]) => {
    const first = before.get(step) ?? 0;
    const isWritten = /: (?:write|append|overwrite)\b/.test(step);
    const moments: readonly When[] = isWritten ? ['before', 'torn', 'after'] : ['before', 'after'];
    return Array.from({ length: count - first }, (_, more) => first + more).flatMap((nth) =>
      moments.map((when) => ({ step, nth, when })),
    );
  });
}

export class InjectedFault extends Error {}

export interface FaultManner {
  /** As the system would name it, such as `EIO`; none unless given. */
  readonly code?: string;
  /** Whether every step after it fails too, as after a power cut. */
  readonly isForGood?: boolean;
}

export class FaultPlan {
  readonly #fault: PlannedFault | null;
  readonly #manner: FaultManner;
  /** How often each kind of step was asked for. */
  readonly steps = new Map<string, number>();
  /** Each that was asked for, in order. */
  readonly trace: string[] = [];
  hasStruck = false;

  constructor(fault: PlannedFault | null, manner: FaultManner = {}) {
    this.#fault = fault;
    this.#manner = manner;
  }

  get observer(): CommitObserver {
    return {
      before: (step) => this.#step(`commit: before ${step}`),
      after: (step) => this.#step(`commit: after ${step}`),
    };
  }

  openJournalFiles = async (directory: string): Promise<JournalFiles> => {
    const files = await openJournalFiles(directory);
    return {
      list: () => files.list(),
      read: (name) => files.read(name),
      create: async (name) => {
        let file: JournalFile | undefined;
        try {
          await this.#step('journal: create', async () => {
            file = await files.create(name);
          });
        } catch (cause) {
          await file?.close();
          throw cause;
        }
        if (file === undefined) throw new InjectedFault();
        return this.#journalFile(file);
      },
      remove: (name) => this.#step('journal: remove', () => files.remove(name)),
      syncDirectory: () => this.#step('journal: syncDirectory', () => files.syncDirectory()),
    };
  };

  /** @param name of what lies there, in the names of steps. */
  durableFiles(name: string): DurableFileSystem {
    const at = (step: string, path: string) => `${name}: ${step} ${kindOf(path)}`;
    const files = durableFileSystem;
    return {
      write: (path, bytes, mode) =>
        this.#step(
          at('write', path),
          () => files.write(path, bytes, mode),
          () => files.write(path, half(bytes), mode),
        ),
      append: (path, bytes) =>
        this.#step(
          at('append', path),
          () => files.append(path, bytes),
          () => files.append(path, half(bytes)),
        ),
      overwrite: (path, bytes) =>
        this.#step(
          at('overwrite', path),
          () => files.overwrite(path, bytes),
          () => files.overwrite(path, half(bytes)),
        ),
      truncate: (path, length) =>
        this.#step(at('truncate', path), () => files.truncate(path, length)),
      sync: (path) => this.#step(at('sync', path), () => files.sync(path)),
      rename: (from, to) => this.#step(at('rename', to), () => files.rename(from, to)),
      unlink: (path) => this.#step(at('unlink', path), () => files.unlink(path)),
      syncDirectory: (path) =>
        this.#step(at('syncDirectory', path), () => files.syncDirectory(path)),
    };
  }

  #journalFile(file: JournalFile): JournalFile {
    return {
      append: (bytes) =>
        this.#step(
          'journal: append',
          () => file.append(bytes),
          () => file.append(half(bytes)),
        ),
      datasync: () => this.#step('journal: datasync', () => file.datasync()),
      close: () => this.#step('journal: close', () => file.close()),
    };
  }

  async #step(
    step: string,
    whole: () => Promise<void> = () => Promise.resolve(),
    torn: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const nth = this.steps.get(step) ?? 0;
    this.steps.set(step, nth + 1);
    this.trace.push(step);
    if (this.hasStruck && this.#manner.isForGood === true) throw this.#failure(step);
    const when = this.#fault?.step === step && this.#fault.nth === nth ? this.#fault.when : null;
    if (when === null) return whole();
    this.hasStruck = true;
    if (when === 'torn') await torn();
    // A file that stays open would be closed by the garbage collector, at some later test.
    if (when === 'after' || step === 'journal: close') await whole();
    throw this.#failure(step);
  }

  #failure(step: string): InjectedFault {
    const { code } = this.#manner;
    return Object.assign(new InjectedFault(`injected: ${step}`), code !== undefined && { code });
  }
}

/** One file system out of several: which, the path says. */
export function filesByPlace(of: (path: string) => DurableFileSystem): DurableFileSystem {
  return {
    write: (path, bytes, mode) => of(path).write(path, bytes, mode),
    append: (path, bytes) => of(path).append(path, bytes),
    overwrite: (path, bytes) => of(path).overwrite(path, bytes),
    truncate: (path, length) => of(path).truncate(path, length),
    sync: (path) => of(path).sync(path),
    rename: (from, to) => of(to).rename(from, to),
    unlink: (path) => of(path).unlink(path),
    syncDirectory: (path) => of(path).syncDirectory(path),
  };
}

/** Names without the handles in them, which are random. */
function kindOf(path: string): string {
  const name = basename(path).replace(/[0-9a-f]{16,}/, '*');
  return name.startsWith('chirograph-') ? 'root' : name;
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1);
}
