/**
 * Makes durable what a RocksDB has written: Hypercore never syncs, and offers no way to. The files of
 * RocksDB's own log are synced, and the directory once there is a new one; what is in none of them any more
 * is in tables, which RocksDB syncs before it removes the log (docs/decisions/0043-replicas.md).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../base/system-error.js';
import { type DurableFileSystem, durableFileSystem } from '../keys/durable-file.js';
import { LedgerError } from './ledger-error.js';

export class WalSync {
  readonly #directory: string;
  readonly #files: DurableFileSystem;
  /** Files whose names are durable. */
  readonly #known = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #failure: LedgerError | null = null;

  /** @param directory of RocksDB. */
  constructor(directory: string, files: DurableFileSystem = durableFileSystem) {
    this.#directory = directory;
    this.#files = files;
  }

  /**
   * What had been written when this was called is on disk when it returns. Those who ask while one is under way share
   * the one behind it: that one may have begun before their writes.
   *
   * @throws LedgerError LEDGER_FAILED, then and ever after: the kernel may call pages clean that it lost.
   */
  sync(): Promise<void> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<void> {
    await Promise.allSettled([this.#running]);
    this.#next = null;
    this.#running = this.#syncAll();
    return this.#running;
  }

  async #syncAll(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      const names = (await readdir(this.#directory)).filter((name) => LOG_FILE.test(name));
      // A crash from here on leaves what RocksDB finds whole up to some row, and nothing that anyone was told of.
      for (const name of names) await this.#syncOne(name);
      if (names.some((name) => !this.#known.has(name)))
        await this.#files.syncDirectory(this.#directory);
      this.#known.clear();
      for (const name of names) this.#known.add(name);
    } catch (cause) {
      this.#failure = new LedgerError('LEDGER_FAILED', 'replicas could not be synced to disk', {
        cause,
      });
      throw this.#failure;
    }
  }

  async #syncOne(name: string): Promise<void> {
    try {
      await this.#files.sync(join(this.#directory, name));
    } catch (cause) {
      // Removed since it was listed: what was in it is in a table.
      if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    }
  }
}

const LOG_FILE = /^\d+\.log$/;
