/**
 * Cosignatures: a witness states that a checkpoint continues all it has seen of the log, and that at
 * a time it knew of no larger one (C2SP tlog-cosignature, version 1, Ed25519).
 */
import { ByteReader } from '../base/byte-codec.js';
import { concat, u64be, utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { parseCheckpoint } from './checkpoint.js';
import { ED25519_SIGNATURE_BYTES, ed25519Verifier, type SignMessage } from './ed25519.js';
import { isCount } from './internal/integer.js';
import { ED25519_COSIGNATURE, type KeyId, type VerifierKey } from './note-key.js';
import {
  knownSignatures,
  type NoteSignature,
  type NoteVerifier,
  type SignedNote,
} from './signed-note.js';
import { refusedAs } from './tlog-error.js';

export interface Cosignature {
  /** The witness. */
  readonly name: string;
  readonly keyId: KeyId;
  /** POSIX seconds, by the witness's clock. */
  readonly timestamp: number;
}

/**
 * Cosigns the text of a checkpoint's note. Whether it is consistent with what was cosigned before is
 * for the caller to know.
 *
 * @param key of type 04; `sign` by the private key that belongs to it.
 * @param timestamp POSIX seconds.
 */
export function cosign(
  checkpointText: string,
  key: VerifierKey,
  sign: SignMessage,
  timestamp: number,
): NoteSignature {
  assert(key.type === ED25519_COSIGNATURE, 'a key of type 04 cosigns');
  assert(isCount(timestamp), 'a timestamp is a safe integer ≥ 0');
  parseCheckpoint(checkpointText);
  const signature = sign(cosignedMessage(utf8(checkpointText), timestamp));
  assert(signature.length === ED25519_SIGNATURE_BYTES, 'an Ed25519 signature has 64 bytes');
  return { name: key.name, keyId: key.keyId, signature: concat(u64be(timestamp), signature) };
}

/** @param key of type 04. */
export function cosignatureVerifier(key: VerifierKey): NoteVerifier {
  assert(key.type === ED25519_COSIGNATURE, 'a key of type 04 cosigns');
  const verify = ed25519Verifier(key.publicKey);
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, bytes) => {
      const { timestamp, signature } = parse(bytes);
      return verify(cosignedMessage(text, timestamp), signature);
    },
  };
}

/**
 * The cosignatures by known witnesses, all verified; those by others are ignored. How many are enough,
 * and whether one is in the future, is the caller's policy.
 *
 * @throws TlogError NOTE_UNVERIFIED if one by a known witness is false, COSIGNATURE_MALFORMED if one
 * has another form, CHECKPOINT_MALFORMED for a note that is no checkpoint.
 */
export function verifyCosignatures(
  note: SignedNote,
  ...witnesses: readonly NoteVerifier[]
): Cosignature[] {
  parseCheckpoint(note.text);
  return knownSignatures(note, ...witnesses).map(({ name, keyId, signature }) => ({
    name,
    keyId,
    timestamp: parse(signature).timestamp,
  }));
}

function cosignedMessage(checkpointText: Uint8Array, timestamp: number): Uint8Array {
  return concat(utf8(`cosignature/v1\ntime ${timestamp}\n`), checkpointText);
}

/** `u64 timestamp ‖ signature`. The specification allows times up to 2⁶³−1; ours end at 2⁵³−1. */
function parse(bytes: Uint8Array): { timestamp: number; signature: Uint8Array } {
  return refusedAs('COSIGNATURE_MALFORMED', 'not a cosignature', () => {
    const reader = new ByteReader(bytes);
    const timestamp = reader.u64();
    const signature = reader.bytes(ED25519_SIGNATURE_BYTES);
    reader.end();
    return { timestamp, signature };
  });
}
