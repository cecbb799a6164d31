/** A log as a writer has it, and the same bytes in a Hypercore of one entry a block: what both ways of replication carry. */
import type Corestore from 'corestore';
import type Hypercore from 'hypercore';
import type { LeafIndex, UnixMillis } from '../src/base/brand.js';
import type { HexDigest } from '../src/base/hex-digest.js';
import { randomBytes, RandomPool } from '../src/base/random.js';
import { keyPairOf } from '../src/keys/key-pair.js';
import { sealBlock } from '../src/records/block.js';
import { formatStatement } from '../src/records/statement.js';
import { formatCheckpoint } from '../src/tlog/checkpoint.js';
import {
  appendLeaves,
  type CompactRange,
  EMPTY_RANGE,
  rootHash,
} from '../src/tlog/compact-range.js';
import { ed25519Key } from '../src/tlog/ed25519.js';
import { CORE_NAMESPACE, formatLogBinding } from '../src/tlog/log-binding.js';
import { leafHash } from '../src/tlog/merkle-hash.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../src/tlog/note-key.js';
import { noteSigner, signNote } from '../src/tlog/signed-note.js';

export const PER_BLOCK = 200;
export const ORIGIN = 'bench.example/0000000000000000/kyc';
export const corePair = keyPairOf(new Uint8Array(32).fill(1));
const logKey = ed25519Key(new Uint8Array(32).fill(2));
const recovery = ed25519Key(new Uint8Array(32).fill(3));
export const KEY = verifierKey(ORIGIN, ED25519_NOTE, logKey.publicKey);
export const RECOVERY = verifierKey(
  'bench.example/0000000000000000',
  ED25519_NOTE,
  recovery.publicKey,
);
export const BLOCK_KEY = new Uint8Array(32).fill(9);

export interface WrittenLog {
  readonly core: Hypercore;
  readonly checkpoint: string;
  /** The bytes of each, as they would be alone in a block. */
  readonly entries: readonly Uint8Array[];
  readonly bytes: number;
}

export async function writeLog(store: Corestore, entries: number): Promise<WrittenLog> {
  const core = store.get({ manifest: manifestOf(corePair.publicKey) });
  await core.ready();
  const random = new RandomPool();
  let tree: CompactRange = EMPTY_RANGE;
  const alone: Uint8Array[] = [];
  let bytes = 0;
  for (let first = 0; first < entries; first += PER_BLOCK) {
    const statements = Array.from({ length: PER_BLOCK }, (_, at) => statementAt(first + at));
    const bundle = statements.map((statement) => ({
      statement,
      idempotency: null,
      sealedParts: [randomBytes(random, 300)],
    }));
    const place = { coreKey: core.key, blockNumber: core.length };
    const content = { firstIndex: first as LeafIndex, vaultRows: [], entries: bundle };
    const block = sealBlock(content, BLOCK_KEY, place, random);
    await core.append([block], { keyPair: corePair });
    tree = appendLeaves(tree, statements.map(leafHash));
    bytes += block.length;
    for (const { statement, sealedParts } of bundle)
      alone.push(Buffer.concat([statement, ...sealedParts]));
  }
  const binding = formatLogBinding({
    discoveryKey: core.discoveryKey,
    fork: 0,
    length: core.length,
    treeHash: await core.treeHash(),
  });
  const head = { origin: ORIGIN, size: tree.size, rootHash: rootHash(tree) };
  const text = formatCheckpoint({ ...head, extensions: [binding] });
  return { core, checkpoint: signNote(text, noteSigner(KEY, logKey.sign)), entries: alone, bytes };
}

function statementAt(index: number): Uint8Array {
  const position = {
    index: index as LeafIndex,
    recordedAt: (1_700_000_000_000 + index) as UnixMillis,
  };
  if (index === 0)
    return formatStatement({
      kind: 'ledger',
      ...position,
      origin: ORIGIN,
      recoveryKey: formatVerifierKey(RECOVERY),
      verifierKey: formatVerifierKey(KEY),
    });
  const digest = Buffer.alloc(32, index % 251).toString('hex') as HexDigest;
  const tags = { author: digest, key: digest, subject: digest };
  return formatStatement({
    kind: 'record',
    ...position,
    ...{ header: digest, payload: digest, tags, type: 'bench.Record' },
  });
}

export async function rawLog(store: Corestore, blocks: readonly Uint8Array[]): Promise<Hypercore> {
  const pair = keyPairOf(new Uint8Array(32).fill(4));
  const core = store.get({ manifest: manifestOf(pair.publicKey) });
  await core.ready();
  await core.append(blocks, { keyPair: pair });
  return core;
}

function manifestOf(publicKey: Uint8Array) {
  const signer = {
    signature: 'ed25519',
    namespace: Buffer.from(CORE_NAMESPACE),
    publicKey,
  } as const;
  return { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] } as const;
}
