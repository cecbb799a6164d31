/**
 * The sub-indications of EN 319 102-1 §5.1 (tables 5 and 6) that a validation here can end with, each
 * with the indication it means. Those for which nothing can be the cause in this version are left out:
 * there are no signature policies, and nothing proves that a signature was made after an instant, which
 * is what REVOKED and EXPIRED would say.
 */
export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE';

export const SUB_INDICATIONS = {
  /** It cannot be read as what it says it is. */
  FORMAT_FAILURE: 'TOTAL-FAILED',
  /** The content is not the one that was signed. */
  HASH_FAILURE: 'TOTAL-FAILED',
  SIG_CRYPTO_FAILURE: 'TOTAL-FAILED',
  /** It existed before the signer's certificate did. */
  NOT_YET_VALID: 'TOTAL-FAILED',
  SIGNED_DATA_NOT_FOUND: 'INDETERMINATE',
  NO_SIGNING_CERTIFICATE_FOUND: 'INDETERMINATE',
  NO_CERTIFICATE_CHAIN_FOUND: 'INDETERMINATE',
  CERTIFICATE_CHAIN_GENERAL_FAILURE: 'INDETERMINATE',
  CHAIN_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  /** An algorithm or key that is not accepted, and never was. */
  CRYPTO_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  /** One that was accepted once, and nothing proves that what it protects existed then. */
  CRYPTO_CONSTRAINTS_FAILURE_NO_POE: 'INDETERMINATE',
  SIG_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  /** The signer's certificate is revoked, and nothing proves that the signature is older. */
  REVOKED_NO_POE: 'INDETERMINATE',
  /** The same of a certificate above it. */
  REVOKED_CA_NO_POE: 'INDETERMINATE',
  /** A certificate is out of its dates, and nothing proves that the signature is older. */
  OUT_OF_BOUNDS_NO_POE: 'INDETERMINATE',
  /** The same, where it is known that the signer's certificate was not revoked by then. */
  OUT_OF_BOUNDS_NOT_REVOKED: 'INDETERMINATE',
  /**
   * Whoever signed the answer about revocation is out of its dates, and nothing proves that the answer is
   * older.
   */
  REVOCATION_OUT_OF_BOUNDS_NO_POE: 'INDETERMINATE',
  /** The time-stamps contradict each other, or what is known otherwise. */
  TIMESTAMP_ORDER_FAILURE: 'INDETERMINATE',
  /** There is no answer about revocation that is fresh enough. */
  TRY_LATER: 'INDETERMINATE',
} as const satisfies Record<string, Indication>;
export type SubIndication = keyof typeof SUB_INDICATIONS;
