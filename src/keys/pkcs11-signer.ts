/**
 * Signs with a key that never leaves its token: a hardware security module, a card, by PKCS#11 (OASIS
 * 2.40). The module runs in a process of its own (docs/decisions/0023-where-keys-sign.md).
 */
import { utf8 } from '../base/bytes.js';
import {
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithmName,
  verifySignature,
} from '../signing/algorithms.js';
import { type Certificate, publicKeyOf, signingKeyOf } from '../signing/certificate.js';
import { SigningError } from '../signing/signing-error.js';
import { DIGEST_ECDSA } from './internal/pkcs11-messages.js';
import { startToken, type TokenOptions } from './internal/start-token.js';
import { KeysError } from './keys-error.js';
import { orderCertificates } from './seal-material.js';
import { algorithmsOf, type Signer, verifiedSigner } from './signer.js';

export interface Pkcs11SignerOptions extends TokenOptions {
  /** Signatures made at the same time. */
  readonly sessions: number;
  /** DER; beside those of the token, in any order. */
  readonly certificates: readonly Uint8Array[];
}

const MAX_BATCH = 64;

/**
 * Opens the token and signs a trial: it shows which certificate is the key's, and that key, PIN and
 * mechanism are right, at the start and not when the first seal is wanted.
 *
 * @throws KeysError KEYS_TOKEN_MODULE, KEYS_TOKEN_PIN_REFUSED, KEYS_TOKEN_KEY_UNKNOWN,
 * KEYS_TOKEN_UNAVAILABLE, KEYS_SEAL_UNUSABLE; SigningError CERTIFICATE_MALFORMED, KEY_UNSUPPORTED.
 */
export async function openPkcs11Signer(options: Pkcs11SignerOptions): Promise<Signer> {
  const { supervisor, opened } = await startToken(options, 'seal', options.sessions);
  try {
    const offered = opened.algorithms.filter((name) => name !== DIGEST_ECDSA);
    // A certificate may allow its RSA key PSS alone.
    const isPss = (name: SignatureAlgorithmName): boolean => name.startsWith('rsa-pss');
    const trialAlgorithm = offered.find(isPss) ?? offered[0];
    if (trialAlgorithm === undefined)
      throw new KeysError('KEYS_TOKEN_KEY_UNKNOWN', 'the token cannot sign with this key');
    const value = await supervisor.sign(trialAlgorithm, TRIAL);
    const { certificate, chain } = orderCertificates(
      (one) => isOfKey(one, trialAlgorithm, value),
      [...opened.certificates, ...options.certificates],
    );
    const algorithms = algorithmsOf(signingKeyOf(certificate).kind).filter((name) =>
      offered.includes(name),
    );
    const description = {
      certificate,
      chain,
      algorithms,
      maxBatch: MAX_BATCH,
      where: 'pkcs11',
    } as const;
    return verifiedSigner(
      description,
      (toBeSigned, { algorithm }) =>
        Promise.all(toBeSigned.map((message) => supervisor.sign(algorithm, message))),
      () => supervisor.close(),
    );
  } catch (cause) {
    await supervisor.close();
    throw cause;
  }
}

const TRIAL = utf8('chirograph/seal-trial/1: no statement, and no signature of one');

function isOfKey(
  certificate: Certificate,
  algorithm: SignatureAlgorithmName,
  value: Uint8Array,
): boolean {
  try {
    return verifySignature(SIGNATURE_ALGORITHMS[algorithm], publicKeyOf(certificate), TRIAL, value);
  } catch (cause) {
    if (cause instanceof SigningError && cause.code === 'KEY_UNSUPPORTED') return false;
    throw cause;
  }
}
