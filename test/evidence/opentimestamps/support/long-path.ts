/**
 * An anchored entry whose way into its block is as long as its maker wants, with none of our code: each tree is made
 * from the bottom up, of one path and of siblings that are hashes of nothing. So a million ledgers take no longer
 * to make than one.
 */
import { createHash } from 'node:crypto';
import type { LeafIndex, Sha256Digest, TreeSize } from '../../../../src/base/brand.js';
import { sha256Digest, utf8 } from '../../../../src/base/bytes.js';
import type { StampedEntry } from '../../../../src/evidence/opentimestamps/entry-path.js';
import { mineHeader, payloadScript, transactionBytes } from '../../bitcoin/synthetic-chain.js';
import { derived } from '../../support/synthetic-keys.js';

export interface LongPath {
  readonly index: number;
  /** Entries of the ledger, of which this is one. */
  readonly entries: number;
  /** Of the ledger, 8 bytes: which way its path turns. */
  readonly ledgerHandle: Uint8Array;
  /** Ledgers of the tenant that agree with this one in a first bit more each. */
  readonly ledgerDepth: number;
  readonly tenantDepth: number;
  readonly epochs: number;
  /** In Bitcoin's tree. */
  readonly transactionIndex: number;
  readonly blockDepth: number;
  readonly height: number;
}

export interface MadeEntry extends StampedEntry {
  /** 80 bytes. */
  readonly header: Uint8Array;
}

export function entryOf(path: LongPath): MadeEntry {
  const statement = utf8('{"$v":1,"kind":"record"}');
  const ledger = grownTree(hash(Buffer.of(0), statement), path.index, path.entries);
  const head = Buffer.concat([
    ...[utf8('CGH1'), derived('origin'), u64(path.entries), ledger.root],
    ...[derived('discovery'), u64(0), u64(path.entries), derived('tree hash')],
  ]);
  const salt = derived('salt');
  const logs = grownMap(path.ledgerHandle, hash(salt, head), path.ledgerDepth);
  const tenantHandle = derived('tenant', 8);
  const tenantSalt = derived('tenant salt');
  const tenants = grownMap(tenantHandle, hash(tenantSalt, logs.root), path.tenantDepth);
  const epoch = utf8(
    `{"$v":1,"changes":"${'cd'.repeat(32)}","index":${path.epochs - 1},"kind":"epoch","previous":"${'ab'.repeat(32)}",` +
      `"recordedAt":"2026-11-29T00:00:00.000Z","tenants":"${tenants.root.toString('hex')}"}`,
  );
  const epochs = grownTree(hash(Buffer.of(0), epoch), path.epochs - 1, path.epochs);
  const anchor = transactionBytes({
    inputs: [{ txid: derived('before'), vout: 0 }],
    outputs: [
      { value: 9000n, script: Buffer.from(`0014${'77'.repeat(20)}`, 'hex') },
      { value: 0n, script: payloadScript(path.epochs, epochs.root) },
    ],
  });
  const block = grownBlock(hash(hash(anchor)), path.transactionIndex, path.blockDepth);
  const header = mineHeader({ previous: derived('block before'), merkleRoot: block.root });
  return {
    index: path.index as LeafIndex,
    statement,
    inclusion: ledger.siblings,
    anchor: {
      chain: 'bitcoin:regtest',
      head,
      log: { handle: path.ledgerHandle, salt, proof: logs.proof },
      tenant: {
        handle: tenantHandle,
        root: sha256Digest(logs.root),
        proof: tenants.proof,
        salt: tenantSalt,
      },
      epoch: { statement: epoch, inclusion: epochs.siblings, size: path.epochs as TreeSize },
      transaction: {
        network: 'regtest',
        transaction: anchor,
        index: path.transactionIndex,
        branch: block.siblings,
        coinbase: new Uint8Array(),
        coinbaseBranch: [],
        height: path.height,
        headersFrom: path.height,
        headers: header,
      },
    },
    header,
  };
}

interface Grown {
  readonly root: Buffer;
  readonly siblings: readonly Sha256Digest[];
}

/** RFC 9162 §2.1.3.2, from the leaf up. */
function grownTree(leaf: Buffer, index: number, size: number): Grown {
  const siblings: Sha256Digest[] = [];
  let root = leaf;
  let [node, last] = [index, size - 1];
  while (last > 0) {
    const isRight = node % 2 === 1;
    if (isRight || node < last) {
      const sibling = sha256Digest(derived(`tree ${size} ${siblings.length}`));
      root = isRight ? hash(Buffer.of(1), sibling, root) : hash(Buffer.of(1), root, sibling);
      siblings.push(sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return { root, siblings };
}

function grownMap(
  handle: Uint8Array,
  value: Uint8Array,
  depth: number,
): { readonly root: Buffer; readonly proof: Uint8Array } {
  const key = mapKey(handle);
  const siblings = Array.from({ length: depth }, (_, at) => derived(`map ${depth} ${at}`));
  const root = siblings.reduce<Buffer>(
    (below, sibling, at) => {
      const bit = depth - 1 - at;
      const isOne = ((key[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
      return isOne ? hash(Buffer.of(3), sibling, below) : hash(Buffer.of(3), below, sibling);
    },
    hash(Buffer.of(2), key, value),
  );
  return { root, proof: Buffer.concat([Buffer.of(0, depth >> 8, depth & 255), ...siblings]) };
}

/** Where a handle stands in its map. */
export function mapKey(handle: Uint8Array): Buffer {
  return hash(utf8('chirograph/handle/1\0'), handle);
}

function grownBlock(leaf: Buffer, index: number, depth: number): Grown {
  const siblings = Array.from({ length: depth }, (_, at) => sha256Digest(derived(`block ${at}`)));
  const root = siblings.reduce<Buffer>((below, sibling, at) => {
    const isRight = Math.floor(index / 2 ** at) % 2 === 1;
    return hash(isRight ? hash(sibling, below) : hash(below, sibling));
  }, leaf);
  return { root, siblings };
}

function hash(...parts: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
