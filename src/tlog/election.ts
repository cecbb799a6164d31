/**
 * That the members of a group have chosen who signs a log from here on (docs/formats/statement.md, `handover`): the votes,
 * each signed by the member that gave it, and the word of the node that was chosen.
 */
import { fromBase64, fromHex, toBase64, utf8 } from '../base/bytes.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { ed25519Verifier, type SignMessage } from './ed25519.js';
import type { HandoverTerms } from './handover.js';
import { ED25519_NOTE, parseVerifierKey } from './note-key.js';
import { noteVerifier, parseSignedNote, verifyNote } from './signed-note.js';
import { TlogError } from './tlog-error.js';

/** A group has no more members. */
export const MAX_VOTES = 31;
/** Of the note of a head. */
export const MAX_HEAD_CHARACTERS = 16_384;
/** Far beyond what anybody counts to, and far from what a number can hold. */
export const MAX_TERM = 2 ** 40;

/** In which one node alone writes: its receipt key (Ed25519, 32 bytes in hex), and a number from 1 on. */
export interface WriterTerm {
  readonly node: HexDigest;
  readonly number: number;
}

/** What a member had on disk when it promised the term. */
export interface VoteOn {
  /** Number of blocks. */
  readonly length: number;
  /** That wrote the last of them; null of an empty log. */
  readonly lastTerm: WriterTerm | null;
}

export interface ElectionVote extends VoteOn {
  /** Receipt key of the member. */
  readonly by: HexDigest;
  /** Base64 of 64 bytes. */
  readonly signature: string;
}

export interface Election extends WriterTerm {
  /**
   * The newest head by the old key that the node knew of, up to where that key ended: a signed note with that signature
   * alone. What is in its tree stands on the old key's word, whoever signs now. Absent where there was none.
   */
  readonly checkpoint?: string;
  /** Index of the entry that says who may choose: the newest of its kind below the size. */
  readonly group: number;
  /** By the node that was chosen, base64 of 64 bytes. */
  readonly signature: string;
  /** Ascending by member, no two of one; at least one. */
  readonly votes: readonly ElectionVote[];
}

/** Who may choose, and whom: what an entry of kind `group` says. */
export interface Electorate {
  /** Of that entry. */
  readonly index: number;
  readonly members: readonly { readonly node: HexDigest; readonly mayWrite: boolean }[];
  /** In which that entry was written. */
  readonly term: WriterTerm;
  readonly voteQuorum: number;
}

/** No two are the same: a node writes in terms of its own. */
export function isLaterTerm(
  { node, number }: WriterTerm,
  than: Pick<WriterTerm, 'number'> & { readonly node: string },
): boolean {
  return number === than.number ? node > than.node : number > than.number;
}

function voteMessage(origin: string, { number, node }: WriterTerm, vote: VoteOn): Uint8Array {
  const { number: last, node: lastNode } = vote.lastTerm ?? { number: 0, node: '' };
  const had = `${vote.length}\n${last}\n${lastNode}`;
  return utf8(`chirograph/vote/1\n${origin}\n${number}\n${node}\n${had}\n`);
}

function electionMessage(
  origin: string,
  { new: next, old, size, rootHash }: HandoverTerms,
  { group, number }: Pick<Election, 'group' | 'number'>,
): Uint8Array {
  const said = [origin, number, group, old, next, size, rootHash].join('\n');
  return utf8(`chirograph/election/1\n${said}\n`);
}

/** @param sign by the private half of `by`. */
export function signVote(
  origin: string,
  term: WriterTerm,
  by: HexDigest,
  { length, lastTerm }: VoteOn,
  sign: SignMessage,
): ElectionVote {
  const signature = toBase64(sign(voteMessage(origin, term, { length, lastTerm })));
  return { by, length, lastTerm, signature };
}

export function isVoteSigned(origin: string, term: WriterTerm, vote: ElectionVote): boolean {
  return isSigned(vote.by, voteMessage(origin, term, vote), vote.signature);
}

/** The word of the node that was chosen: it takes over that tree, and signs with that key. @param sign by its receipt key. */
export function signElection(
  origin: string,
  terms: HandoverTerms,
  chosen: Omit<Election, 'signature'>,
  sign: SignMessage,
): Election {
  const signature = toBase64(sign(electionMessage(origin, terms, chosen)));
  const votes = [...chosen.votes].sort((a, b) => (a.by < b.by ? -1 : 1));
  return { ...chosen, signature, votes };
}

/** Why an election does not count. */
export type ElectionFault =
  /** It is by another group, or by one that the log did not name yet. */
  | 'group'
  /** The term is no later one than that in which the group was named. */
  | 'term'
  /** The node is no member that may write. */
  | 'writer'
  /** Somebody voted twice, or is no member. */
  | 'voters'
  /** Fewer have voted than must. */
  | 'votes'
  /** The head that it shows is not the old key's, or from behind its end. */
  | 'head'
  /** One of the signatures does not hold. */
  | 'signature';

/** Whether these members have chosen that node, and it took over on these terms. */
export function isElected(
  origin: string,
  terms: HandoverTerms,
  election: Election,
  electorate: Electorate,
): boolean {
  return faultOfElection(origin, terms, election, electorate) === null;
}

/** The first that is found; null if it counts. */
export function faultOfElection(
  origin: string,
  terms: HandoverTerms,
  election: Election,
  { index, members, term, voteQuorum }: Electorate,
): ElectionFault | null {
  const { group, node, votes } = election;
  if (group !== index || index >= terms.size) return 'group';
  if (!isLaterTerm(election, term)) return 'term';
  if (!members.some((member) => member.node === node && member.mayWrite)) return 'writer';
  const voters = new Set(votes.map(({ by }) => by));
  const areMembers = votes.every(({ by }) => members.some((member) => member.node === by));
  if (voters.size !== votes.length || !areMembers) return 'voters';
  if (voters.size < voteQuorum) return 'votes';
  return faultOfSignatures(origin, terms, election);
}

/** Whether all who are named have signed, the old key among them. That they are members is for whoever knows the group. */
export function isElectionSigned(
  origin: string,
  terms: HandoverTerms,
  election: Election,
): boolean {
  return election.group < terms.size && faultOfSignatures(origin, terms, election) === null;
}

function faultOfSignatures(
  origin: string,
  terms: HandoverTerms,
  election: Election,
): ElectionFault | null {
  const { checkpoint, node, number, signature, votes } = election;
  if (checkpoint !== undefined && headOfOldKey(origin, terms, checkpoint) === null) return 'head';
  const isGenuine =
    votes.every((vote) => isVoteSigned(origin, { node, number }, vote)) &&
    isSigned(node, electionMessage(origin, terms, election), signature);
  return isGenuine ? null : 'signature';
}

/** What the old key has signed, if it could: up to its end, and there the very tree that was taken over; else null. */
export function headOfOldKey(
  origin: string,
  { old, rootHash, size }: HandoverTerms,
  note: string,
): Checkpoint | null {
  try {
    const key = parseVerifierKey(old);
    if (key.type !== ED25519_NOTE) return null;
    const signed = parseSignedNote(note);
    verifyNote(signed, noteVerifier(key));
    const head = parseCheckpoint(signed.text);
    const isUpToEnd =
      head.size < size || (head.size === size && digestToHex(head.rootHash) === rootHash);
    // By whom others are nobody could tell: they could be altered unseen.
    return signed.signatures.length === 1 && head.origin === origin && isUpToEnd ? head : null;
  } catch (cause) {
    if (cause instanceof TlogError) return null;
    throw cause;
  }
}

function isSigned(by: HexDigest, message: Uint8Array, signature: string): boolean {
  return ed25519Verifier(fromHex(by))(message, fromBase64(signature));
}
