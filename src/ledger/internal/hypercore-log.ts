/** A log's Hypercores behind a narrow door: nothing else of ours opens a hypercore or a corestore. */
import Corestore, { type Manifest } from 'corestore';
import Hypercore, { type HypercoreProof, type KeyPair } from 'hypercore';
import { MerkleTree } from 'hypercore/lib/merkle-tree.js';
import { CORE_NAMESPACE } from '../../tlog/log-binding.js';
import { GivenCore } from '../given-core.js';
import { damaged, LedgerError } from '../ledger-error.js';
import { orDamaged } from './corruption.js';
import { treeHash, type TreeRoots } from './hypercore-tree.js';
import { isLockHeld } from './lock-held.js';
import type { LogSegment, SegmentStart } from './log-segments.js';

const NOT_AS_WRITTEN = 'the files in `logs` are not what was written';

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

  /**
   * Opens the log that lies in these Hypercores, or begins it. One that was not yet given the tree that it goes on
   * from is given it now.
   *
   * @throws LedgerError LEDGER_DAMAGED.
   */
  async log(segments: readonly LogSegment[]): Promise<HypercoreLog> {
    const cores: OpenSegment[] = [];
    for (const segment of segments) {
      const { begins } = segment;
      // Push only: others are given blocks, and nothing comes in by the way that they go out. A log grows by its journal.
      const core = await this.core(segment, { pushOnly: true });
      const before = cores.at(-1)?.core;
      if (begins !== null && before !== undefined) await takeTree(core, before, begins);
      cores.push({ core, from: begins?.length ?? 0 });
    }
    return new HypercoreLog(cores);
  }

  /** One Hypercore, opened or begun. @throws LedgerError LEDGER_DAMAGED. */
  async core(
    { publicKey, begins }: LogSegment,
    options: { readonly pushOnly: boolean; readonly inflightRange?: readonly [number, number] },
  ): Promise<Hypercore> {
    const manifest = manifestOf(publicKey, begins);
    const core = this.#store.get({ manifest, allowFork: false, ...options });
    await readable(core.ready(), 'a log cannot be opened');
    return core;
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
export function hypercoreKey({ publicKey, begins }: LogSegment): Uint8Array {
  return new Uint8Array(Hypercore.key(manifestOf(publicKey, begins)));
}

/** By which checkpoints name it. */
export function hypercoreDiscoveryKey(segment: LogSegment): Uint8Array {
  return new Uint8Array(Hypercore.discoveryKey(hypercoreKey(segment)));
}

export interface OpenSegment {
  readonly core: Hypercore;
  /** Number of the first block that lies in it. */
  readonly from: number;
}

export class HypercoreLog {
  /** At least one, oldest first. */
  readonly #segments: readonly OpenSegment[];

  constructor(segments: readonly OpenSegment[]) {
    this.#segments = segments;
  }

  /** Of the first Hypercore: names the log in the journal and in the seals of all its blocks, for ever. */
  get key(): Uint8Array {
    return at(this.#segments, 0).core.key;
  }

  /** Of the Hypercore that the head at a length is in. */
  discoveryKeyAt(length: number): Uint8Array {
    return this.#holding(length - 1).core.discoveryKey;
  }

  get length(): number {
    return this.#segments.findLast(({ core }) => core.length > 0)?.core.length ?? 0;
  }

  get fork(): number {
    return Math.max(...this.#segments.map(({ core }) => core.fork));
  }

  /** How many blocks each Hypercore holds, or stands for, where the one after it begins; oldest first. */
  get ends(): readonly { readonly length: number; readonly next: number | null }[] {
    return this.#segments.map(({ core }, n) => ({
      length: core.length,
      next: this.#segments[n + 1]?.from ?? null,
    }));
  }

  /** Its Hypercores, for whoever may have the blocks; oldest first. */
  get cores(): readonly GivenCore[] {
    return this.#segments.map(
      ({ core, from }, n) => new GivenCore(core, from, this.#segments[n + 1]?.from ?? null),
    );
  }

  /**
   * Not durable when it returns: the journal is (docs/formats/journal.md).
   *
   * @param keyPair of the newest Hypercore; null leaves it without a signature, for a log whose key is gone.
   * @throws LedgerError LEDGER_DAMAGED also for blocks that belong where nothing can be written any more.
   */
  async append(blocks: readonly Uint8Array[], keyPair: KeyPair | null): Promise<void> {
    const { core, from } = at(this.#segments, this.#segments.length - 1);
    if (core.length < from)
      throw damaged('blocks are missing of a Hypercore that has been handed over');
    const options = keyPair === null ? ({ writable: true } as const) : { keyPair };
    await orDamaged(core.append(blocks, options), NOT_AS_WRITTEN);
  }

  /** @throws LedgerError LEDGER_DAMAGED if the block is not there. */
  async block(number: number): Promise<Uint8Array> {
    const block = await this.blockIfThere(number);
    if (block === null) throw damaged(`block ${number} of a log is missing`);
    return block;
  }

  async blockIfThere(number: number): Promise<Uint8Array | null> {
    const get = this.#holding(number).core.get(number, { wait: false });
    return readable(get, `block ${number} of a log cannot be read`);
  }

  async treeHash(length: number): Promise<Uint8Array> {
    return treeHash(await this.rootsAt(length));
  }

  /** Of all blocks below a length. */
  async byteLength(length: number): Promise<number> {
    return (await this.rootsAt(length)).reduce((sum, { size }) => sum + size, 0);
  }

  /** The signed head of the Hypercore that holds the block below a length, proven from the roots there on. */
  proofFrom(length: number): Promise<HypercoreProof> {
    const { core } = this.#holding(length - 1);
    return readable(core.proof({ upgrade: { start: 0, length } }), 'a tree cannot be proven');
  }

  /** Whether the nodes are there that make the tree at a length. */
  async hasTree(length: number): Promise<boolean> {
    return this.rootsAt(length).then(
      () => true,
      // Hypercore has no gentler way to say that a node is missing.
      () => false,
    );
  }

  roots(): Promise<TreeRoots> {
    return this.rootsAt(this.length);
  }

  /** Not by `Hypercore.treeHash`, which waits for blocks that lie in the Hypercore before. */
  rootsAt(length: number): Promise<TreeRoots> {
    return rootsOf(this.#holding(length - 1).core, length);
  }

  #holding(blockNumber: number): OpenSegment {
    const found = this.#segments.findLast(({ from }) => from <= Math.max(blockNumber, 0));
    return found ?? at(this.#segments, 0);
  }
}

function at(segments: readonly OpenSegment[], index: number): OpenSegment {
  const segment = segments[index];
  if (segment === undefined) throw new Error('a log without a Hypercore');
  return segment;
}

function rootsOf(core: Hypercore, length: number): Promise<TreeRoots> {
  const roots = MerkleTree.getRoots(core.core.state, length);
  return readable(roots, `the tree of a log at ${length} cannot be read`);
}

/**
 * Gives a new Hypercore the tree that its manifest says it goes on from: the roots alone, for the blocks stay where
 * they are. Hypercore checks them against the manifest. Done again after a crash that took it.
 */
export async function takeTree(
  core: Hypercore,
  before: Hypercore,
  begins: SegmentStart,
): Promise<void> {
  if (core.length > 0 || before.length < begins.length) return;
  const upgrade = {
    start: 0,
    length: begins.length,
    nodes: await rootsOf(before, begins.length),
    additionalNodes: [],
    signature: NO_SIGNATURE,
  };
  const proof = { fork: 0, block: null, hash: null, seek: null, upgrade, manifest: null };
  const isTaken = await readable(
    core.core.verify(proof, null),
    'a log does not go on from the one before',
  );
  if (!isTaken) throw damaged('a Hypercore does not go on from the one before it');
}

/** The manifest vouches for that length, and no signature is asked for. */
const NO_SIGNATURE = new Uint8Array();

/** What RocksDB or Hypercore say of bytes that are not what they wrote, in words of ours. */
async function readable<T>(reading: Promise<T>, what: string): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw damaged(`${what}: its files in \`logs\` are not what was written`, cause);
  }
}

function manifestOf(publicKey: Uint8Array, begins: SegmentStart | null): Manifest {
  const signer = {
    signature: 'ed25519',
    namespace: Buffer.from(CORE_NAMESPACE),
    publicKey,
  } as const;
  const manifest = { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] } as const;
  if (begins === null) return manifest;
  return { ...manifest, prologue: { hash: Buffer.from(begins.treeHash), length: begins.length } };
}
