/** A certificate that an identity binds, and its private key, which signs that it is bound. */
import { X509Certificate, createPublicKey } from 'node:crypto';
import { toHex } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import type { CertificateAlgorithm } from '../identities/signed-event.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../signing/algorithms.js';
import { CliError } from './cli-error.js';
import { readFileUpTo } from './files.js';
import type { EventSigner } from './identity-events.js';
import { readPrivateKey } from './identity-keys.js';

export interface CertificateSigner {
  readonly der: Uint8Array;
  readonly sign: EventSigner;
}

const MAX_CERTIFICATE_BYTES = 65_536;
type SignatureName = keyof typeof SIGNATURE_ALGORITHMS;

/** @throws CliError CLI_FILE where one cannot be read, or the key is another than the certificate's. */
export async function readCertificateSigner(
  certificatePath: string,
  keyPath: string,
): Promise<CertificateSigner> {
  const certificate = readCertificate(
    certificatePath,
    await readFileUpTo(certificatePath, MAX_CERTIFICATE_BYTES),
  );
  const privateKey = await readPrivateKey(keyPath);
  if (!createPublicKey(privateKey).equals(certificate.publicKey))
    throw new CliError('CLI_FILE', `${keyPath}: it is not the key of the certificate`);
  const der = new Uint8Array(certificate.raw);
  const { alg, name } = algorithmOf(certificate, certificatePath);
  const keyId = `x509:${toHex(sha256(der))}`;
  return {
    der,
    sign: (message) => ({
      ...{ alg, keyId },
      value: createSignature(SIGNATURE_ALGORITHMS[name], privateKey, message),
    }),
  };
}

function readCertificate(path: string, bytes: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new CliError('CLI_FILE', `${path}: it is no certificate in PEM or DER`);
  }
}

function algorithmOf(
  { publicKey }: X509Certificate,
  path: string,
): { alg: CertificateAlgorithm; name: SignatureName } {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  if (asymmetricKeyType === 'rsa') return { alg: 'RS256', name: 'rsa-pkcs1-sha256' };
  switch (asymmetricKeyDetails?.namedCurve) {
    case 'prime256v1':
      return { alg: 'ES256', name: 'ecdsa-sha256' };
    case 'secp384r1':
      return { alg: 'ES384', name: 'ecdsa-sha384' };
    default:
      throw new CliError('CLI_FILE', `${path}: its key is none of RSA, P-256 and P-384`);
  }
}
