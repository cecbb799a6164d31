/**
 * Writes certificate revocation lists (RFC 5280 §5), in two steps as `certificate-builder` does, for the
 * authorities that we run ourselves: complete lists, of one issuer, about its own certificates.
 */
import type { UnixMillis } from '../base/brand.js';
import type { SignatureAlgorithm } from './algorithms.js';
import { authorityKeyIdentifier, derExtension } from './certificate-builder.js';
import { TAG } from './der-tag.js';
import {
  der,
  derBitString,
  derExplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derTime,
} from './der-writer.js';
import { OID } from './oids.js';

/** CRLReason (RFC 5280 §5.3.1), of those that a complete list may give. */
export const CRL_REASON = {
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;
export type CrlReason = keyof typeof CRL_REASON;

export interface RevokedCertificate {
  /** Contents octets of the INTEGER, as in `Certificate`. */
  readonly serialNumber: Uint8Array;
  readonly at: UnixMillis;
  /** Left out where it is not known: RFC 5280 §5.3.1 asks for that in place of `unspecified`. */
  readonly reason?: CrlReason;
}

export interface CertificateListTemplate {
  /** DER of the Name. */
  readonly issuer: Uint8Array;
  readonly issuerPublicKeyInfo: Uint8Array;
  /** Cut to whole seconds, as every instant here. */
  readonly thisUpdate: UnixMillis;
  readonly nextUpdate: UnixMillis;
  /** Greater than that of every earlier list of this issuer (RFC 5280 §5.2.3). */
  readonly number: number;
  readonly revoked: readonly RevokedCertificate[];
  readonly signatureAlgorithm: SignatureAlgorithm;
}

/** The TBSCertList, to be signed with the issuer's key. */
export function certificateListToBeSigned(template: CertificateListTemplate): Uint8Array {
  const { issuer, issuerPublicKeyInfo, number, revoked, signatureAlgorithm } = template;
  const crlNumber = { oid: OID.cRLNumber, isCritical: false, value: derInteger(number) };
  const extensions = [authorityKeyIdentifier(issuerPublicKeyInfo), crlNumber].map(derExtension);
  return derSequence(
    derInteger(VERSION_2),
    signatureAlgorithm.identifier,
    issuer,
    derTime(template.thisUpdate),
    derTime(template.nextUpdate),
    // RFC 5280 §5.1.2.6: where nothing is revoked the list is absent, not empty.
    ...(revoked.length === 0 ? [] : [derSequence(...revoked.map(entry))]),
    derExplicit(0, derSequence(...extensions)),
  );
}

/** DER of the CertificateList. */
export function completeCertificateList(
  toBeSigned: Uint8Array,
  signatureAlgorithm: SignatureAlgorithm,
  signatureValue: Uint8Array,
): Uint8Array {
  return derSequence(toBeSigned, signatureAlgorithm.identifier, derBitString(signatureValue));
}

const VERSION_2 = 1;

function entry({ serialNumber, at, reason }: RevokedCertificate): Uint8Array {
  const fields = [der(TAG.integer, serialNumber), derTime(at)];
  if (reason === undefined) return derSequence(...fields);
  const value = der(TAG.enumerated, Uint8Array.of(CRL_REASON[reason]));
  const extension = derSequence(derOid(OID.reasonCode), derOctetString(value));
  return derSequence(...fields, derSequence(extension));
}
