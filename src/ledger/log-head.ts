/** Where a log stands: its Hypercore and its RFC 6962 tree at one moment (docs/formats/journal.md). */
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import type { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { sha256Digest } from '../base/bytes.js';
import { EMPTY_ROOT } from '../tlog/merkle-hash.js';
import { treeHash } from './internal/hypercore-tree.js';

export interface LogHead {
  /** Number of Hypercore blocks. */
  readonly length: number;
  /** BLAKE2b tree hash of the Hypercore at that length, 32 bytes. */
  readonly treeHash: Uint8Array;
  /** Number of entries. */
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
  /** Recorded time of the last entry; 0 in an empty log. */
  readonly recordedAt: UnixMillis;
}

export const EMPTY_HEAD: LogHead = {
  length: 0,
  treeHash: treeHash([]),
  size: 0 as TreeSize,
  rootHash: EMPTY_ROOT,
  recordedAt: 0 as UnixMillis,
};

export function nextIndex(head: LogHead): LeafIndex {
  return head.size as number as LeafIndex;
}

export function writeHead(writer: ByteWriter, head: LogHead): void {
  writer.u64(head.length);
  writer.bytes(head.treeHash);
  writer.u64(head.size);
  writer.bytes(head.rootHash);
  writer.u64(head.recordedAt);
}

export function readHead(reader: ByteReader): LogHead {
  return {
    length: reader.u64(),
    treeHash: reader.bytes(32),
    size: reader.u64() as TreeSize,
    rootHash: sha256Digest(reader.bytes(32)),
    recordedAt: reader.u64() as UnixMillis,
  };
}
