/**
 * Seals: detached CAdES-B-B signatures with the operator's own certificate. Whatever holds the key,
 * a seal is validated by the code that a stranger would use before it is handed out; a fault in the
 * key, the token or our encoder must not become a bad seal in a log that never forgets.
 */
import type { UnixMillis } from '../base/brand.js';
import { assert } from '../base/errors.js';
import {
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
} from '../signing/algorithms.js';
import { cadesSigner, completeCades, prepareCades } from '../signing/cades-builder.js';
import {
  type CadesRequest,
  type ContentDigest,
  validateCades,
} from '../signing/cades-validator.js';
import { usageFlaw } from '../signing/certificate-usage.js';
import {
  type Certificate,
  isSelfIssued,
  parseCertificate,
  signingKeyOf,
} from '../signing/certificate.js';
import { isDevelopmentName } from '../signing/development-mark.js';
import { digestOf } from '../signing/digest-algorithms.js';
import { importPrivateKey } from '../signing/private-key.js';
import { SigningError } from '../signing/signing-error.js';
import { trustAnchorFrom } from '../signing/trust-anchor.js';
import { SELF_CHECK_POLICY } from '../signing/validation-policy.js';
import type { Signer } from './signer.js';
import { softwareSigner } from './software-signer.js';

export interface SealSigner {
  readonly certificate: Certificate;
  /** What travels in each seal beside the certificate. */
  readonly chain: readonly Certificate[];
  readonly signatureAlgorithm: SignatureAlgorithmName;
  /** The certificate is one of the embedded development authority. */
  readonly development: boolean;
  /**
   * DER of a detached CAdES over `content`, or over the content of that digest, which must be under
   * the digest of `signatureAlgorithm`.
   *
   * @param signingTime what the seal claims; the certificate must be valid then.
   * @throws SigningError SIGNATURE_SELF_CHECK_FAILED, and then there is no seal.
   */
  seal(content: Uint8Array | ContentDigest, signingTime: UnixMillis): Promise<Uint8Array>;
}

export interface SealCertificates {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER; from the certificate's issuer upwards, up to but not including the root. May be empty. */
  readonly chain: readonly Uint8Array[];
}

export interface SealOptions extends SealCertificates {
  /** DER; what the chain ends at, where it is known. It does not travel: who trusts it has it. */
  readonly root?: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithmName;
  /** Signs bytes that are not hashed yet; ECDSA in DER. Need not be trusted to do it well. */
  readonly sign: (toBeSigned: Uint8Array) => Promise<Uint8Array>;
}

export interface SoftwareSealOptions extends SealCertificates {
  /** PKCS#8 DER. */
  readonly privateKeyPkcs8: Uint8Array;
  /** For RSA keys, which can do two; the default is PSS. */
  readonly signatureAlgorithm?: SignatureAlgorithmName;
}

/**
 * Seals with a key that is wherever `sign` finds it.
 *
 * @throws SigningError CERTIFICATE_MALFORMED or KEY_UNSUPPORTED, and SEAL_CERTIFICATE_UNSUITABLE if
 * the certificate is not for documents or not for the algorithm.
 */
export function sealSigner(options: SealOptions): SealSigner {
  const certificate = parseCertificate(options.certificate);
  const chain = options.chain.map(parseCertificate);
  const signatureAlgorithm = SIGNATURE_ALGORITHMS[options.signatureAlgorithm];
  const flaw = usageFlaw(certificate);
  if (flaw !== null) throw unsuitable(`the certificate ${flaw}`);
  if (!signatureAlgorithm.keyKinds.includes(signingKeyOf(certificate).kind))
    throw unsuitable('the key cannot make signatures of the algorithm asked for');

  const signer = cadesSigner({ certificate, chain, signatureAlgorithm });
  const top = options.root === undefined ? chain.slice(-1) : [parseCertificate(options.root)];
  const anchors = top.map((each) => trustAnchorFrom(each));
  return {
    certificate,
    chain,
    signatureAlgorithm: signatureAlgorithm.name,
    development: [certificate.subject, certificate.issuer].some(isDevelopmentName),
    async seal(content, signingTime) {
      const contentDigest = digestUnder(signatureAlgorithm, content);
      const prepared = prepareCades(signer, { contentDigest, signingTime });
      const cms = completeCades(prepared, await options.sign(prepared.toBeSigned));
      assertGenuine({ cms, content, anchors, at: signingTime }, certificate);
      return cms;
    },
  };
}

/**
 * Seals with a signer, and under the certificates that it has.
 *
 * @param algorithm the signer's first unless given.
 * @throws SigningError as `sealSigner`.
 */
export function sealSignerOf(signer: Signer, algorithm?: SignatureAlgorithmName): SealSigner {
  const { certificate, chain, algorithms } = signer.describe();
  const signatureAlgorithm = algorithm ?? algorithms[0];
  if (signatureAlgorithm === undefined || !algorithms.includes(signatureAlgorithm))
    throw unsuitable('the key cannot make signatures of the algorithm asked for');
  const root = chain.findLast(isSelfIssued);
  return sealSigner({
    certificate: certificate.der,
    chain: chain.filter((issuer) => issuer !== root).map(({ der }) => der),
    ...(root !== undefined && { root: root.der }),
    signatureAlgorithm,
    async sign(toBeSigned) {
      const [value] = await signer.sign([toBeSigned], { algorithm: signatureAlgorithm });
      assert(value !== undefined, 'a value for each');
      return value;
    },
  });
}

/**
 * Seals with a key that is in this process's memory.
 *
 * @throws SigningError as `sealSigner`, and SEAL_CERTIFICATE_UNSUITABLE if the key is not the
 * certificate's.
 */
export function softwareSealSigner({
  privateKeyPkcs8,
  signatureAlgorithm,
  ...certificates
}: SoftwareSealOptions): SealSigner {
  const privateKey = importPrivateKey(privateKeyPkcs8);
  return sealSignerOf(softwareSigner({ ...certificates, privateKey }), signatureAlgorithm);
}

function digestUnder(
  algorithm: SignatureAlgorithm,
  content: Uint8Array | ContentDigest,
): Uint8Array {
  if (content instanceof Uint8Array) return digestOf(algorithm.digest, content);
  assert(content.algorithm === algorithm.digest.name, "a digest under the signer's algorithm");
  return content.digest;
}

/**
 * The whole validation, with the top of the chain as the anchor: who else trusts it is not ours to
 * say. Without a chain there is no anchor, so everything up to the path is validated, and the dates.
 */
function assertGenuine(request: CadesRequest, { notBefore, notAfter }: Certificate): void {
  const { indication, subIndication, intact } = validateCades({
    ...request,
    policy: SELF_CHECK_POLICY,
  });
  const isWithinDates = request.at >= notBefore && request.at <= notAfter;
  const isGenuine =
    request.anchors.length > 0
      ? indication === 'TOTAL-PASSED'
      : intact && isWithinDates && subIndication === 'NO_CERTIFICATE_CHAIN_FOUND';
  if (!isGenuine)
    throw new SigningError(
      'SIGNATURE_SELF_CHECK_FAILED',
      `the seal made does not validate (${subIndication ?? indication}); check key and certificate`,
    );
}

function unsuitable(reason: string): SigningError {
  return new SigningError('SEAL_CERTIFICATE_UNSUITABLE', `cannot seal: ${reason}`);
}
