/** Why what a place of revocation answered is of no use. What to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type RevocationErrorCode =
  /** No CRL, or no successful OCSP response. */
  | 'REVOCATION_MALFORMED'
  /** Not about this certificate, or not signed by whoever may speak of it. */
  | 'REVOCATION_UNAUTHENTICATED'
  /** Genuine, and of another time: superseded, older than what was asked for, or of the future. */
  | 'REVOCATION_STALE';

export class RevocationError extends ChirographError<RevocationErrorCode> {}
