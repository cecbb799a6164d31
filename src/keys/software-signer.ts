/** Signs with a key that is in this process's memory: for development, and for keys from files. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { createSignature, SIGNATURE_ALGORITHMS } from '../signing/algorithms.js';
import { parseCertificate, signingKeyOf } from '../signing/certificate.js';
import { SigningError } from '../signing/signing-error.js';
import { algorithmsOf, type Signer, type SignerDescription, verifiedSigner } from './signer.js';

export interface SoftwareSignerOptions {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER; issuers, nearest first, the root included where it is known. */
  readonly chain: readonly Uint8Array[];
  readonly where?: Exclude<SignerDescription['where'], 'pkcs11'>;
}

/** Signing is done at once, in this thread: what a call asks for must not hold it up for long. */
const MAX_BATCH = 64;

/**
 * @throws SigningError CERTIFICATE_MALFORMED, KEY_UNSUPPORTED; SEAL_CERTIFICATE_UNSUITABLE if the key is
 * not the certificate's.
 */
export function softwareSigner({
  privateKey,
  certificate: der,
  chain,
  where = 'software',
}: SoftwareSignerOptions): Signer {
  const certificate = parseCertificate(der);
  const { key, kind } = signingKeyOf(certificate);
  if (!createPublicKey(privateKey).equals(key))
    throw new SigningError(
      'SEAL_CERTIFICATE_UNSUITABLE',
      'cannot seal: the private key does not belong to the certificate',
    );
  const description = {
    certificate,
    chain: chain.map(parseCertificate),
    algorithms: algorithmsOf(kind),
    maxBatch: MAX_BATCH,
    where,
  };
  return verifiedSigner(description, (toBeSigned, options) => {
    const algorithm = SIGNATURE_ALGORITHMS[options.algorithm];
    return Promise.resolve(
      toBeSigned.map((message) => createSignature(algorithm, privateKey, message)),
    );
  });
}
