/**
 * The head statement: what an epoch commits to of one log (docs/formats/epoch.md). Of fixed length, so
 * that its hash says nothing but that it is one.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { equalBytes, sha256Digest, utf8 } from '../base/bytes.js';
import { assert, BaseError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { EvidenceError } from './evidence-error.js';

export interface HeadStatement {
  /** SHA-256 of the origin. */
  readonly originHash: Sha256Digest;
  /** Of the RFC 6962 tree. */
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
  /** Of the Hypercore, 32 bytes. */
  readonly discoveryKey: Uint8Array;
  /** Hypercore's fork number. */
  readonly fork: number;
  /** Hypercore's length, in blocks. */
  readonly length: number;
  /** Hypercore's BLAKE2b tree hash at that length, 32 bytes. */
  readonly treeHash: Uint8Array;
}

export const HEAD_STATEMENT_BYTES = 156;

export function originHash(origin: string): Sha256Digest {
  return sha256(utf8(origin));
}

export function formatHeadStatement(head: HeadStatement): Uint8Array {
  assert(head.discoveryKey.length === 32 && head.treeHash.length === 32, '32 bytes each');
  const writer = new ByteWriter(HEAD_STATEMENT_BYTES);
  writer.bytes(MAGIC);
  writer.bytes(head.originHash);
  writer.u64(head.size);
  writer.bytes(head.rootHash);
  writer.bytes(head.discoveryKey);
  writer.u64(head.fork);
  writer.u64(head.length);
  writer.bytes(head.treeHash);
  return writer.finish();
}

/** @throws EvidenceError EVIDENCE_MALFORMED for anything that `formatHeadStatement` would not write. */
export function parseHeadStatement(bytes: Uint8Array): HeadStatement {
  try {
    const reader = new ByteReader(bytes);
    if (!equalBytes(reader.bytes(MAGIC.length), MAGIC)) throw malformed('it begins otherwise');
    const head = {
      originHash: sha256Digest(reader.bytes(32)),
      size: reader.u64() as TreeSize,
      rootHash: sha256Digest(reader.bytes(32)),
      discoveryKey: reader.bytes(32),
      fork: reader.u64(),
      length: reader.u64(),
      treeHash: reader.bytes(32),
    };
    reader.end();
    return head;
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message);
    throw cause;
  }
}

const MAGIC = utf8('CGH1');

function malformed(reason: string): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not a head statement: ${reason}`);
}
