/**
 * Messages of a group as they lie on a link: canonical JSON, signed by the receipt key of whoever says it
 * (docs/formats/replication.md). What comes in is hostile until it has been through here.
 */
import { z } from 'zod';
import { fromBase64, fromHex, toBase64, utf8, utf8ToString } from '../base/bytes.js';
import { canonicalJson, type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { type HexDigest, hexDigest } from '../base/hex-digest.js';
import { ed25519Verifier, type SignMessage } from '../tlog/ed25519.js';
import {
  type ElectionVote,
  isVoteSigned,
  signVote,
  type VoteOn,
  type WriterTerm,
} from '../tlog/election.js';
import {
  COUNT_SHAPE as count,
  END_SHAPE as end,
  GROUP_SHAPE as group,
  NODE_SHAPE as nodeId,
  SINCE_SHAPE as since,
  TERM_SHAPE as term,
} from './group-shapes.js';
import { lastTerm } from './protocol/log-end.js';
import type { Message, Vote } from './protocol/messages.js';
import type { NodeId, Term } from './protocol/term.js';
import { ReplicationError } from './replication-error.js';

export const MAX_GROUP_MESSAGE_BYTES = 256 * 1024;

export interface GroupMessage {
  readonly from: NodeId;
  /** Origin of the ledger's log. */
  readonly origin: string;
  readonly message: Message;
  /** Base64 of 64 bytes: of a vote, the signature that goes into the log if it counts; of nothing else. */
  readonly ballot?: string;
  /** Base64 of 64 bytes. */
  readonly signature: string;
}

const known = { end, groups: z.array(group).max(2), term };

const messages = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('announce'),
    end,
    groups: since.exactOptional(),
    shown: count,
    term,
  }),
  z.strictObject({ kind: z.literal('receipt'), length: count, term }),
  z.strictObject({ kind: z.literal('ask'), isRecovering: z.boolean(), term }),
  z.strictObject({ kind: z.literal('willing'), ...known }),
  z.strictObject({ kind: z.literal('elect'), term }),
  z.strictObject({ kind: z.literal('vote'), ...known }),
  z.strictObject({ kind: z.literal('refuse'), promised: term }),
  z.strictObject({ kind: z.literal('yield'), term }),
]);

const signature = z.string().regex(/^[A-Za-z0-9+/]{85}[AQgw]==$/);
const envelope = z.strictObject({
  $v: z.literal(1),
  ballot: signature.exactOptional(),
  from: nodeId,
  message: messages,
  origin: z.string().min(1).max(512),
  signature,
});

/** @param sign by the private half of `from`. */
export function signGroupMessage(
  { from, origin, message }: Pick<GroupMessage, 'from' | 'origin' | 'message'>,
  sign: SignMessage,
): GroupMessage {
  const said = { from, origin, message, signature: toBase64(sign(signedBytes(origin, message))) };
  if (message.kind !== 'vote') return said;
  return { ...said, ballot: ballotOf(origin, from, message, sign).signature };
}

/** A vote as it goes into the log: of what the member had, only how long and in which term. */
export function ballotOf(origin: string, by: NodeId, vote: Vote, sign: SignMessage): ElectionVote {
  return signVote(origin, asWriter(vote.term), asDigest(by), votedOn(vote), sign);
}

/** The ballot that came with a vote; null of any other message. */
export function ballotIn({ ballot, from, message }: GroupMessage): ElectionVote | null {
  if (message.kind !== 'vote' || ballot === undefined) return null;
  return { by: asDigest(from), ...votedOn(message), signature: ballot };
}

export function formatGroupMessage(said: GroupMessage): Uint8Array {
  return utf8(canonicalJson({ $v: 1, ...said } as unknown as JsonValue));
}

/**
 * A message that its sender has signed. Whether the sender is a member, and its turn, is for the protocol to know.
 *
 * @throws ReplicationError REPLICATION_MESSAGE_MALFORMED, never quoting what came.
 */
export function parseGroupMessage(bytes: Uint8Array): GroupMessage {
  if (bytes.length > MAX_GROUP_MESSAGE_BYTES) throw malformed('it is too large');
  const read = envelope.safeParse(jsonOf(bytes));
  if (!read.success) throw malformed('it is not of the form of one');
  const { ballot, from, message, origin, signature } = read.data;
  if (!isOfSender(message, from)) throw malformed('it speaks for a term of somebody else');
  if ((message.kind === 'vote') !== (ballot !== undefined))
    throw malformed('a vote has a ballot, and nothing else has one');
  // One spelling: what a third party is shown later is what was signed.
  const said = { from, message, origin, signature, ...(ballot !== undefined && { ballot }) };
  if (utf8ToString(formatGroupMessage(said)) !== utf8ToString(bytes))
    throw malformed('it is not written as one is');
  const counted = ballotIn(said);
  if (!isSignedBySender(said)) throw malformed('its signature does not hold');
  if (counted !== null && message.kind === 'vote') {
    if (!isVoteSigned(origin, asWriter(message.term), counted))
      throw malformed('the signature of its ballot does not hold');
  }
  return said;
}

function votedOn({ end }: Vote): VoteOn {
  const last = lastTerm(end);
  return { length: end.length, lastTerm: last.number === 0 ? null : asWriter(last) };
}

function asWriter({ node, number }: Term): WriterTerm {
  return { node: asDigest(node), number };
}

/** A node is named by its receipt key, and stands in statements as any 32 bytes do. */
function asDigest(node: NodeId): HexDigest {
  return hexDigest(node);
}

function isSignedBySender({ from, message, origin, signature }: GroupMessage): boolean {
  return ed25519Verifier(fromHex(from))(signedBytes(origin, message), fromBase64(signature));
}

function signedBytes(origin: string, message: Message): Uint8Array {
  const said = canonicalJson(message as unknown as JsonValue);
  return utf8(`chirograph/group/1\n${origin}\n${said}\n`);
}

/** Only the node that a term names writes in it, and stands in it. */
function isOfSender(message: Message, from: NodeId): boolean {
  switch (message.kind) {
    case 'announce':
    case 'ask':
    case 'elect':
      return message.term.node === from;
    case 'receipt':
    case 'willing':
    case 'vote':
    case 'refuse':
    case 'yield':
      return true;
  }
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseStrictJson(utf8ToString(bytes), { maxDepth: 8 });
  } catch (cause) {
    throw malformed('it is not JSON', cause);
  }
}

function malformed(why: string, cause?: unknown): ReplicationError {
  return new ReplicationError('REPLICATION_MESSAGE_MALFORMED', `a message of a group: ${why}`, {
    cause,
  });
}
