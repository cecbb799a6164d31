/** Whether a certificate says that its key is for signing documents (RFC 5280 §4.2.1.3, .12). */
import type { Certificate } from './certificate.js';
import { OID } from './oids.js';

/** A clause that continues "the certificate …", or null if it may be used. */
export function usageFlaw({ extensions }: Certificate): string | null {
  const { keyUsage, extKeyUsage } = extensions;
  // EN 319 412-2 §4.3.2 makes the extension mandatory; without it any TLS key would do.
  if (keyUsage?.has('digitalSignature') !== true && keyUsage?.has('nonRepudiation') !== true)
    return 'does not allow its key to sign documents (key usage)';
  // A time-stamping or OCSP responder's key must sign nothing else, and its certificate says so.
  if (extKeyUsage !== null && !extKeyUsage.some((purpose) => SIGNING_PURPOSES.has(purpose)))
    return 'is for other purposes than documents only (extended key usage)';
  return null;
}

const SIGNING_PURPOSES: ReadonlySet<string> = new Set([
  OID.anyExtendedKeyUsage,
  OID.clientAuth,
  OID.emailProtection,
  OID.documentSigning,
  OID.microsoftDocumentSigning,
  OID.adobeAuthenticDocuments,
]);
