/**
 * The writer of a log, made by hand so that it can do what no node of ours does: real Hypercores, real seals, real
 * signatures, and nothing that keeps it from cutting, forking and lying.
 */
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import type { LeafIndex, UnixMillis } from '../../../src/base/brand.js';
import { toHex } from '../../../src/base/bytes.js';
import type { HexDigest } from '../../../src/base/hex-digest.js';
import { RandomPool } from '../../../src/base/random.js';
import { keyPairOf } from '../../../src/keys/key-pair.js';
import type { LogKeys } from '../../../src/ledger/log-reader.js';
import { sealBlock } from '../../../src/records/block.js';
import { formatStatement, type Statement } from '../../../src/records/statement.js';
import type { LogAnnouncement } from '../../../src/replication/replica/announcement.js';
import type { PinnedLog } from '../../../src/replication/replica/known-log.js';
import { formatCheckpoint } from '../../../src/tlog/checkpoint.js';
import {
  appendLeaves,
  type CompactRange,
  EMPTY_RANGE,
  rootHash,
} from '../../../src/tlog/compact-range.js';
import { ed25519Key } from '../../../src/tlog/ed25519.js';
import { CORE_NAMESPACE, formatLogBinding } from '../../../src/tlog/log-binding.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../../../src/tlog/note-key.js';
import { noteSigner, signNote } from '../../../src/tlog/signed-note.js';

export const ORIGIN = 'log.example/acme/kyc';
export const BLOCK_KEY = new Uint8Array(32).fill(9);
export const START = Date.UTC(2026, 10, 23, 12) as UnixMillis;

export const corePair = keyPairOf(new Uint8Array(32).fill(1));
export const logKey = ed25519Key(new Uint8Array(32).fill(2));
const recovery = ed25519Key(new Uint8Array(32).fill(3));
const KEY = verifierKey(ORIGIN, ED25519_NOTE, logKey.publicKey);
const RECOVERY = verifierKey('log.example/acme', ED25519_NOTE, recovery.publicKey);

export const PINNED: PinnedLog = { origin: ORIGIN, firstKey: KEY, recoveryKey: RECOVERY };
export const KEYS: readonly LogKeys[] = [
  { corePublicKey: toHex(corePair.publicKey), verifierKey: formatVerifierKey(KEY), ended: null },
];
export const MANIFEST = {
  version: 1,
  hash: 'blake2b',
  quorum: 1,
  signers: [
    {
      signature: 'ed25519',
      namespace: Buffer.from(CORE_NAMESPACE),
      publicKey: corePair.publicKey,
    },
  ],
} as const;

/** What a head says, where it is not to say what is so. */
export interface HeadLies {
  readonly origin?: string;
  readonly size?: number;
  readonly rootHash?: Uint8Array;
  readonly treeHash?: Uint8Array;
  readonly length?: number;
  readonly fork?: number;
  readonly discoveryKey?: Uint8Array;
}

export class HostileWriter {
  readonly #store: Corestore;
  readonly core: Hypercore;
  /** After each block. */
  readonly #trees: CompactRange[] = [EMPTY_RANGE];

  private constructor(store: Corestore, core: Hypercore) {
    this.#store = store;
    this.core = core;
  }

  static async open(directory: string): Promise<HostileWriter> {
    const store = new Corestore(directory, { allowBackup: true });
    await store.ready();
    const core = store.get({ manifest: MANIFEST });
    await core.ready();
    return new HostileWriter(store, core);
  }

  /** Knows what another has written, whose Hypercore was copied. */
  goOnFrom(other: HostileWriter): void {
    this.#trees.splice(0, Infinity, ...other.#trees);
  }

  /** Waits for what the network brings. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  flush(): Promise<void> {
    return this.#store.storage.db.flush();
  }

  replicateWith(stream: object): void {
    this.core.replicate(stream);
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The next honest block of so many entries; `mark` tells histories apart. */
  async write(entries = 3, mark = 'a'): Promise<void> {
    await this.writeStatements(this.statements(entries, mark));
  }

  statements(entries: number, mark: string): Statement[] {
    return Array.from({ length: entries }, (_, at) => this.statement(this.size + at, mark));
  }

  statement(index: number, mark: string): Statement {
    const position = {
      index: index as LeafIndex,
      recordedAt: (START + index) as UnixMillis,
    };
    if (index === 0)
      return {
        kind: 'ledger',
        ...position,
        origin: ORIGIN,
        recoveryKey: formatVerifierKey(RECOVERY),
        verifierKey: formatVerifierKey(KEY),
      };
    const digest = Buffer.alloc(32, mark).toString('hex') as HexDigest;
    const tags = { author: digest, key: digest, subject: digest };
    return { kind: 'record', ...position, header: digest, payload: digest, tags, type: 't' };
  }

  /** @param at the place that the block is sealed for, if another than its own. */
  async writeStatements(
    statements: readonly Statement[],
    { firstIndex = this.size, at = this.core.length, key = BLOCK_KEY } = {},
  ): Promise<void> {
    const entries = statements.map((statement) => ({
      statement: formatStatement(statement),
      idempotency: null,
      sealedParts: [],
    }));
    const block = sealBlock(
      { firstIndex: firstIndex as LeafIndex, vaultRows: [], entries },
      key,
      { coreKey: this.core.key, blockNumber: at },
      new RandomPool(),
    );
    await this.core.append([block], { keyPair: corePair });
    const leaves = entries.map(({ statement }) => leafHash(statement));
    this.#trees.push(appendLeaves(this.#tree, leaves));
  }

  /** Takes blocks back. @param fork the number that Hypercore is told; its own habit is one more. */
  async cut(length: number, fork = this.core.fork + 1): Promise<void> {
    await this.core.truncate(length, { fork, keyPair: corePair });
    this.#trees.length = length + 1;
  }

  async checkpoint(lies: HeadLies = {}): Promise<string> {
    const binding = formatLogBinding({
      discoveryKey: lies.discoveryKey ?? this.core.discoveryKey,
      fork: lies.fork ?? 0,
      length: lies.length ?? this.core.length,
      treeHash: lies.treeHash ?? (await this.core.treeHash()),
    });
    const text = formatCheckpoint({
      origin: lies.origin ?? ORIGIN,
      size: (lies.size ?? this.size) as never,
      rootHash: (lies.rootHash ?? rootHash(this.#tree)) as never,
      extensions: [binding],
    });
    return signNote(text, noteSigner(KEY, logKey.sign));
  }

  async announcement(lies: HeadLies = {}): Promise<LogAnnouncement> {
    return { origin: ORIGIN, keys: KEYS, checkpoint: await this.checkpoint(lies) };
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  get #tree(): CompactRange {
    return this.#trees.at(-1) ?? EMPTY_RANGE;
  }
}
