/**
 * A receipt: a node's signed word that it has a log on disk up to a head (docs/formats/receipt.md). Pure: which term it is
 * given in, and whether it may be given at all, is for the caller to know.
 */
import type { Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import { concat, fromHex, sha256Digest, toBase64, toHex, utf8 } from '../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { base64Of, COUNT, DIGEST, INSTANT, JsonMembers } from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { ED25519_SIGNATURE_BYTES, type Ed25519Key, ed25519Verifier } from '../tlog/ed25519.js';
import { textUpTo } from './replica/announcement.js';
import { ReplicaError } from './replica/replica-error.js';

/** In which a receipt counts: no two candidates share one. */
export interface Term {
  readonly number: number;
  /** Of the candidate: its receipt key, 32 bytes. */
  readonly node: Uint8Array;
}

export interface Receipt {
  readonly origin: string;
  readonly term: Term;
  /** Of the node that has it: its receipt key, 32 bytes. */
  readonly by: Uint8Array;
  /** Number of Hypercore blocks that are on disk. */
  readonly length: number;
  /** BLAKE2b tree hash of them, 32 bytes. */
  readonly treeHash: Uint8Array;
  /** Of the RFC 6962 tree. */
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
  /** By the node's own clock. */
  readonly at: UnixMillis;
}

export const MAX_RECEIPT_BYTES = 4_096;
const FORMAT = 1;
const LABEL = utf8('chirograph/receipt/1\n');

/** @param key whose public key is `receipt.by`. */
export function signReceipt(receipt: Receipt, key: Ed25519Key): Uint8Array {
  const content = toJson(receipt);
  const signature = key.sign(messageOf(content));
  return canonicalJsonBytes({ ...content, signature: toBase64(signature) });
}

/** @throws ReplicaError RECEIPT_MALFORMED, RECEIPT_UNVERIFIED. */
export function verifyReceipt(bytes: Uint8Array): Receipt {
  if (bytes.length > MAX_RECEIPT_BYTES) throw malformed('it is too long');
  const members = new JsonMembers(parsed(bytes), malformed);
  if (members.required('$v', COUNT) !== FORMAT) throw malformed(`its format is not ${FORMAT}`);
  const term = members.object('term');
  const receipt: Receipt = {
    origin: members.required('origin', textUpTo(512)),
    term: { number: term.required('number', COUNT), node: fromHex(term.required('node', DIGEST)) },
    by: fromHex(members.required('by', DIGEST)),
    length: members.required('length', COUNT),
    treeHash: fromHex(members.required('treeHash', DIGEST)),
    size: members.required('size', COUNT) as TreeSize,
    rootHash: sha256Digest(fromHex(members.required('rootHash', DIGEST))),
    at: members.required('at', INSTANT),
  };
  const signature = members.required('signature', base64Of(ED25519_SIGNATURE_BYTES));
  term.end();
  members.end();
  if (!ed25519Verifier(receipt.by)(messageOf(toJson(receipt)), signature))
    throw new ReplicaError('RECEIPT_UNVERIFIED', 'the receipt is not signed by the node it names');
  return receipt;
}

function toJson({ origin, term, by, length, treeHash, size, rootHash, at }: Receipt): JsonObject {
  return {
    $v: FORMAT,
    at: formatInstant(at),
    by: toHex(by),
    length,
    origin,
    rootHash: toHex(rootHash),
    size,
    term: { node: toHex(term.node), number: term.number },
    treeHash: toHex(treeHash),
  };
}

function messageOf(content: JsonObject): Uint8Array {
  return concat(LABEL, canonicalJsonBytes(content));
}

function parsed(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw malformed('it is no RFC 8785 JSON');
  }
}

function malformed(reason: string): ReplicaError {
  return new ReplicaError('RECEIPT_MALFORMED', `not a receipt: ${reason}`);
}
