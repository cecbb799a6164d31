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
import { orDamaged } from './internal/corruption.js';
import { HypercoreStore } from './internal/hypercore-log.js';
import { damaged } from './ledger-error.js';
import { WalSync } from './wal-sync.js';

/** One Hypercore of content, for a copy of it: as it is at one moment, on disk up to its length. */
export interface TakenContent {
  /** 32 hex digits, for ever the same. */
  readonly id: string;
  /** Handles. */
  readonly tenant: string;
  readonly ledger: string;
  /** In blocks. */
  readonly length: number;
  /** Null of one that is not there, or cannot be read. */
  readonly block: (number: number) => Promise<Uint8Array | null>;
}

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
    const appending = this.#core.append(blocks, { keyPair: this.#keys });
    const { length } = await orDamaged(appending, 'files/blobs is not what was written');
    return length - blocks.length;
  }

  /** Null if it is not there. @throws LedgerError LEDGER_DAMAGED if what is there cannot be read. */
  async block(number: number): Promise<Uint8Array | null> {
    try {
      return await this.#core.get(number, { wait: false });
    } catch (cause) {
      throw damaged(`block ${number} of files/blobs cannot be read`, cause);
    }
  }
}
