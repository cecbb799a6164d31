/** Why a certificate was revoked: CRLReason (RFC 5280 §5.3.1). */
import { SigningError } from './signing-error.js';

/** @throws SigningError DER_MALFORMED for a number that is none. */
export function reasonName(reason: number): string {
  const name = REASONS[reason];
  if (name === undefined)
    throw new SigningError('DER_MALFORMED', 'a reason for revocation does not exist');
  return name;
}

/** Takes an earlier certificateHold back; in delta CRLs only. */
export const REMOVE_FROM_CRL = 'removeFromCRL';
/** Not for good: a later answer may take it back. */
export const CERTIFICATE_HOLD = 'certificateHold';

const REASONS: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'cACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: CERTIFICATE_HOLD,
  8: REMOVE_FROM_CRL,
  9: 'privilegeWithdrawn',
  10: 'aACompromise',
};
