/**
 * Whether enough witnesses have cosigned a checkpoint (docs/formats/witness.md, "Policy"). Pure, and the only
 * place that says so: whatever does not verify counts for nothing.
 */
import type { UnixMillis } from '../base/brand.js';
import { utf8 } from '../base/bytes.js';
import { parseCheckpoint } from './checkpoint.js';
import { cosignatureVerifier, verifyCosignatures } from './cosignature.js';
import type { VerifierKey } from './note-key.js';
import { noteVerifier, parseSignedNote, type SignedNote } from './signed-note.js';
import { TlogError } from './tlog-error.js';
import { isSatisfied, type PolicyWitness, type WitnessPolicy } from './witness-policy.js';

export interface WitnessVerdict {
  readonly isWitnessed: boolean;
  /** Whether a key of the log has signed. */
  readonly isSigned: boolean;
  /** Of the policy's witnesses those that have cosigned, in its order. */
  readonly cosigned: readonly WitnessTime[];
}

export interface WitnessTime {
  /** As the policy names it. */
  readonly witness: string;
  /** POSIX seconds. */
  readonly timestamp: number;
}

export interface WitnessedOptions {
  /** The log that was asked for, which counts where the policy lists none. */
  readonly log?: VerifierKey;
  readonly now: UnixMillis;
}

/** How far the clock of a witness may be ahead. */
const MAX_SKEW_MILLIS = 5 * 60_000;

/** @throws TlogError NOTE_MALFORMED, CHECKPOINT_MALFORMED. */
export function witnessVerdict(
  note: string,
  policy: WitnessPolicy,
  { log, now }: WitnessedOptions,
): WitnessVerdict {
  const signed = parseSignedNote(note);
  const { origin } = parseCheckpoint(signed.text);
  const listed = policy.logs.map(({ key }) => key);
  const logs = listed.length === 0 && log !== undefined ? [log] : listed;
  const isSigned = logs.some((key) => key.name === origin && hasSigned(signed, key));
  const cosigned = policy.witnesses.flatMap(({ name, key }) => {
    const timestamp = cosignatureTime(signed, key, now);
    return timestamp === null ? [] : [{ witness: name, timestamp }];
  });
  const names = new Set(cosigned.map(({ witness }) => witness));
  const hasCosigned = ({ name }: PolicyWitness): boolean => names.has(name);
  return {
    isWitnessed: isSigned && isSatisfied(policy.quorum, hasCosigned),
    ...{ isSigned, cosigned },
  };
}

/** POSIX seconds of the latest cosignature by this key that is true and not of the future; or null. */
export function cosignatureTime(
  signed: SignedNote,
  key: VerifierKey,
  now: UnixMillis,
): number | null {
  // Each by itself: a false one that somebody has added must not make a true one worth nothing.
  const times = signed.signatures.flatMap((signature) => {
    if (signature.name !== key.name || signature.keyId !== key.keyId) return [];
    try {
      const one = { text: signed.text, signatures: [signature] };
      return verifyCosignatures(one, cosignatureVerifier(key)).map(({ timestamp }) => timestamp);
    } catch (cause) {
      if (cause instanceof TlogError) return [];
      throw cause;
    }
  });
  // A time of 0 says that there is none (C2SP tlog-cosignature).
  const usable = times.filter((time) => time > 0 && time * 1000 <= now + MAX_SKEW_MILLIS);
  return usable.length === 0 ? null : Math.max(...usable);
}

function hasSigned({ text, signatures }: SignedNote, key: VerifierKey): boolean {
  const verifier = noteVerifier(key);
  const bytes = utf8(text);
  return signatures.some(
    ({ name, keyId, signature }) =>
      name === key.name && keyId === key.keyId && verifier.verify(bytes, signature),
  );
}
