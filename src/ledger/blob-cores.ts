/**
 * Hypercores of content, apart from the logs: a Corestore of their own, so that gigabytes of files hold up no commit. What
 * blocks mean is for whoever writes them; nothing here is durable before `sync`.
 */
import { join } from 'node:path';
import type Hypercore from 'hypercore';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
} from '../keys/durable-file.js';
import type { KeyPair } from '../keys/key-pair.js';
import { HypercoreStore } from './internal/hypercore-log.js';
import { WalSync } from './wal-sync.js';

export class BlobCores {
  readonly #store: HypercoreStore;
  readonly #wal: WalSync;

  private constructor(store: HypercoreStore, wal: WalSync) {
    this.#store = store;
    this.#wal = wal;
  }

  /** @param directory made if it is not there. @throws LedgerError LEDGER_LOCKED, LEDGER_DAMAGED. */
  static async open(
    directory: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<BlobCores> {
    await makeDirectoryDurably(directory, files);
    const store = await HypercoreStore.open(directory);
    return new BlobCores(store, new WalSync(join(directory, 'db'), files));
  }

  /** @param keys what its blocks are signed by; they name it. @throws LedgerError LEDGER_DAMAGED. */
  async core(keys: KeyPair): Promise<BlobCore> {
    const segment = { publicKey: keys.publicKey, begins: null };
    return new BlobCore(await this.#store.core(segment, { pushOnly: true }), keys);
  }

  /** All that was appended before is on disk when it returns. @throws LedgerError LEDGER_FAILED, then and ever after. */
  sync(): Promise<void> {
    return this.#wal.sync();
  }

  /** Leaves everything flushed. */
  async close(): Promise<void> {
    await this.#store.flush();
    await this.#store.close();
  }
}

export class BlobCore {
  readonly #core: Hypercore;
  readonly #keys: KeyPair;

  constructor(core: Hypercore, keys: KeyPair) {
    this.#core = core;
    this.#keys = keys;
  }

  /** In blocks. */
  get length(): number {
    return this.#core.length;
  }

  /** @returns number of the first of them. */
  async append(blocks: readonly Uint8Array[]): Promise<number> {
    const { length } = await this.#core.append(blocks, { keyPair: this.#keys });
    return length - blocks.length;
  }

  /** Null if it is not there. */
  block(number: number): Promise<Uint8Array | null> {
    return this.#core.get(number, { wait: false });
  }
}
