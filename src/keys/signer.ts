/**
 * Whatever makes signatures with a key that certificates vouch for: the seal's above all. What stands
 * above it hands over bytes and gets signature values, and never learns whether the key lies in this
 * process, in a token on this machine or, later, with a trust service.
 *
 * A service by the CSC API v2 will fit as it stands: whoever asks has prepared everything that is signed,
 * signing time included (`prepareCades`), so the hashes are fixed before anybody is asked to allow them;
 * the allowance (SAD, bound to these hashes) comes in as `authorization`, one call carries as many hashes
 * as `maxBatch` allows, and `idempotencyKey` finds the answer again when the connection broke while the
 * service was at work. It adds a step before this one, `credentials/authorize`, and not another `sign`.
 */
import { assert } from '../base/errors.js';
import type { Secret } from '../base/secret.js';
import {
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithmName,
  verifySignature,
} from '../signing/algorithms.js';
import { type Certificate, publicKeyOf } from '../signing/certificate.js';
import type { SigningKeyKind } from '../signing/public-key.js';
import { SigningError } from '../signing/signing-error.js';

export interface SignerDescription {
  /** Of the key that signs. */
  readonly certificate: Certificate;
  /** Issuers, nearest first; the root is the last one, where it is known. May be empty. */
  readonly chain: readonly Certificate[];
  /** What the key can do where it lies, the one to be taken unless told otherwise first; never empty. */
  readonly algorithms: readonly SignatureAlgorithmName[];
  /** How much one call may ask for. */
  readonly maxBatch: number;
  /** `software` also for a key from a PEM file: it lies in this process. */
  readonly where: 'software' | 'pkcs12' | 'pkcs11';
}

export interface SignOptions {
  /** One of the description. */
  readonly algorithm: SignatureAlgorithmName;
  /** Same key, same bytes: the same answer, where the signer is far away. Local ones sign again. */
  readonly idempotencyKey?: string;
  /** What a service wants to see before it signs these very bytes. Local signers want nothing. */
  readonly authorization?: Secret;
}

export interface Signer {
  describe(): SignerDescription;
  /**
   * Signature values over bytes that are not hashed yet, in their order; ECDSA in DER. Each has been
   * verified with the certificate's key.
   *
   * @throws SigningError SIGNATURE_SELF_CHECK_FAILED; KeysError KEYS_TOKEN_*. Nothing was signed then,
   * or nothing that leaves: asking again is safe.
   */
  sign(toBeSigned: readonly Uint8Array[], options: SignOptions): Promise<readonly Uint8Array[]>;
  /** Waits for what is under way; takes nothing more. */
  close(): Promise<void>;
}

/** How a key signs, wherever it lies; it need not be trusted to do it well. */
export type RawSign = (
  toBeSigned: readonly Uint8Array[],
  options: SignOptions,
) => Promise<readonly Uint8Array[]>;

/**
 * A signer around what signs: it asks for nothing that the key cannot do, and lets no value pass that a
 * stranger would refuse. A fault of a token is found here, before anything is built of its answer.
 */
export function verifiedSigner(
  description: SignerDescription,
  rawSign: RawSign,
  close: () => Promise<void> = () => Promise.resolve(),
): Signer {
  const publicKey = publicKeyOf(description.certificate);
  return {
    describe: () => description,
    async sign(toBeSigned, options) {
      const { algorithms, maxBatch } = description;
      assert(algorithms.includes(options.algorithm), 'an algorithm that the signer offers');
      assert(toBeSigned.length <= maxBatch, 'no more at a time than the signer takes');
      const values = await rawSign(toBeSigned, options);
      const algorithm = SIGNATURE_ALGORITHMS[options.algorithm];
      const areGenuine =
        values.length === toBeSigned.length &&
        toBeSigned.every((message, at) =>
          verifySignature(algorithm, publicKey, message, values[at] ?? NO_VALUE),
        );
      if (!areGenuine)
        throw new SigningError(
          'SIGNATURE_SELF_CHECK_FAILED',
          'a signature made is not one of the certificate’s key; check key and certificate',
        );
      return values;
    },
    close,
  };
}

const NO_VALUE = new Uint8Array();

/** What a kind of key can do, what it does unless told otherwise first. */
export function algorithmsOf(kind: SigningKeyKind): readonly SignatureAlgorithmName[] {
  const all = Object.values(SIGNATURE_ALGORITHMS)
    .filter(({ keyKinds }) => keyKinds.includes(kind))
    .map(({ name }) => name);
  const first = PREFERRED[kind];
  return [first, ...all.filter((name) => name !== first)];
}

/** As strong as the key, and no longer. */
const PREFERRED: Readonly<Record<SigningKeyKind, SignatureAlgorithmName>> = {
  'ec-p256': 'ecdsa-sha256',
  'ec-p384': 'ecdsa-sha384',
  rsa: 'rsa-pss-sha256',
  'rsa-pss': 'rsa-pss-sha256',
};
