/** OCSP requests (RFC 6960 §4.1, RFC 9654): written unsigned and about one certificate. */
import type { Certificate } from './certificate.js';
import { derExplicit, derOctetString, derOid, derSequence } from './der-writer.js';
import { encodeCertificateId } from './ocsp-certificate-id.js';
import { OID } from './oids.js';

export interface OcspRequest {
  readonly certificate: Certificate;
  /** Whose name and key the certificate was issued under. */
  readonly issuer: { readonly subjectPublicKeyInfo: Uint8Array };
  /** 1 to 128 bytes of chance (RFC 9654 §2.1), so that the answer cannot have been made before. */
  readonly nonce?: Uint8Array;
  /** Only names the certificate; responders after RFC 5019 know no other than SHA-1. */
  readonly hash: 'sha1' | 'sha256';
}

/** DER of the OCSPRequest. */
export function encodeOcspRequest({ certificate, issuer, nonce, hash }: OcspRequest): Uint8Array {
  const id = encodeCertificateId(hash, certificate, issuer.subjectPublicKeyInfo);
  const extensions =
    nonce === undefined
      ? []
      : [
          derExplicit(
            2,
            derSequence(derSequence(derOid(OID.ocspNonce), derOctetString(derOctetString(nonce)))),
          ),
        ];
  return derSequence(derSequence(derSequence(derSequence(id)), ...extensions));
}
