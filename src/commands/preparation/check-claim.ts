/** Checks the signature of a record's claim against what its author is now. */
import { fromBase64 } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { checkClaimSignature } from '../../identities/claim-signature.js';
import { IdentityError } from '../../identities/identity-error.js';
import type { ClaimSigner } from '../../records/claim.js';
import type { RecordInput } from '../../records/record-input.js';
import type { ClaimContext } from './preparer.js';

export type JudgedClaim =
  /** Nobody signed it. */
  | { readonly signer: null; readonly refusal: null }
  | { readonly signer: ClaimSigner; readonly refusal: null }
  | { readonly signer: null; readonly refusal: ChirographError };

export function judgeClaim(
  { claim, claimSignature }: RecordInput,
  { author, now, recordedAt }: ClaimContext,
): JudgedClaim {
  if (claim === undefined || claimSignature === undefined) return { signer: null, refusal: null };
  try {
    // Or the entry would say of another moment which keys were in use.
    if (now < recordedAt) throw clockBehind();
    const signature = { ...claimSignature, value: fromBase64(claimSignature.value) };
    return { signer: checkClaimSignature(author, { claim, signature }, now), refusal: null };
  } catch (error) {
    if (error instanceof ChirographError)
      return { signer: null, refusal: error as ChirographError };
    throw error;
  }
}

export function clockBehind(): IdentityError {
  return new IdentityError(
    'IDENTITY_CLOCK_BEHIND',
    'the clock of the node is behind what it recorded last: try again in a moment',
  );
}
