/** Every OBJECT IDENTIFIER this folder knows, each with the document that assigns it. */
export const OID = {
  // RFC 5652 (CMS)
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  countersignature: '1.2.840.113549.1.9.6',
  // RFC 6211
  cmsAlgorithmProtection: '1.2.840.113549.1.9.52',
  // RFC 2634 and RFC 5035 (ESS)
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  // RFC 3161, RFC 5280 §4.2.1.12
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  // EN 319 422 §9.1
  qualifiedTimeStamp: '0.4.0.19422.1.1',

  // EN 319 122-1 (CAdES), and through it RFC 3161 annex A and RFC 5126
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
  archiveTimeStampV3: '0.4.0.1733.2.4',
  atsHashIndexV3: '0.4.0.19122.1.5',
  certificateReferences: '1.2.840.113549.1.9.16.2.21',
  revocationReferences: '1.2.840.113549.1.9.16.2.22',
  certificateValues: '1.2.840.113549.1.9.16.2.23',
  revocationValues: '1.2.840.113549.1.9.16.2.24',
  cadesCTimeStamp: '1.2.840.113549.1.9.16.2.25',
  timeStampedReferences: '1.2.840.113549.1.9.16.2.26',
  archiveTimeStampV1: '1.2.840.113549.1.9.16.2.27',
  archiveTimeStampV2: '1.2.840.113549.1.9.16.2.48',
  attributeCertificateReferences: '1.2.840.113549.1.9.16.2.44',
  attributeRevocationReferences: '1.2.840.113549.1.9.16.2.45',
  longTermValidation: '0.4.0.1733.2.2',
  // RFC 5940
  ocspResponse: '1.3.6.1.5.5.7.16.2',

  // NIST CSOR, RFC 5754
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  // RFC 5758
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  // RFC 3279 §2.2.2, §2.3.2, RFC 5758: read where a policy asks, never written
  dsa: '1.2.840.10040.4.1',
  dsaWithSha1: '1.2.840.10040.4.3',
  dsaWithSha256: '2.16.840.1.101.3.4.3.2',
  // RFC 8017, RFC 4055
  rsaEncryption: '1.2.840.113549.1.1.1',
  mgf1: '1.2.840.113549.1.1.8',
  rsassaPss: '1.2.840.113549.1.1.10',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha384WithRsa: '1.2.840.113549.1.1.12',
  sha512WithRsa: '1.2.840.113549.1.1.13',
  // RFC 5480
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  p384: '1.3.132.0.34',

  // RFC 3279 §2.1: by which OCSP names certificates (RFC 6960 §4.1.1), never of a signature
  sha1: '1.3.14.3.2.26',

  // RFC 5280 §4.2
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  anyPolicy: '2.5.29.32.0',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  accessOcsp: '1.3.6.1.5.5.7.48.1',
  accessCaIssuers: '1.3.6.1.5.5.7.48.2',
  // RFC 5280 §5.2, §5.3
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  // X.509 §9.5.2.7
  expiredCertsOnCRL: '2.5.29.60',
  // RFC 6960
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
  ocspArchiveCutoff: '1.3.6.1.5.5.7.48.1.6',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  // RFC 9608
  noRevAvail: '2.5.29.56',
  // ETSI EN 319 412-1 §5.2.2
  validityAssuredShortTerm: '0.4.0.194121.2.1',
  // RFC 3739
  qcStatements: '1.3.6.1.5.5.7.1.3',
  qcSyntaxV1: '1.3.6.1.5.5.7.11.1',
  qcSyntaxV2: '1.3.6.1.5.5.7.11.2',
  // ETSI EN 319 412-5 §4.2, §4.3
  qcCompliance: '0.4.0.1862.1.1',
  qcLimitValue: '0.4.0.1862.1.2',
  qcRetentionPeriod: '0.4.0.1862.1.3',
  qcSscd: '0.4.0.1862.1.4',
  qcPds: '0.4.0.1862.1.5',
  qcType: '0.4.0.1862.1.6',
  qcTypeSignature: '0.4.0.1862.1.6.1',
  qcTypeSeal: '0.4.0.1862.1.6.2',
  qcTypeWeb: '0.4.0.1862.1.6.3',
  qcCcLegislation: '0.4.0.1862.1.7',
  qcIdentMethod: '0.4.0.1862.1.8',
  qcQscdLegislation: '0.4.0.1862.1.9',
  // ETSI EN 319 412-1 §5.1.2, §5.1.4
  semanticsNatural: '0.4.0.194121.1.1',
  semanticsLegal: '0.4.0.194121.1.2',

  // RFC 5280 §4.2.1.12, RFC 9336, and what document signers use in practice
  anyExtendedKeyUsage: '2.5.29.37.0',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  documentSigning: '1.3.6.1.5.5.7.3.36',
  microsoftDocumentSigning: '1.3.6.1.4.1.311.10.3.12',
  adobeAuthenticDocuments: '1.2.840.113583.1.1.5',
} as const;
