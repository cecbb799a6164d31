/**
 * Signs with a key that never leaves its token: a hardware security module, a card, by PKCS#11 (OASIS
 * 2.40). The module runs in a process of its own (docs/decisions/0023-where-keys-sign.md).
 */
import { utf8 } from '../base/bytes.js';
import type { Secret } from '../base/secret.js';
import {
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithmName,
  verifySignature,
} from '../signing/algorithms.js';
import { type Certificate, publicKeyOf, signingKeyOf } from '../signing/certificate.js';
import { SigningError } from '../signing/signing-error.js';
import { Pkcs11Supervisor, type SupervisorOptions } from './internal/pkcs11-supervisor.js';
import { KeysError } from './keys-error.js';
import { orderCertificates } from './seal-material.js';
import { algorithmsOf, type Signer, verifiedSigner } from './signer.js';

export interface Pkcs11SignerOptions {
  /** Path of the module. */
  readonly module: string;
  /** Label or serial number; null where there is one token only. */
  readonly token: string | null;
  /** Label of the private key, its CKA_ID, or both. */
  readonly keyLabel: string | null;
  readonly keyId: Uint8Array | null;
  /** Null for a token with a PIN pad of its own. */
  readonly pin: Secret | null;
  /** Signatures made at the same time. */
  readonly sessions: number;
  /** DER; beside those of the token, in any order. */
  readonly certificates: readonly Uint8Array[];
  /** Told why the process of the module ended, when it was not told to. */
  readonly onCrash: (cause: unknown) => void;
  /** The process's program; tests, which run from source, name the built one. */
  readonly entry?: URL;
  readonly limits?: Partial<SupervisorOptions>;
}

const ENTRY = new URL('./pkcs11-process.js', import.meta.url);
const LIMITS = {
  timeoutMillis: 30_000,
  maxWaiting: 1_024,
  firstPauseMillis: 250,
  longestPauseMillis: 30_000,
};
const MAX_BATCH = 64;

/**
 * Opens the token and signs a trial: it shows which certificate is the key's, and that key, PIN and
 * mechanism are right, at the start and not when the first seal is wanted.
 *
 * @throws KeysError KEYS_TOKEN_MODULE, KEYS_TOKEN_PIN_REFUSED, KEYS_TOKEN_KEY_UNKNOWN,
 * KEYS_TOKEN_UNAVAILABLE, KEYS_SEAL_UNUSABLE; SigningError CERTIFICATE_MALFORMED, KEY_UNSUPPORTED.
 */
export async function openPkcs11Signer(options: Pkcs11SignerOptions): Promise<Signer> {
  const { module, token, keyLabel, keyId, pin, sessions, onCrash } = options;
  const { supervisor, opened } = await Pkcs11Supervisor.start({
    ...LIMITS,
    ...options.limits,
    open: { kind: 'open', module, token, keyLabel, keyId, sessions },
    pin,
    entry: options.entry ?? ENTRY,
    onCrash,
  });
  try {
    // A certificate may allow its RSA key PSS alone.
    const isPss = (name: SignatureAlgorithmName): boolean => name.startsWith('rsa-pss');
    const trialAlgorithm = opened.algorithms.find(isPss) ?? opened.algorithms[0];
    if (trialAlgorithm === undefined)
      throw new KeysError('KEYS_TOKEN_KEY_UNKNOWN', 'the token cannot sign with this key');
    const value = await supervisor.sign(trialAlgorithm, TRIAL);
    const { certificate, chain } = orderCertificates(
      (one) => isOfKey(one, trialAlgorithm, value),
      [...opened.certificates, ...options.certificates],
    );
    const algorithms = algorithmsOf(signingKeyOf(certificate).kind).filter((name) =>
      opened.algorithms.includes(name),
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
