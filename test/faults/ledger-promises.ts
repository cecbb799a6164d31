/**
 * What clients were told of one ledger, held against its whole log as it is served: the statements, the
 * tree that they make, the checkpoints that were shown, the receipts, the node's own proofs.
 */
import type { LeafIndex, Sha256Digest } from '../../src/base/brand.js';
import { equalBytes, fromHex, sha256Digest, toHex } from '../../src/base/bytes.js';
import type { Receipt } from '../../src/queries/receipt.js';
import { type Checkpoint, verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { verifyConsistency } from '../../src/tlog/consistency-proof.js';
import { decodeEntryBundle } from '../../src/tlog/entry-bundle.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { type NoteVerifier, noteVerifier } from '../../src/tlog/signed-note.js';
import { entryBundlePath } from '../../src/tlog/tile-path.js';
import { TILE_WIDTH, tileWidth } from '../../src/tlog/tile.js';
import { WholeTree } from '../support/whole-tree.js';
import { ask, call, type NodeAddress } from './node-calls.js';
import type { NodeMemory, Told } from './node-memory.js';

export interface ProofDepth {
  /** Checkpoints that each record is proved against: evenly of those shown, first and last among them. */
  readonly checkpointsPerRecord: number;
  /** Inclusion proofs asked of the node itself, evenly over the records of a ledger. At least 2. */
  readonly askedProofs: number;
}

interface Log {
  readonly path: string;
  readonly verifier: NoteVerifier;
  readonly now: Checkpoint;
  readonly tree: WholeTree;
  /** By index: what the record said, as the node opens it. */
  readonly said: ReadonlyMap<number, string>;
}

export async function brokenLedger(
  node: NodeAddress,
  memory: NodeMemory,
  ledger: string,
  { checkpointsPerRecord, askedProofs }: ProofDepth,
): Promise<string[]> {
  const told = memory.told.filter((one) => one.ledger === ledger);
  const log = await read(node, `/ledgers/${ledger}`, memory.verifierKeys.get(ledger) ?? '');
  const notes = [...(memory.checkpoints.get(ledger) ?? [])];
  const shown = notes
    .map((note) => verifyCheckpoint(note, log.verifier))
    .sort((a, b) => a.size - b.size);
  const problems = [
    ...shown.flatMap((one) => brokenCheckpoint(log, one)),
    ...told.flatMap((one) => brokenReceipt(log, one)),
    ...doubled(log, memory, ledger),
  ];
  // A proof would only say once more what is wrong already.
  if (problems.length > 0) return problems.map((problem) => `${ledger}: ${problem}`);
  for (const { receipt } of told)
    problems.push(...brokenInclusions(log, receipt, someOf(shown, receipt, checkpointsPerRecord)));
  problems.push(...(await brokenAnswers(node, log, shown, evenly(told, askedProofs))));
  return problems.map((problem) => `${ledger}: ${problem}`);
}

/** @throws Error if the log is not served whole, or is not the one of its checkpoint. */
async function read(node: NodeAddress, path: string, verifierKey: string): Promise<Log> {
  const verifier = noteVerifier(parseVerifierKey(verifierKey));
  const now = verifyCheckpoint(await text(node, `${path}/checkpoint`), verifier);
  const leaves = [];
  for (let index = 0; index * TILE_WIDTH < now.size; index++) {
    const width = tileWidth(0, index, now.size);
    const response = await call(node, `${path}/${entryBundlePath({ index, width })}`);
    const bundle = new Uint8Array(await response.arrayBuffer());
    leaves.push(...decodeEntryBundle(bundle, width).map(leafHash));
  }
  const tree = new WholeTree(leaves);
  if (!equalBytes(tree.rootAt(now.size), now.rootHash))
    throw new Error(`${path}: the statements make another tree than the checkpoint says`);
  const said = new Map<number, string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await ask(node, `${path}/records?limit=1000${cursor}`);
    for (const { index, payload } of page.items) said.set(index, JSON.stringify(payload));
    cursor = page.cursor === null ? null : `&cursor=${encodeURIComponent(page.cursor)}`;
  }
  return { path, verifier, now, tree, said };
}

interface Page {
  readonly items: readonly { index: number; payload?: unknown }[];
  readonly cursor: string | null;
}

async function text(node: NodeAddress, path: string): Promise<string> {
  return (await call(node, path)).text();
}

function brokenCheckpoint({ now, tree }: Log, { size, rootHash }: Checkpoint): string[] {
  if (size > now.size) return [`a checkpoint of ${size} was shown, now it is ${now.size}`];
  if (equalBytes(tree.rootAt(size), rootHash)) return [];
  return [`the checkpoint of ${size} that was shown is of another tree`];
}

function brokenReceipt({ verifier, now, tree, said }: Log, { receipt, wish }: Told): string[] {
  const index = receipt.index as LeafIndex;
  const name = `entry ${index}`;
  if (index >= now.size) return [`${name} is lost`];
  if (toHex(tree.leaf(index)) !== receipt.leafHash) return [`${name} is another`];
  const { size, rootHash } = verifyCheckpoint(receipt.checkpoint, verifier);
  const proof = receipt.inclusionProof.map((hash) => sha256Digest(fromHex(hash)));
  const problems: string[] = [];
  if (!verifyInclusion({ leafHash: tree.leaf(index), index, size, rootHash, proof }))
    problems.push(`${name}: the receipt proves nothing`);
  if (wish !== null && said.get(index) !== JSON.stringify(wish.record.payload))
    problems.push(`${name} says something else`);
  return problems;
}

/** What carried an idempotency key is there once at most, whether it was answered or not. */
function doubled({ said }: Log, { keyed }: NodeMemory, ledger: string): string[] {
  const times = new Map<string, number>();
  for (const payload of said.values()) times.set(payload, (times.get(payload) ?? 0) + 1);
  return keyed
    .filter((wish) => wish.ledger === ledger)
    .filter(({ record }) => (times.get(JSON.stringify(record.payload)) ?? 0) > 1)
    .map(({ idempotencyKey }) => `${idempotencyKey ?? ''} is there twice`);
}

/** The first that holds an entry, the last, and as many between, evenly. */
function someOf(shown: readonly Checkpoint[], { index }: Receipt, most: number): Checkpoint[] {
  return evenly(
    shown.filter(({ size }) => size > index),
    most,
  );
}

/** First and last among them. */
function evenly<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, at) =>
    Math.round((at * (all.length - 1)) / (most - 1)),
  ).flatMap((place) => all.slice(place, place + 1));
}

function brokenInclusions({ tree }: Log, receipt: Receipt, shown: readonly Checkpoint[]): string[] {
  const index = receipt.index as LeafIndex;
  const hash = sha256Digest(fromHex(receipt.leafHash));
  return shown
    .filter(({ size, rootHash }) => {
      const proof = tree.inclusionProof(index, size);
      return !verifyInclusion({ leafHash: hash, index, size, rootHash, proof });
    })
    .map(({ size }) => `entry ${index} is not in the tree of ${size} that was shown`);
}

/** The node's own proofs: from each checkpoint shown to the next, and of some entries in some of them. */
async function brokenAnswers(
  node: NodeAddress,
  { path, now }: Log,
  shown: readonly Checkpoint[],
  told: readonly Told[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const [at, { size: from, rootHash: fromRoot }] of shown.entries()) {
    const { size: to, rootHash: toRoot } = shown[at + 1] ?? now;
    const proof = await proofAt(node, `${path}/proofs/consistency?from=${from}&to=${to}`);
    if (!verifyConsistency({ from, to, fromRoot, toRoot, proof }))
      problems.push(`the node does not prove that ${to} goes on from ${from}`);
  }
  for (const [at, { receipt }] of told.entries()) {
    const index = receipt.index as LeafIndex;
    const holding = shown.filter((one) => one.size > index);
    const { size, rootHash } = holding[(at * 7) % holding.length] ?? now;
    const proof = await proofAt(node, `${path}/proofs/inclusion?index=${index}&size=${size}`);
    const hash = sha256Digest(fromHex(receipt.leafHash));
    if (!verifyInclusion({ leafHash: hash, index, size, rootHash, proof }))
      problems.push(`the node does not prove entry ${index} in the tree of ${size}`);
  }
  return problems;
}

async function proofAt(node: NodeAddress, path: string): Promise<Sha256Digest[]> {
  const { proof } = await ask<{ proof: string[] }>(node, path);
  return proof.map((hash) => sha256Digest(fromHex(hash)));
}
