/**
 * Makes time-stamp tokens (RFC 3161 §2.4.2, RFC 5816), in two steps as `cades-builder` makes signatures,
 * for the development authority and for tests:
 *
 *     const issuer = timeStampIssuer({ certificate, chain, signatureAlgorithm, policy, accuracyMillis });
 *     const prepared = prepareTimeStamp(issuer, request, { serialNumber, genTime });
 *     const token = completeTimeStamp(prepared, await sign(prepared.toBeSigned));
 *
 * Whether the certificate is one for time-stamping is for whoever configures it: what is asked for is
 * written. A request for another policy must be refused before (`acceptsPolicy`).
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
import { digestOf } from './digest-algorithms.js';
import {
  algorithmProtection,
  attribute,
  signerInfo,
  signerInfoHead,
  signingCertificateV2,
} from './internal/signer-encoding.js';
import { OID } from './oids.js';
import type { TimeStampRequest } from './time-stamp-request.js';
import { derTstInfo } from './tst-info.js';

export interface TimeStampIssuer {
  readonly certificate: Certificate;
  /** Those between the authority's and the anchor. */
  readonly chain: readonly Certificate[];
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** The one policy under which it stamps. */
  readonly policy: string;
  /** Whole milliseconds above 0, or null to say nothing; EN 319 422 wants a second or less. */
  readonly accuracyMillis: number | null;
}

export interface PreparedTimeStamp {
  readonly issuer: TimeStampIssuer;
  /** DER of the TSTInfo. */
  readonly content: Uint8Array;
  readonly withCertificates: boolean;
  /** To be hashed with `issuer.signatureAlgorithm.digest` and signed. */
  readonly toBeSigned: Uint8Array;
}

export function acceptsPolicy({ policy }: TimeStampIssuer, request: TimeStampRequest): boolean {
  return request.policy === null || request.policy === policy;
}

/**
 * @param stamp serialNumber: a positive magnitude that this authority gives once, of at most 20 bytes;
 *   genTime: when it is made.
 */
export function prepareTimeStamp(
  issuer: TimeStampIssuer,
  request: TimeStampRequest,
  { serialNumber, genTime }: { serialNumber: Uint8Array; genTime: UnixMillis },
): PreparedTimeStamp {
  assert(acceptsPolicy(issuer, request), 'a request that was not to be refused');
  assert(serialNumber.length > 0 && serialNumber.length <= 20, 'a serial number of 1 to 20 bytes');
  const { certificate, signatureAlgorithm, policy, accuracyMillis } = issuer;
  const { imprint, nonce } = request;
  const tsa = certificate.subject;
  const content = derTstInfo({
    ...{ policy, imprint, genTime, accuracyMillis, nonce, tsa },
    serialNumber,
  });
  const toBeSigned = derSetOf([
    attribute(derOid(OID.contentType), derOid(OID.tstInfo)),
    attribute(
      derOid(OID.messageDigest),
      derOctetString(digestOf(signatureAlgorithm.digest, content)),
    ),
    attribute(derOid(OID.signingTime), derTime(genTime)),
    attribute(derOid(OID.signingCertificateV2), signingCertificateV2(certificate)),
    attribute(derOid(OID.cmsAlgorithmProtection), algorithmProtection(signatureAlgorithm)),
  ]);
  return { issuer, content, withCertificates: request.certReq, toBeSigned };
}

/** @param signatureValue ECDSA-Sig-Value in DER, or the RSA signature. Not verified. */
export function completeTimeStamp(
  { issuer, content, withCertificates, toBeSigned }: PreparedTimeStamp,
  signatureValue: Uint8Array,
): Uint8Array {
  const { certificate, chain, signatureAlgorithm } = issuer;
  assert(chain.length < MAX_CMS_CERTIFICATES, `at most ${MAX_CMS_CERTIFICATES} certificates`);
  const certificates = [certificate, ...chain].map((each) => each.der);
  const head = signerInfoHead(certificate, signatureAlgorithm);
  const signedData = derSequence(
    derInteger(3),
    derSetOf([signatureAlgorithm.digest.identifier]),
    derSequence(derOid(OID.tstInfo), derExplicit(0, derOctetString(content))),
    withCertificates ? derSetOf(certificates, contextTag(0)) : new Uint8Array(),
    derSetOf([signerInfo(head, toBeSigned, signatureAlgorithm, signatureValue)]),
  );
  return derSequence(derOid(OID.signedData), derExplicit(0, signedData));
}
