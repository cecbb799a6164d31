/**
 * Raises a CAdES signature to the levels B-T and B-LT of EN 319 122-1 §6; `archive-time-stamp` goes
 * on to B-LTA. Nothing that is there changes (docs/formats/cades.md), and nothing is validated:
 * whether the token is one over this signature, and the data those that it needs, is for the caller
 * to have checked, and the result for the validator.
 */
import { parseSignedData, type SignedData } from './cms-signed-data.js';
import type { DerNode } from './der-reader.js';
import { derOid, derSequence, derSetOf } from './der-writer.js';
import { type DigestAlgorithm, digestOf } from './digest-algorithms.js';
import { addToSignedData } from './internal/signed-data-additions.js';
import { OID } from './oids.js';
import { ocspInfo } from './revocation-info.js';

export type CadesLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

/** What a validation needs besides the signature; DER of each. */
export interface ValidationData {
  readonly certificates: readonly Uint8Array[];
  /** CertificateLists. */
  readonly crls: readonly Uint8Array[];
  /** OCSPResponses. */
  readonly ocspResponses: readonly Uint8Array[];
}

/** By structure alone: a signature that has these attributes, not one whose time-stamps are good. */
export function levelOf(signedData: SignedData): CadesLevel {
  if (unsignedValues(signedData, OID.signatureTimeStamp).length === 0) return 'B-B';
  const isLongTerm =
    signedData.revocationNodes.length > 0 &&
    !signedData.signer.unsignedAttributes.some(({ type }) => NOT_IN_LT.has(type));
  if (!isLongTerm) return 'B-T';
  return unsignedValues(signedData, OID.archiveTimeStampV3).length === 0 ? 'B-LT' : 'B-LTA';
}

/** The values of all unsigned attributes of a type, in the order of the encoding. */
export function unsignedValues({ signer }: SignedData, type: string): readonly DerNode[] {
  return signer.unsignedAttributes
    .filter((attribute) => attribute.type === type)
    .flatMap(({ values }) => values);
}

/** What a signature time-stamp is over: the signature value, without tag and length (§5.3). */
export function signatureImprint({ signer }: SignedData, digest: DigestAlgorithm): Uint8Array {
  return digestOf(digest, signer.signature);
}

/**
 * B-B → B-T, or one time-stamp more.
 *
 * @param token over `signatureImprint`, in DER.
 * @throws SigningError CMS_MALFORMED, AUGMENTATION_REFUSED.
 */
export function withSignatureTimeStamp(
  cms: Uint8Array,
  token: { readonly der: Uint8Array },
): Uint8Array {
  parseSignedData(token.der, 'time-stamp-token');
  const attribute = unsignedAttribute(OID.signatureTimeStamp, token.der);
  return addToSignedData(cms, { unsignedAttributes: [attribute] });
}

/**
 * B-T → B-LT, and of a B-LTA what its last time-stamp needs before the next. What is there already
 * is not added twice.
 *
 * @throws SigningError CMS_MALFORMED, AUGMENTATION_REFUSED.
 */
export function withValidationData(cms: Uint8Array, data: ValidationData): Uint8Array {
  return addToSignedData(cms, {
    certificates: data.certificates,
    revocations: [...data.crls, ...data.ocspResponses.map(ocspInfo)],
  });
}

/** An Attribute of one value. */
export function unsignedAttribute(type: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(type), derSetOf([value]));
}

/** Cardinality 0 at level B-LT (§6.3). */
const NOT_IN_LT: ReadonlySet<string> = new Set([
  OID.certificateReferences,
  OID.revocationReferences,
  OID.attributeCertificateReferences,
  OID.attributeRevocationReferences,
  OID.certificateValues,
  OID.revocationValues,
  OID.cadesCTimeStamp,
  OID.timeStampedReferences,
]);
