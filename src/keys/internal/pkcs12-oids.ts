/** What PKCS#12 files name, each with the document that assigns it. The verifier knows none of them. */
export const PKCS12_OID = {
  // RFC 5652
  encryptedData: '1.2.840.113549.1.7.6',
  // RFC 7292 §4.2 and appendix C
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  pbeSha3KeyTripleDes: '1.2.840.113549.1.12.1.3',
  pbeSha2KeyTripleDes: '1.2.840.113549.1.12.1.4',
  pbeSha128BitRc2: '1.2.840.113549.1.12.1.5',
  pbeSha40BitRc2: '1.2.840.113549.1.12.1.6',
  // RFC 2985
  x509Certificate: '1.2.840.113549.1.9.22.1',
  // RFC 8018
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  tripleDesCbc: '1.2.840.113549.3.7',
  hmacSha1: '1.2.840.113549.2.7',
  hmacSha224: '1.2.840.113549.2.8',
  hmacSha256: '1.2.840.113549.2.9',
  hmacSha384: '1.2.840.113549.2.10',
  hmacSha512: '1.2.840.113549.2.11',
  // NIST CSOR
  aes128Cbc: '2.16.840.1.101.3.4.1.2',
  aes192Cbc: '2.16.840.1.101.3.4.1.22',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  // OIW: for the check values of old files, and for nothing else.
  sha1: '1.3.14.3.2.26',
} as const;
