/**
 * Builds detached CAdES-B-B signatures (EN 319 122-1 §6) in two steps, because the key may live
 * elsewhere: a token, a remote service, another process.
 *
 *     const signer = cadesSigner({ certificate, chain, signatureAlgorithm });
 *     const prepared = prepareCades(signer, { contentDigest, signingTime });
 *     const cms = completeCades(prepared, await sign(prepared.toBeSigned));
 *
 * What depends on the signer alone is encoded once. Nothing is verified here: whoever calls must
 * validate the result before it leaves (`keys/seal-signer` does).
 */
import type { UnixMillis } from '../base/brand.js';
import { assert } from '../base/errors.js';
import type { SignatureAlgorithm } from './algorithms.js';
import type { Certificate } from './certificate.js';
import { MAX_CMS_CERTIFICATES } from './cms-signed-data.js';
import { contextTag } from './der-tag.js';
import {
  derExplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTime,
} from './der-writer.js';
import {
  algorithmProtection,
  attribute,
  signerInfo,
  signerInfoHead,
  signingCertificateV2,
} from './internal/signer-encoding.js';
import { OID } from './oids.js';

/** A signer's part of every signature it makes, encoded. */
export interface CadesSigner {
  readonly certificate: Certificate;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** Signed attributes that do not change. */
  readonly fixedAttributes: readonly Uint8Array[];
  /** version, digestAlgorithms, encapContentInfo, certificates of SignedData. */
  readonly signedDataHead: readonly Uint8Array[];
  /** version, sid, digestAlgorithm of SignerInfo. */
  readonly signerInfoHead: readonly Uint8Array[];
}

export interface PreparedCades {
  readonly signer: CadesSigner;
  /** To be hashed with `signer.signatureAlgorithm.digest` and signed. */
  readonly toBeSigned: Uint8Array;
}

/**
 * @param chain the certificates between the signer's and the anchor, in any order. The anchor's own
 *   is of no use to a verifier, who must have it anyway.
 */
export function cadesSigner({
  certificate,
  chain,
  signatureAlgorithm,
}: {
  certificate: Certificate;
  chain: readonly Certificate[];
  signatureAlgorithm: SignatureAlgorithm;
}): CadesSigner {
  assert(chain.length < MAX_CMS_CERTIFICATES, `at most ${MAX_CMS_CERTIFICATES} certificates`);
  const digestAlgorithm = signatureAlgorithm.digest.identifier;
  const certificates = [certificate, ...chain].map((each) => each.der);
  return {
    certificate,
    signatureAlgorithm,
    fixedAttributes: [
      attribute(derOid(OID.contentType), derOid(OID.data)),
      attribute(derOid(OID.signingCertificateV2), signingCertificateV2(certificate)),
      attribute(derOid(OID.cmsAlgorithmProtection), algorithmProtection(signatureAlgorithm)),
    ],
    signedDataHead: [
      derInteger(1),
      derSetOf([digestAlgorithm]),
      derSequence(derOid(OID.data)),
      derSetOf(certificates, contextTag(0)),
    ],
    signerInfoHead: signerInfoHead(certificate, signatureAlgorithm),
  };
}

/**
 * @param contentDigest of the content, under the digest of the signer's algorithm.
 * @param signingTime what the signature will claim, cut to whole seconds.
 */
export function prepareCades(
  signer: CadesSigner,
  { contentDigest, signingTime }: { contentDigest: Uint8Array; signingTime: UnixMillis },
): PreparedCades {
  assert(
    contentDigest.length === signer.signatureAlgorithm.digest.length,
    'a digest of the length its algorithm gives',
  );
  const toBeSigned = derSetOf([
    ...signer.fixedAttributes,
    attribute(MESSAGE_DIGEST, derOctetString(contentDigest)),
    attribute(SIGNING_TIME, derTime(signingTime)),
  ]);
  return { signer, toBeSigned };
}

/** @param signatureValue ECDSA-Sig-Value in DER, or the RSA signature. Not verified. */
export function completeCades(
  { signer, toBeSigned }: PreparedCades,
  signatureValue: Uint8Array,
): Uint8Array {
  const { signedDataHead, signatureAlgorithm } = signer;
  const info = signerInfo(signer.signerInfoHead, toBeSigned, signatureAlgorithm, signatureValue);
  const signedData = derSequence(...signedDataHead, derSetOf([info]));
  return derSequence(SIGNED_DATA, derExplicit(0, signedData));
}

const MESSAGE_DIGEST = derOid(OID.messageDigest);
const SIGNING_TIME = derOid(OID.signingTime);
const SIGNED_DATA = derOid(OID.signedData);
