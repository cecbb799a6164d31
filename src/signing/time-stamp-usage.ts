/** Whether a certificate says that its key is for time-stamping and nothing else (RFC 3161 §2.3). */
import type { Certificate } from './certificate.js';
import { DerFields } from './der-fields.js';
import { readDer } from './der-reader.js';
import { contextTag, TAG } from './der-tag.js';
import { readBoolean, readExplicit, readOid, readSequence } from './der-values.js';
import { OID } from './oids.js';

/** A clause that continues "the certificate …", or null if it may be used. */
export function timeStampUsageFlaw(certificate: Certificate): string | null {
  const { keyUsage, extKeyUsage } = certificate.extensions;
  if (extKeyUsage === null) return 'is not for time-stamping (no extended key usage)';
  if (extKeyUsage.length !== 1 || extKeyUsage[0] !== OID.timeStamping)
    return 'is not for time-stamping alone (extended key usage)';
  // Where it is not critical, others may take the key for anything.
  if (!isCritical(certificate, OID.extKeyUsage))
    return 'does not insist on time-stamping (extended key usage is not critical)';
  if (keyUsage?.has('digitalSignature') === false && !keyUsage.has('nonRepudiation'))
    return 'does not allow its key to sign time-stamps (key usage)';
  return null;
}

/** `parseCertificate` has read these bytes and found no extension twice. */
function isCritical({ toBeSigned }: Certificate, oid: string): boolean {
  const extensions = readDer(toBeSigned).children.find(({ tag }) => tag === contextTag(3));
  if (extensions === undefined) return false;
  return readSequence(readExplicit(extensions, contextTag(3))).some((node) => {
    const fields = DerFields.of(node);
    if (readOid(fields.next()) !== oid) return false;
    const critical = fields.optional(TAG.boolean);
    return critical !== undefined && readBoolean(critical);
  });
}
