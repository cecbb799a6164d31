/** One ledger's Hypercore behind a narrow door: nothing else of ours calls hypercore or corestore. */
import Corestore, { type Manifest } from 'corestore';
import Hypercore, { type KeyPair } from 'hypercore';
import { MerkleTree } from 'hypercore/lib/merkle-tree.js';
import { utf8 } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';
import { damaged, LedgerError } from '../ledger-error.js';
import { orDamaged } from './corruption.js';
import type { TreeRoots } from './hypercore-tree.js';
import { isLockHeld } from './lock-held.js';

const NOT_AS_WRITTEN = 'the files in `logs` are not what was written';
/** Keeps our signatures apart from those of any other Hypercore made with the same key. */
const NAMESPACE = sha256(utf8('chirograph/log/1'));

export class HypercoreStore {
  readonly #store: Corestore;

  private constructor(store: Corestore) {
    this.#store = store;
  }

  /** @throws LedgerError LEDGER_LOCKED if another process has it open. */
  static async open(directory: string): Promise<HypercoreStore> {
    // `allowBackup`: a copied directory may open; whether it may write is the mark's to say.
    const store = new Corestore(directory, { allowBackup: true });
    try {
      await store.ready();
    } catch (cause) {
      // A Corestore that did not open closes nothing: its RocksDB, if that did open, would keep its
      // lock for as long as the process lives. If it did not, closing it only says so again.
      await Promise.allSettled([store.storage.close()]);
      throw isLockHeld(cause)
        ? new LedgerError('LEDGER_LOCKED', 'the data directory is in use by another process', {
            cause,
          })
        : damaged('the log store cannot be opened', cause);
    }
    return new HypercoreStore(store);
  }

  /** Opens the log that `publicKey` signs, or begins it. */
  async log(publicKey: Uint8Array): Promise<HypercoreLog> {
    const core = this.#store.get({ manifest: manifestOf(publicKey), allowFork: false });
    await readable(core.ready(), 'a log cannot be opened');
    return new HypercoreLog(core);
  }

  /** Everything appended so far is on disk when this returns. */
  async flush(): Promise<void> {
    await orDamaged(this.#store.storage.db.flush(), NOT_AS_WRITTEN);
  }

  /** Every row that is stored, of all logs, for its checksum. @throws LedgerError LEDGER_DAMAGED. */
  async readThrough(): Promise<void> {
    const rows = this.#store.storage.db.iterator({})[Symbol.asyncIterator]();
    while ((await readable(rows.next(), 'a row of the log store cannot be read')).done !== true);
  }

  async close(): Promise<void> {
    await orDamaged(this.#store.close(), NOT_AS_WRITTEN);
  }
}

/** The key by which a log is known, and may be replicated: never shown to readers. */
export function hypercoreKey(publicKey: Uint8Array): Uint8Array {
  return new Uint8Array(Hypercore.key(manifestOf(publicKey)));
}

export class HypercoreLog {
  readonly #core: Hypercore;

  constructor(core: Hypercore) {
    this.#core = core;
  }

  get key(): Uint8Array {
    return this.#core.key;
  }

  get discoveryKey(): Uint8Array {
    return this.#core.discoveryKey;
  }

  get length(): number {
    return this.#core.length;
  }

  get fork(): number {
    return this.#core.fork;
  }

  /** Not durable when it returns: the journal is (docs/formats/journal.md). */
  async append(blocks: readonly Uint8Array[], keyPair: KeyPair): Promise<void> {
    await orDamaged(this.#core.append(blocks, { keyPair }), NOT_AS_WRITTEN);
  }

  /** @throws LedgerError LEDGER_DAMAGED if the block is not there. */
  async block(number: number): Promise<Uint8Array> {
    const block = await this.blockIfThere(number);
    if (block === null) throw damaged(`block ${number} of a log is missing`);
    return block;
  }

  async blockIfThere(number: number): Promise<Uint8Array | null> {
    const get = this.#core.get(number, { wait: false });
    return readable(get, `block ${number} of a log cannot be read`);
  }

  async treeHash(length: number): Promise<Uint8Array> {
    return readable(this.#core.treeHash(length), `the tree of a log at ${length} cannot be read`);
  }

  /** Whether the nodes are there that make the tree at a length. */
  async hasTree(length: number): Promise<boolean> {
    return this.#core.treeHash(length).then(
      () => true,
      // Hypercore has no gentler way to say that a node is missing.
      () => false,
    );
  }

  async roots(): Promise<TreeRoots> {
    const roots = MerkleTree.getRoots(this.#core.core.state, this.#core.length);
    return readable(roots, 'the tree of a log cannot be read');
  }
}

/** What RocksDB or Hypercore say of bytes that are not what they wrote, in words of ours. */
async function readable<T>(reading: Promise<T>, what: string): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw damaged(`${what}: its files in \`logs\` are not what was written`, cause);
  }
}

function manifestOf(publicKey: Uint8Array): Manifest {
  const signer = { signature: 'ed25519', namespace: Buffer.from(NAMESPACE), publicKey } as const;
  return { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] };
}
