/**
 * Signing in two steps, for keys that are elsewhere: a token, a remote service, another person's machine. What
 * is to be signed is made again at the second step from what the first has handed out, so the node keeps nothing
 * in between, and a preparation that is never completed costs nothing.
 */
import type { UnixMillis } from '../base/brand.js';
import { digestToHex } from '../base/hex-digest.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '../signing/algorithms.js';
import {
  cadesSigner,
  completeCades,
  prepareCades,
  type PreparedCades,
} from '../signing/cades-builder.js';
import { usageFlaw } from '../signing/certificate-usage.js';
import { parseCertificate, publicKeyOf, signingKeyOf } from '../signing/certificate.js';
import { digestOf } from '../signing/digest-algorithms.js';
import type { SigningKeyKind } from '../signing/public-key.js';
import { acceptedSignatureValue } from '../signing/signature-value.js';
import { assertRoom, type SignatureTarget } from './attach-signature.js';
import { CommandError } from './command-error.js';
import { formatPrepared, parsePrepared, type PreparedTerms } from './internal/prepared-signing.js';
import { openSignable } from './internal/signable.js';

export {
  MAX_PREPARED_LENGTH,
  MAX_SIGNING_CHAIN,
  SIGNING_ALGORITHMS,
} from './internal/prepared-signing.js';

export interface SigningTerms {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER; from the certificate's issuer upwards, without the root. */
  readonly chain: readonly Uint8Array[];
  /** Without it the usual one of the certificate's key. */
  readonly algorithm?: SignatureAlgorithmName;
  /** What the signature will claim. */
  readonly signingTime: UnixMillis;
}

export interface PreparedSigning {
  /** To be sent back with the signature value; as it is. */
  readonly prepared: string;
  /** DER of the signed attributes: what is hashed and signed. */
  readonly toBeSigned: Uint8Array;
  readonly digestAlgorithm: string;
  /** Of `toBeSigned`, for services that sign digests. */
  readonly digest: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithmName;
}

/**
 * @throws CommandError SIGNING_REFUSED, and as `attachSignature` what can be told before; SigningError
 *   CERTIFICATE_MALFORMED, KEY_UNSUPPORTED.
 */
export async function prepareSigning(
  target: SignatureTarget,
  terms: SigningTerms,
): Promise<PreparedSigning> {
  const { entry } = await openSignable(target);
  await assertRoom(target, 0);
  const algorithm = terms.algorithm ?? defaultAlgorithm(terms.certificate);
  const { signer, toBeSigned } = prepare({ ...terms, algorithm }, entry.statement);
  const { digest } = signer.signatureAlgorithm;
  return {
    prepared: formatPrepared({ ...terms, algorithm, of: digestToHex(entry.leafHash) }),
    toBeSigned,
    digestAlgorithm: digest.name,
    digest: digestOf(digest, toBeSigned),
    signatureAlgorithm: algorithm,
  };
}

/**
 * The CMS of a prepared signing. Its value is verified here; the whole is validated when it is attached.
 *
 * @param signatureValue RSA, or ECDSA as DER or as r ‖ s.
 * @throws CommandError SIGNING_REFUSED, SIGNATURE_REFUSED; and as `prepareSigning`.
 */
export async function completeSigning(
  target: SignatureTarget,
  prepared: string,
  signatureValue: Uint8Array,
): Promise<Uint8Array> {
  const { of, ...terms } = parsePrepared(prepared, refused);
  const { entry } = await openSignable(target);
  if (of !== digestToHex(entry.leafHash))
    throw refused('it was prepared for another entry: complete it there');
  const made = prepare(terms, entry.statement);
  const { certificate, signatureAlgorithm } = made.signer;
  const key = publicKeyOf(certificate);
  const value = acceptedSignatureValue(signatureAlgorithm, key, made.toBeSigned, signatureValue);
  if (value === null)
    throw new CommandError(
      'SIGNATURE_REFUSED',
      "the value is not one by the certificate's key over `toBeSigned`",
    );
  return completeCades(made, value);
}

function prepare(terms: Omit<PreparedTerms, 'of'>, statement: Uint8Array): PreparedCades {
  const certificate = parseCertificate(terms.certificate);
  const chain = terms.chain.map(parseCertificate);
  const signatureAlgorithm = SIGNATURE_ALGORITHMS[terms.algorithm];
  const flaw = usageFlaw(certificate);
  if (flaw !== null) throw refused(`the certificate ${flaw}`);
  if (!signatureAlgorithm.keyKinds.includes(signingKeyOf(certificate).kind))
    throw refused("the certificate's key makes no signatures of that algorithm: name another");
  const { signingTime } = terms;
  if (signingTime < certificate.notBefore || signingTime > certificate.notAfter)
    throw refused('the certificate is not valid at the signing time: name another, or renew it');
  const signer = cadesSigner({ certificate, chain, signatureAlgorithm });
  const contentDigest = digestOf(signatureAlgorithm.digest, statement);
  return prepareCades(signer, { contentDigest, signingTime });
}

/** Of RSA what every token can do; PSS is asked for by name. */
const DEFAULT_ALGORITHM: Readonly<Record<SigningKeyKind, SignatureAlgorithmName>> = {
  'ec-p256': 'ecdsa-sha256',
  'ec-p384': 'ecdsa-sha384',
  rsa: 'rsa-pkcs1-sha256',
  'rsa-pss': 'rsa-pss-sha256',
};

function defaultAlgorithm(certificate: Uint8Array): SignatureAlgorithmName {
  return DEFAULT_ALGORITHM[signingKeyOf(parseCertificate(certificate)).kind];
}

function refused(reason: string): CommandError {
  return new CommandError('SIGNING_REFUSED', `this cannot be signed so: ${reason}`);
}
