/**
 * By which keys the heads of a followed log are verified. The first is pinned by whoever set up the replica; each one after
 * it counts because it was handed over to, and the key before it only up to the size that the handover names.
 */
import { equalBytes } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import type { HexDigest } from '../../base/hex-digest.js';
import type { KeysEnd, LogKeys } from '../../ledger/log-reader.js';
import { type Checkpoint, verifyCheckpoint } from '../../tlog/checkpoint.js';
import { isElectionSigned } from '../../tlog/election.js';
import {
  type HandoverKeys,
  type HandoverTerms,
  isHandoverAuthorised,
  isHandoverSignedBy,
  isNextKey,
} from '../../tlog/handover.js';
import { type LogBinding, logBindingIn } from '../../tlog/log-binding.js';
import { ED25519_NOTE, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { isSameStart } from './key-order.js';
import { ReplicaError } from './replica-error.js';

/** What the owner of a replica knows of the log by ways of his own. */
export interface PinnedLog {
  readonly origin: string;
  /** Of its first checkpoints; named as the origin. */
  readonly firstKey: VerifierKey;
  /** Of the tenant: may hand the log over alone. */
  readonly recoveryKey: VerifierKey;
}

/** A head with the log's own signature. */
export interface SignedHead extends Checkpoint {
  readonly note: string;
  /** That has signed it. */
  readonly key: VerifierKey;
  readonly binding: LogBinding;
}

/**
 * The verifier keys of a log, oldest first, each handed over to by those who may. Of an election only that all have signed
 * whom it names: whether they are the group is in the blocks, for those who may read them.
 *
 * @param known vouched for already; what is the same in these is not looked at again.
 * @throws ReplicaError REPLICA_KEYS_UNVERIFIED.
 */
export function vouchedKeys(
  { origin, firstKey, recoveryKey }: PinnedLog,
  keys: readonly LogKeys[],
  known: readonly LogKeys[] = [],
): readonly VerifierKey[] {
  const all = keys.map(({ verifierKey }) => readKey(verifierKey));
  if (all[0] === undefined || !isSameKey(all[0], firstKey))
    throw unvouched('the first of its keys is another than this node was told');
  const isKnown = (at: number): boolean =>
    isSameStart(keys, known, at + 1) && known[at + 1]?.verifierKey === keys[at + 1]?.verifierKey;
  keys.forEach(({ ended }, at) => {
    const [old, next] = [all[at], all[at + 1]];
    if (ended === null || old === undefined || next === undefined || isKnown(at)) return;
    const terms = termsOf(keys, at, ended);
    const who = { old, new: next, recovery: recoveryKey };
    if (!isNextKey(origin, old, next) || !isAuthorised(origin, terms, ended, who))
      throw unvouched('keys were changed without the signature of those who may');
  });
  return all;
}

/** What was signed where a pair of keys ended. */
export function termsOf(keys: readonly LogKeys[], at: number, ended: KeysEnd): HandoverTerms {
  return {
    new: keys[at + 1]?.verifierKey ?? '',
    old: keys[at]?.verifierKey ?? '',
    rootHash: ended.rootHash as HexDigest,
    size: ended.size,
  };
}

/**
 * @param keys as vouched for.
 * @throws ReplicaError REPLICA_HEAD_UNVERIFIED for a note that no key of the log has signed for that size, that is of
 * another log, or that binds no Hypercore.
 */
export function verifiedHead(
  note: string,
  origin: string,
  keys: readonly VerifierKey[],
  ends: readonly LogKeys[],
): SignedHead {
  for (const [at, key] of [...keys.entries()].reverse()) {
    const checkpoint = signedBy(note, key, origin);
    const end = ends[at]?.ended ?? null;
    // What a key signs beyond its end is whoever's that has stolen it.
    if (checkpoint === null || (end !== null && checkpoint.size > end.size)) continue;
    const binding = bindingIn(checkpoint);
    if (binding === null) throw unverified('it does not say which Hypercore it is over');
    return { ...checkpoint, note, key, binding };
  }
  throw unverified('no key of the log has signed it for that size');
}

export function isSameKey(one: VerifierKey, other: VerifierKey): boolean {
  return one.name === other.name && equalBytes(one.publicKey, other.publicKey);
}

function signedBy(note: string, key: VerifierKey, origin: string): Checkpoint | null {
  try {
    return verifyCheckpoint(note, noteVerifier(key), origin);
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

function bindingIn({ extensions }: Checkpoint): LogBinding | null {
  try {
    return logBindingIn(extensions, { refuseOthers: true }) ?? null;
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

function isAuthorised(
  origin: string,
  terms: HandoverTerms,
  { election, signatures }: KeysEnd,
  keys: HandoverKeys,
): boolean {
  try {
    if (election === undefined) return isHandoverAuthorised(origin, terms, signatures, keys);
    const [own] = signatures;
    return (
      own !== undefined &&
      signatures.length === 1 &&
      isHandoverSignedBy(origin, terms, own, keys.new) &&
      isElectionSigned(origin, terms, election)
    );
  } catch (cause) {
    // A signature that is no base64.
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}

function readKey(text: string): VerifierKey {
  try {
    const key = parseVerifierKey(text);
    if (key.type === ED25519_NOTE) return key;
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
  }
  throw unvouched('a verifier key cannot be read');
}

function unvouched(reason: string): ReplicaError {
  return new ReplicaError('REPLICA_KEYS_UNVERIFIED', `the keys of the log: ${reason}`);
}

function unverified(reason: string): ReplicaError {
  return new ReplicaError('REPLICA_HEAD_UNVERIFIED', `the announced head: ${reason}`);
}
