/**
 * RevocationInfoChoice: how CMS carries CRLs (RFC 5652 §10.2.1) and OCSP responses (RFC 5940).
 * Neither is read here; `certificate-list` and `ocsp-response` do that.
 */
import { DerFields } from './der-fields.js';
import { derBytes, type DerNode } from './der-reader.js';
import { contextTag, TAG } from './der-tag.js';
import { readOid } from './der-values.js';
import { der, derExplicit, derOctetString, derOid, derSequence } from './der-writer.js';
import { OID } from './oids.js';
import { parsing } from './signing-error.js';

export interface RevocationInfo {
  readonly kind: 'crl' | 'ocsp';
  /** CertificateList or OCSPResponse. Of a bare BasicOCSPResponse: the OCSPResponse around it. */
  readonly der: Uint8Array;
}

/**
 * A CRL is a RevocationInfoChoice as it stands; an OCSP response needs this around it.
 *
 * @param ocspResponse DER of an OCSPResponse; what EN 319 122-1 §5.4.2.1 prefers.
 */
export function ocspInfo(ocspResponse: Uint8Array): Uint8Array {
  return der(contextTag(1), OCSP_RESPONSE, ocspResponse);
}

/**
 * @returns null for a format that is neither.
 * @throws SigningError CMS_MALFORMED.
 */
export function readRevocationInfo(node: DerNode): RevocationInfo | null {
  if (node.tag === TAG.sequence) return { kind: 'crl', der: derBytes(node) };
  return parsing('CMS_MALFORMED', 'CMS revocation information', () => {
    const fields = DerFields.of(node, contextTag(1));
    const format = readOid(fields.next());
    const value = derBytes(fields.next());
    fields.end();
    if (format === OID.ocspResponse) return { kind: 'ocsp', der: value };
    return format === OID.ocspBasic ? { kind: 'ocsp', der: successful(value) } : null;
  });
}

const OCSP_RESPONSE = derOid(OID.ocspResponse);
const OCSP_BASIC = derOid(OID.ocspBasic);

/** OCSPResponse of RFC 6960 §4.2.1, status successful. */
function successful(basicResponse: Uint8Array): Uint8Array {
  return derSequence(
    der(TAG.enumerated, Uint8Array.of(0)),
    derExplicit(0, derSequence(OCSP_BASIC, derOctetString(basicResponse))),
  );
}
