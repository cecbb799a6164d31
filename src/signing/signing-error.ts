import { ChirographError } from '../base/errors.js';

export type SigningErrorCode =
  /** Not DER (X.690 §10–11), or not the type its place asks for. */
  | 'DER_MALFORMED'
  /** Larger, deeper or of more parts than we read from strangers. */
  | 'DER_LIMIT'
  | 'CERTIFICATE_MALFORMED'
  | 'CMS_MALFORMED'
  /** Not a certificate revocation list (RFC 5280 §5). */
  | 'CRL_MALFORMED'
  /** Not a successful basic OCSP response (RFC 6960 §4.2). */
  | 'OCSP_MALFORMED'
  /** Not a time-stamp token, request or response of RFC 3161, or more of one than is read. */
  | 'TIME_STAMP_MALFORMED'
  | 'LOG_SEAL_MALFORMED'
  /** What was to be added to a signature does not fit into it, or must not be. */
  | 'AUGMENTATION_REFUSED'
  /** An algorithm that is not in our table. */
  | 'ALGORITHM_UNSUPPORTED'
  /** A key of a kind, curve or size that is not in our table. */
  | 'KEY_UNSUPPORTED'
  /** Not the certificate of this key, or not one to seal documents with. */
  | 'SEAL_CERTIFICATE_UNSUITABLE'
  /** A signature we made did not pass our own validation; it must not leave the process. */
  | 'SIGNATURE_SELF_CHECK_FAILED';

/** Input that is not what its format says, or a signature that must not be used. */
export class SigningError extends ChirographError<SigningErrorCode> {}

/**
 * Runs a parser of `what` and gives the refusals of its parts the code of the whole, so that
 * callers learn which document is bad and not only which byte. What is well-formed but unsupported
 * keeps its own code.
 */
export function parsing<T>(code: SigningErrorCode, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const isOfPart = cause instanceof SigningError && PARTS.has(cause.code) && cause.code !== code;
    if (!isOfPart) throw cause;
    throw new SigningError(code, `${what}: ${cause.message}`, { cause });
  }
}

const PARTS: ReadonlySet<SigningErrorCode> = new Set([
  'DER_MALFORMED',
  'DER_LIMIT',
  'CERTIFICATE_MALFORMED',
  'CMS_MALFORMED',
]);
