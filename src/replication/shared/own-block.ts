/**
 * Blocks that a member writes on the very end of its tail, where the store may not have come yet: the one that begins a
 * term, and the one that makes a ledger a shared one. They hold one entry, and nothing sealed.
 */
import type { LeafIndex, UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { digestToHex, hexDigest } from '../../base/hex-digest.js';
import type { RandomSource } from '../../base/random.js';
import type { LogKeys as OwnLogKeys, NoteKey } from '../../keys/key-store.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import { hypercoreDiscoveryKey, segmentsOfKeys } from '../../ledger/replica-log.js';
import { sealBlock } from '../../records/block.js';
import { formatStatement, type Position, type Statement } from '../../records/statement.js';
import { formatCheckpoint } from '../../tlog/checkpoint.js';
import { appendLeaves, rootHash } from '../../tlog/compact-range.js';
import { type ElectionVote, signElection } from '../../tlog/election.js';
import { type HandoverTerms, signHandover } from '../../tlog/handover.js';
import { formatLogBinding } from '../../tlog/log-binding.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../../tlog/note-key.js';
import {
  formatSignedNote,
  noteSigner,
  noteVerifier,
  parseSignedNote,
  signNote,
  verifyNote,
} from '../../tlog/signed-note.js';
import type { Term } from '../protocol/term.js';
import type { SignedHead } from '../replica/known-log.js';
import type { OwnBlock, TailPlace } from '../replica/tail.js';

export interface OwnBlockParts {
  readonly origin: string;
  readonly place: TailPlace;
  /** Of the tenant, 32 bytes. */
  readonly blockKey: Uint8Array;
  readonly random: RandomSource;
  readonly now: UnixMillis;
  /** Of the log with one more block. */
  readonly treeHashWith: (block: Uint8Array) => Promise<Uint8Array>;
}

/**
 * @param keys all of the log, the last of them this node's. @param own the private half of the last.
 * @param statementAt what the entry says, but for its place.
 */
export async function ownBlock(
  { origin, place, blockKey, random, now, treeHashWith }: OwnBlockParts,
  keys: readonly LogKeys[],
  own: OwnLogKeys,
  statementAt: (position: Position) => Statement,
): Promise<OwnBlock> {
  const { walk, coreKey } = place;
  const index = walk.tree.size as number as LeafIndex;
  const recordedAt = Math.max(now, walk.recordedAt) as UnixMillis;
  const statement = formatStatement(statementAt({ index, recordedAt }));
  const entries = [{ statement, idempotency: null, sealedParts: [] }];
  const bundle = { firstIndex: index, vaultRows: [], entries };
  const block = sealBlock(bundle, blockKey, { coreKey, blockNumber: walk.length }, random);
  const tree = appendLeaves(walk.tree, [leafHash(statement)]);
  const segment = segmentsOfKeys(keys).at(-1);
  if (segment === undefined) throw new Error('a log without keys');
  const binding = formatLogBinding({
    discoveryKey: hypercoreDiscoveryKey(segment),
    fork: 0,
    length: walk.length + 1,
    treeHash: await treeHashWith(block),
  });
  const head = { origin, size: tree.size, rootHash: rootHash(tree), extensions: [binding] };
  const signer = noteSigner(verifierKeyOf(origin, own.note), own.note.sign);
  return { block, note: signNote(formatCheckpoint(head), signer), corePair: own.core };
}

/** The keys of a log that this node was elected to write, and the entry that says so. */
export function electedKeys(
  origin: string,
  { head, keys, treeHash, walk }: TailPlace,
  own: OwnLogKeys,
  { node, number }: Term,
  votes: readonly ElectionVote[],
  receipt: NoteKey,
): {
  readonly keys: readonly LogKeys[];
  readonly statementAt: (position: Position) => Statement;
} {
  const last = keys.at(-1);
  const group = walk.keeping?.groups.at(-1)?.statement;
  if (last === undefined) throw new Error('a log without keys');
  if (group === undefined) throw new Error('nobody is elected before a group is');
  const terms: HandoverTerms = {
    new: formatVerifierKey(verifierKeyOf(origin, own.note)),
    old: last.verifierKey,
    rootHash: digestToHex(rootHash(walk.tree)),
    size: walk.tree.size,
  };
  const signatures = [signHandover(origin, terms, terms.new, own.note.sign)];
  const term = { node: hexDigest(node), number };
  const checkpoint = head === null ? undefined : noteOfOldKey(head, last.verifierKey);
  const chosen = {
    ...term,
    ...(checkpoint !== undefined && { checkpoint }),
    group: group.index,
    votes,
  };
  const election = signElection(origin, terms, chosen, receipt.sign);
  const { rootHash: root, size } = terms;
  const end = { length: walk.length, rootHash: root, size, treeHash: toHex(treeHash) };
  return {
    keys: [
      ...keys.slice(0, -1),
      { ...last, ended: { ...end, signatures, election } },
      { corePublicKey: toHex(own.core.publicKey), verifierKey: terms.new, ended: null },
    ],
    statementAt: (position) => ({
      kind: 'handover',
      ...position,
      ...terms,
      signatures,
      election,
    }),
  };
}

/** With its signature alone; undefined where an older key signed the newest head: the old one has signed nothing that is here. */
function noteOfOldKey({ key, note }: SignedHead, old: string): string | undefined {
  if (formatVerifierKey(key) !== old) return undefined;
  const signed = parseSignedNote(note);
  const signatures = verifyNote(signed, noteVerifier(key)).slice(0, 1);
  return formatSignedNote({ text: signed.text, signatures });
}

function verifierKeyOf(origin: string, { publicKey }: NoteKey) {
  return verifierKey(origin, ED25519_NOTE, publicKey);
}
