/**
 * Binding an X.509 certificate: its key signs the event as the identity does, so that neither can take the
 * other's name alone. Who vouches for the certificate is for whoever verifies: no path is built here.
 */
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { SIGNATURE_ALGORITHMS, verifySignature } from '../signing/algorithms.js';
import { type Certificate, parseCertificate, publicKeyOf } from '../signing/certificate.js';
import { SigningError } from '../signing/signing-error.js';
import { IdentityError } from './identity-error.js';
import type { IdentityChange, IdentityEvent } from './identity-event.js';
import type { CertificateAlgorithm, EventSignature } from './signed-event.js';

/** @throws IdentityError IDENTITY_CERTIFICATE_REFUSED; IDENTITY_KEY_WRONG, IDENTITY_SIGNATURE_INVALID. */
export function checkCertificateSignature(
  change: IdentityChange,
  { signedBytes }: IdentityEvent,
  { keyId, alg, value }: EventSignature,
): void {
  const certificate = change.action === 'bind-certificate' ? readBound(change.certificate) : null;
  if (certificate === null || keyId !== `x509:${toHex(certificate.sha256)}`)
    throw new IdentityError(
      'IDENTITY_KEY_WRONG',
      'it is signed by the key of a certificate that it does not bind',
    );
  const name = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg as CertificateAlgorithm] : null;
  const isSigned =
    name !== null &&
    refusing(() =>
      verifySignature(SIGNATURE_ALGORITHMS[name], publicKeyOf(certificate), signedBytes, value),
    );
  if (!isSigned)
    throw new IdentityError(
      'IDENTITY_SIGNATURE_INVALID',
      'the signature of the certificate’s key is not over this event',
    );
}

/** The certificate, which must be valid when it is bound. @throws IdentityError IDENTITY_CERTIFICATE_REFUSED. */
export function certificateValidAt(der: Uint8Array, at: UnixMillis): Certificate {
  const certificate = readBound(der);
  if (at < certificate.notBefore || at > certificate.notAfter)
    throw refused('it is not valid now: bind one that is');
  return certificate;
}

/** From when on it may be bound. @throws IdentityError IDENTITY_CERTIFICATE_REFUSED. */
export function certificateBegins(der: Uint8Array): UnixMillis {
  return readBound(der).notBefore;
}

/** ECDSA values are DER here, as X.509 has them. */
const ALGORITHMS = {
  ES256: 'ecdsa-sha256',
  ES384: 'ecdsa-sha384',
  RS256: 'rsa-pkcs1-sha256',
  PS256: 'rsa-pss-sha256',
} as const satisfies Readonly<Record<CertificateAlgorithm, string>>;

const MIN_RSA_BITS = 2_048;

function readBound(der: Uint8Array): Certificate {
  return refusing(() => {
    const certificate = parseCertificate(der);
    const { kind, bits } = publicKeyOf(certificate);
    if (kind === 'dsa') throw refused('DSA keys are not taken');
    if (kind.startsWith('rsa') && bits < MIN_RSA_BITS)
      throw refused(`its RSA key is shorter than ${MIN_RSA_BITS} bits`);
    return certificate;
  });
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SigningError) throw refused('it cannot be read', cause);
    throw cause;
  }
}

function refused(reason: string, cause?: unknown): IdentityError {
  return new IdentityError(
    'IDENTITY_CERTIFICATE_REFUSED',
    `the certificate cannot be bound: ${reason}`,
    { cause },
  );
}
