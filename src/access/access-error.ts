/** Operating errors of log-ins and roles. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type AccessErrorCode =
  /** No key was given, or not as `Authorization: Bearer …`. */
  | 'ACCESS_KEY_MISSING'
  /** No such key, or its secret is another. Which of the two is not told. */
  | 'ACCESS_KEY_UNKNOWN'
  | 'ACCESS_KEY_REVOKED'
  /** The access token is not good here. Why is not told. */
  | 'ACCESS_TOKEN_INVALID'
  /** The keys of the token's issuer cannot be had now; nothing is said of the token. */
  | 'ACCESS_ISSUER_UNAVAILABLE'
  /** The client certificate is not verified, or nobody is entered for it. Which of the two is not told. */
  | 'ACCESS_CERTIFICATE_UNKNOWN'
  /** The key is good, and its role or tenant does not allow this. */
  | 'ACCESS_DENIED'
  /** A key id that the tenant does not have. */
  | 'ACCESS_KEY_NOT_FOUND'
  /** An inspector asks for content, and no inspection is open. */
  | 'INSPECTION_REQUIRED'
  /** No inspection of that id, or none that the principal has a part in. */
  | 'INSPECTION_UNKNOWN'
  | 'INSPECTION_CLOSED'
  | 'INSPECTION_EXPIRED'
  /** It is open, and does not cover what was asked. */
  | 'INSPECTION_OUT_OF_SCOPE'
  /** The tenant has as many open inspections as it may. */
  | 'INSPECTION_LIMIT'
  /** The tenant's settings do not allow hidden inspections. */
  | 'INSPECTION_HIDING_REFUSED'
  /** Records of that type are kept in another ledger, by the tenant's settings. */
  | 'ACCESS_TYPE_RESTRICTED'
  /** A grant id that the tenant does not have. */
  | 'ACCESS_GRANT_UNKNOWN'
  /** The tenant holds as many grants as it may. */
  | 'ACCESS_GRANT_LIMIT'
  /** The grant waits for nobody's approval, or not for this principal's. */
  | 'ACCESS_APPROVAL_REFUSED'
  /** The tenant wants two persons for this. */
  | 'ACCESS_APPROVAL_NEEDED'
  /** A tenant that is not there, or not the caller's. */
  | 'ACCESS_TENANT_UNKNOWN'
  /** Revoking it would leave the tenant without an admin. */
  | 'ACCESS_LAST_ADMIN'
  /** The registry holds as many keys as it may. */
  | 'ACCESS_KEY_LIMIT'
  /** A given first key that could be guessed, or is not made of the characters of RFC 6750. */
  | 'ACCESS_ADMIN_KEY_WEAK'
  /** access.json is not what was written. */
  | 'ACCESS_FILE_DAMAGED'
  /** access.json was written by a newer version of the program. */
  | 'ACCESS_FORMAT_NEWER';

export class AccessError extends ChirographError<AccessErrorCode> {}
