/**
 * That a log goes on with another key (docs/formats/statement.md, `handover`): what is signed, and who
 * may. Both keys together, or the tenant's recovery key alone, which stands in for one that is lost or
 * stolen.
 */
import { equalBytes, fromBase64, toBase64, utf8 } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import { ed25519Verifier, type SignMessage } from './ed25519.js';
import { formatVerifierKey, type VerifierKey } from './note-key.js';

export interface HandoverTerms {
  /** Verifier key of the log from here on. */
  readonly new: string;
  /** Verifier key up to here. */
  readonly old: string;
  /** Of the tree at `size`. */
  readonly rootHash: HexDigest;
  /** The last size that is accepted from the old key. */
  readonly size: number;
}

export interface HandoverSignature {
  /** Verifier key. */
  readonly by: string;
  /** Base64 of 64 bytes. */
  readonly signature: string;
}

/** All keys that have to do with one handover. */
export interface HandoverKeys {
  readonly old: VerifierKey;
  readonly new: VerifierKey;
  readonly recovery: VerifierKey;
}

export function handoverMessage(origin: string, terms: HandoverTerms): Uint8Array {
  const { old, size, rootHash } = terms;
  return utf8(`chirograph/handover/1\n${origin}\n${old}\n${terms.new}\n${size}\n${rootHash}\n`);
}

/** @param sign by the private key that belongs to `key`. */
export function signHandover(
  origin: string,
  terms: HandoverTerms,
  key: string,
  sign: SignMessage,
): HandoverSignature {
  return { by: key, signature: toBase64(sign(handoverMessage(origin, terms))) };
}

/** Just these signatures, so that none is left without a check. */
export function isHandoverAuthorised(
  origin: string,
  terms: HandoverTerms,
  signatures: readonly HandoverSignature[],
  keys: HandoverKeys,
): boolean {
  const signedBy = (key: VerifierKey): boolean =>
    signatures.some((signature) => isHandoverSignedBy(origin, terms, signature, key));
  return signatures.length === 1
    ? signedBy(keys.recovery)
    : signatures.length === 2 && signedBy(keys.old) && signedBy(keys.new);
}

export function isHandoverSignedBy(
  origin: string,
  terms: HandoverTerms,
  { by, signature }: HandoverSignature,
  key: VerifierKey,
): boolean {
  return (
    by === formatVerifierKey(key) &&
    ed25519Verifier(key.publicKey)(handoverMessage(origin, terms), fromBase64(signature))
  );
}

/** Whether a key may be the next of a log: another one, of the log's own name. */
export function isNextKey(origin: string, old: VerifierKey, next: VerifierKey): boolean {
  return next.name === origin && !equalBytes(next.publicKey, old.publicKey);
}
