/**
 * Validates the time-stamps of a signature one after the other, and gathers what they prove to have
 * existed (EN 319 102-1 §5.6.3.4). What the caller knows is known before the first of them.
 */
import type { UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';
import type { SignedData } from '../cms-signed-data.js';
import type { ContentDigest } from '../content-digest.js';
import { derBytes } from '../der-reader.js';
import { objectId, type ProofOfExistence, ProofsOfExistence } from '../proof-of-existence.js';
import type { CarriedTimeStamp } from './carried-time-stamps.js';
import { extractProofs } from './poe-extraction.js';
import { type ValidatedTimeStamp, validateTimeStamp } from './time-stamp-validation.js';
import type { ValidationContext } from './validation-context.js';
import type { ValidationMaterial } from './validation-material.js';

export interface KnownExistence {
  readonly signature: ProofOfExistence | null;
  /** Of everything in the CMS. */
  readonly whole: ProofOfExistence | null;
}

export function firstProofs(
  validationTime: UnixMillis,
  { signature, whole }: KnownExistence,
  { signer }: SignedData,
  { carried, inside }: ValidationMaterial,
): ProofsOfExistence {
  const proofs = new ProofsOfExistence(validationTime);
  if (signature !== null) proofs.add('signature', signature);
  if (whole === null) return proofs;
  proofs.add('signature', whole);
  for (const { values } of signer.unsignedAttributes)
    for (const value of values) proofs.add(objectId(sha256(derBytes(value))), whole);
  for (const hash of carried) proofs.add(`sha256:${hash}`, whole);
  for (const hashes of inside.values())
    for (const hash of hashes) proofs.add(objectId(hash), whole);
  return proofs;
}

/** In the order given; each may rest on what those before it have proven. */
export function validateTimeStamps(
  context: ValidationContext,
  signedData: SignedData,
  carried: readonly CarriedTimeStamp[],
  content: Uint8Array | ContentDigest,
  { inside }: ValidationMaterial,
): readonly ValidatedTimeStamp[] {
  return carried.map((each) => {
    const validated = validateTimeStamp(context, signedData, each, content);
    if (!validated.hasPassed || each.token === null) return validated;
    const by = each.kind === 'signature' ? 'signature-time-stamp' : 'archive-time-stamp';
    const proof = { time: each.token.info.genTime, by } as const;
    extractProofs(context.proofs, proof, validated.covers, (hash) => inside.get(toHex(hash)) ?? []);
    return validated;
  });
}
