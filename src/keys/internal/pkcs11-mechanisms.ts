/**
 * How a token is asked for a signature (PKCS#11 2.40, mechanisms §2.1 and §2.3), and how its answer becomes
 * what X.509 and CMS have. Where the token leaves a choice, this process hashes: then 32 bytes go to the
 * token and not the message, and every token can do it.
 */
import type * as Pkcs11 from 'pkcs11js';
import { SIGNATURE_ALGORITHMS } from '../../signing/algorithms.js';
import { derInteger, derOctetString, derSequence } from '../../signing/der-writer.js';
import {
  type DigestAlgorithm,
  type DigestName,
  digestOf,
} from '../../signing/digest-algorithms.js';
import { DIGEST_ECDSA, type TokenAlgorithm } from './pkcs11-messages.js';

export type Pkcs11Library = typeof Pkcs11;

/** One way to ask for it. */
export interface TokenMechanism {
  readonly mechanism: Pkcs11.Mechanism;
  /** What the token is given of the message. */
  readonly input: (message: Uint8Array) => Uint8Array;
  /** What the token answers, as it goes into a certificate or a CMS. */
  readonly output: (value: Uint8Array) => Uint8Array;
}

/** Anchors are digests: what has a token hash them again would be of no use. */
export function digestMechanisms(
  { CKM_ECDSA }: Pkcs11Library,
  offered: ReadonlySet<number>,
): ReadonlyMap<TokenAlgorithm, TokenMechanism> {
  const way = { mechanism: { mechanism: CKM_ECDSA }, input: asItIs, output: asItIs };
  return new Map(offered.has(CKM_ECDSA) ? [[DIGEST_ECDSA, way]] : []);
}

/** What a key type can do on a token with these mechanisms, by the name of the algorithm. */
export function tokenMechanisms(
  library: Pkcs11Library,
  keyType: number,
  offered: ReadonlySet<number>,
): ReadonlyMap<TokenAlgorithm, TokenMechanism> {
  const found = new Map<TokenAlgorithm, TokenMechanism>();
  for (const { name, scheme, digest, saltLength } of Object.values(SIGNATURE_ALGORITHMS)) {
    const isOfKey = scheme === 'ecdsa' ? keyType === library.CKK_EC : keyType === library.CKK_RSA;
    if (!isOfKey) continue;
    const ways =
      scheme === 'ecdsa'
        ? ecdsa(library, digest)
        : scheme === 'rsa-pss'
          ? pss(library, digest, saltLength)
          : pkcs1(library, digest);
    const way = ways.find(({ mechanism }) => offered.has(mechanism.mechanism));
    if (way !== undefined) found.set(name, way);
  }
  return found;
}

function ecdsa(library: Pkcs11Library, digest: DigestAlgorithm): readonly TokenMechanism[] {
  const whole = {
    sha256: library.CKM_ECDSA_SHA256,
    sha384: library.CKM_ECDSA_SHA384,
    sha512: library.CKM_ECDSA_SHA512,
  } satisfies Record<DigestName, number>;
  return [
    {
      mechanism: { mechanism: library.CKM_ECDSA },
      input: (message) => digestOf(digest, message),
      output: ecdsaValue,
    },
    { mechanism: { mechanism: whole[digest.name] }, input: asItIs, output: ecdsaValue },
  ];
}

/** PKCS#11 has r ‖ s, of equal length; RFC 3279 §2.2.3 wants a SEQUENCE of two INTEGERs. */
function ecdsaValue(value: Uint8Array): Uint8Array {
  const half = value.length / 2;
  // A value of odd length is none; it is passed on, and whoever verifies it says so.
  if (!Number.isInteger(half) || half === 0) return value;
  return derSequence(derInteger(value.subarray(0, half)), derInteger(value.subarray(half)));
}

function pkcs1(library: Pkcs11Library, digest: DigestAlgorithm): readonly TokenMechanism[] {
  const whole = {
    sha256: library.CKM_SHA256_RSA_PKCS,
    sha384: library.CKM_SHA384_RSA_PKCS,
    sha512: library.CKM_SHA512_RSA_PKCS,
  } satisfies Record<DigestName, number>;
  return [
    {
      mechanism: { mechanism: library.CKM_RSA_PKCS },
      // DigestInfo (RFC 8017 §9.2): the token pads it, and knows nothing of the digest.
      input: (message) =>
        derSequence(digest.identifierWithNull, derOctetString(digestOf(digest, message))),
      output: asItIs,
    },
    { mechanism: { mechanism: whole[digest.name] }, input: asItIs, output: asItIs },
  ];
}

function pss(
  library: Pkcs11Library,
  digest: DigestAlgorithm,
  saltLength: number,
): readonly TokenMechanism[] {
  const numbers = {
    sha256: [library.CKM_SHA256, library.CKG_MGF1_SHA256, library.CKM_SHA256_RSA_PKCS_PSS],
    sha384: [library.CKM_SHA384, library.CKG_MGF1_SHA384, library.CKM_SHA384_RSA_PKCS_PSS],
    sha512: [library.CKM_SHA512, library.CKG_MGF1_SHA512, library.CKM_SHA512_RSA_PKCS_PSS],
  } satisfies Record<DigestName, readonly [number, number, number]>;
  const [hashAlg, mgf, whole] = numbers[digest.name] as readonly [number, number, number];
  const parameter: Pkcs11.RsaPSS = {
    type: library.CK_PARAMS_RSA_PSS,
    hashAlg,
    mgf,
    saltLen: saltLength,
  };
  return [
    {
      mechanism: { mechanism: library.CKM_RSA_PKCS_PSS, parameter },
      input: (message) => digestOf(digest, message),
      output: asItIs,
    },
    { mechanism: { mechanism: whole, parameter }, input: asItIs, output: asItIs },
  ];
}

function asItIs(bytes: Uint8Array): Uint8Array {
  return bytes;
}
