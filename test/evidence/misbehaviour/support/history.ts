/** Histories of a log in memory: real tiles, real roots, real signatures, and what a node shows of them. */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../../../src/base/brand.js';
import { utf8 } from '../../../../src/base/bytes.js';
import { sha256 } from '../../../../src/base/hash.js';
import type { LogView } from '../../../../src/evidence/misbehaviour/log-view.js';
import type { LeafInTree } from '../../../../src/evidence/misbehaviour/misbehaviour-file.js';
import { formatCheckpoint } from '../../../../src/tlog/checkpoint.js';
import { formatLogBinding, type LogBinding } from '../../../../src/tlog/log-binding.js';
import { type NoteSigner, noteSigner, signNote } from '../../../../src/tlog/signed-note.js';
import { inclusionProofOf, type ReadTile, rootAt } from '../../../../src/tlog/tile-reader.js';
import { EMPTY_EDGE, extend } from '../../../../src/tlog/tile-tree.js';
import { HASH_BYTES } from '../../../../src/tlog/tile.js';
import { TileStore } from '../../../tlog/tile-store.js';
import { type NamedKey, namedKey } from '../../support/synthetic-keys.js';

export const ORIGIN = 'log.example/000000000000a11a/kyc';
export const LOG_KEY: NamedKey = namedKey(ORIGIN, 'the log');
export const RECOVERY_KEY: NamedKey = namedKey('log.example/000000000000a11a', 'the tenant');

export interface History {
  readonly size: number;
  readonly readTile: ReadTile;
  rootAt(size: number): Sha256Digest;
  /** A signed head of that size, by the log unless another signs. */
  checkpoint(size: number, more?: CheckpointBends): string;
  /** What a node with this history shows at that size. */
  view(size: number, more?: CheckpointBends): LogView;
  /** The leaf at an index, and its path in the tree of that size. */
  leafAt(index: number, size: number): LeafInTree;
  /** A head alone, as in a receipt. */
  headAlone(size: number): LogView;
}

export interface CheckpointBends {
  readonly origin?: string;
  readonly signers?: readonly NoteSigner[];
  readonly extensions?: readonly string[];
  readonly rootHash?: Sha256Digest;
}

export function history(leaves: readonly Sha256Digest[]): History {
  const { store } = treeOf(leaves);
  const rootOf = (size: number): Sha256Digest => rootAt(size as TreeSize, store.read);
  const checkpoint = (size: number, more: CheckpointBends = {}): string =>
    signNote(
      formatCheckpoint({
        origin: more.origin ?? ORIGIN,
        size: size as TreeSize,
        rootHash: more.rootHash ?? rootOf(size),
        extensions: more.extensions ?? [],
      }),
      ...(more.signers ?? [signerOf(LOG_KEY)]),
    );
  return {
    size: leaves.length,
    readTile: store.read,
    rootAt: rootOf,
    checkpoint,
    view: (size, more) => ({
      checkpoint: checkpoint(size, more),
      fetchTile: ({ level, index, width }) =>
        Promise.resolve(store.read(level, index, width).slice(0, width * HASH_BYTES)),
    }),
    leafAt: (index, size) => ({
      inclusion: inclusionProofOf(index as LeafIndex, size as TreeSize, store.read),
      leafHash: leaves[index] ?? sha256(),
    }),
    headAlone: (size) => ({ checkpoint: checkpoint(size), fetchTile: null }),
  };
}

export function signerOf({ key, sign }: NamedKey): NoteSigner {
  return noteSigner(key, sign);
}

/** Leaf hashes number `from` to `to`−1 of a history of that name. */
export function leaves(name: string, from: number, to: number): Sha256Digest[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) =>
    sha256(utf8(`${name} ${from + at}`)),
  );
}

/** Two histories that are one up to `fork`, and then go on for themselves. */
export function split(seed: string, fork: number, one: number, other: number): [History, History] {
  const common = leaves(`${seed} common`, 0, fork);
  return [
    history([...common, ...leaves(`${seed} one`, fork, one)]),
    history([...common, ...leaves(`${seed} other`, fork, other)]),
  ];
}

export function bindingLine(bends: Partial<LogBinding> = {}): string {
  return formatLogBinding({
    discoveryKey: new Uint8Array(32).fill(0xd1),
    fork: 0,
    length: 1,
    treeHash: new Uint8Array(32).fill(0x7e),
    ...bends,
  });
}

function treeOf(hashes: readonly Sha256Digest[]): { store: TileStore } {
  const store = new TileStore();
  store.write(extend(EMPTY_EDGE, hashes).tiles);
  return { store };
}
