/**
 * What a validation says (after EN 319 102-1 §5.1 and TS 119 102-2): one indication, why, and every
 * check in the order it was made. Plain data for RFC 8785: the same input gives the same report, byte
 * for byte. Every field is described in docs/formats/signature-validation.md.
 */
import type { SignatureAlgorithmName } from './algorithms.js';
import type { CadesLevel } from './cades-levels.js';
import type { Indication, SubIndication } from './sub-indications.js';

export { type Indication, SUB_INDICATIONS, type SubIndication } from './sub-indications.js';

/** In the order in which they are made; a check that fails ends the validation. */
export const CHECKS = [
  'format',
  'signing-certificate',
  'algorithms',
  'message-digest',
  'signature-value',
  'time-stamps',
  'certificate-path',
  'revocation',
  'certificate-usage',
  'algorithm-dates',
  'time-stamp-order',
  'counter-signatures',
  'signature-acceptance',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  readonly name: CheckName;
  readonly outcome: 'passed' | 'failed' | 'not-done';
  /** A sentence in English; `name` and `outcome` are what programs read. */
  readonly says: string;
}

export interface CertificateSummary {
  /** For people: the common name, or what stands in for it. Escaped, so safe to print. */
  readonly name: string;
  /** RFC 4514 text, escaped. */
  readonly subject: string;
  readonly issuer: string;
  /** Hex. */
  readonly serialNumber: string;
  /** Hex; what identifies the certificate. */
  readonly certificateSha256: string;
}

export interface SignerSummary extends CertificateSummary {
  /** Of the subject (EN 319 412-1 §5.1.4), escaped; null if it has none. */
  readonly organizationIdentifier: string | null;
  /** What the certificate says of whose it is; see `certificate-holder`. */
  readonly person: PersonKind;
  /** Each continues "the certificate claims …". Nobody has examined it. */
  readonly claims: readonly string[];
}

export type PersonKind = 'natural' | 'legal' | 'unknown';

/** By what something is known to have existed at an instant. */
export type ExistenceSource =
  /** It is there now: the instant of validation. */
  | 'validation-time'
  /** Whoever asked for the validation says so. */
  | 'caller'
  /** The ledger recorded it. */
  | 'ledger'
  | 'signature-time-stamp'
  | 'archive-time-stamp';

export interface ProvenTime {
  /** RFC 3339. */
  readonly time: string;
  readonly by: ExistenceSource;
}

/** A time that supports the verdict and is no proof in the sense of EN 319 102-1. */
export interface Corroboration {
  readonly time: string;
  readonly by: 'bitcoin-block';
}

export interface TimeStampReport {
  readonly kind: 'signature' | 'archive';
  /** `passed`: it proves that what it covers existed at `genTime`. Others prove nothing. */
  readonly outcome: 'passed' | 'failed';
  /** Why it failed; null where it passed. */
  readonly subIndication: SubIndication | null;
  readonly says: string;
  /** RFC 3339; null where it cannot be read. */
  readonly genTime: string | null;
  readonly accuracyMillis: number | null;
  readonly authority: CertificateSummary | null;
  readonly trustAnchor: string | null;
  readonly trustAnchorSha256: string | null;
  /** Hex, of the token. */
  readonly sha256: string | null;
  /** How many of each it proves to have existed; the signature always where it passed. */
  readonly covers: TimeStampCoverage | null;
  readonly revocation: readonly RevocationReport[];
  readonly development: boolean;
}

export interface TimeStampCoverage {
  readonly certificates: number;
  readonly revocationData: number;
  readonly timeStamps: number;
}

/** Somebody else's signature over the signature. The verdict does not rest on it. */
export interface CounterSignatureReport {
  readonly outcome: 'passed' | 'failed';
  /** Why it failed; null where it passed. */
  readonly subIndication: SubIndication | null;
  readonly says: string;
  readonly signer: SignerSummary | null;
  readonly claimedSigningTime: string | null;
  readonly trustAnchor: string | null;
  readonly trustAnchorSha256: string | null;
  readonly revocation: readonly RevocationReport[];
}

/** What is known of one certificate of a path, from the end entity up. */
export interface RevocationReport {
  /** RFC 4514 text. */
  readonly certificate: string;
  readonly certificateSha256: string;
  readonly outcome:
    | 'good'
    | 'revoked'
    /** It names no place to ask, and nothing was brought. */
    | 'not-offered'
    /** The policy does not want to know. */
    | 'not-asked'
    /** RFC 6960 §4.2.2.2.1: its issuer says that nobody need ask. */
    | 'no-check';
  readonly source: 'crl' | 'ocsp' | null;
  /** Hex: SHA-256 of each CRL or OCSP response that the answer rests on. */
  readonly evidence: readonly string[];
  /** When the answer was made; RFC 3339. */
  readonly issuedAt: string | null;
  readonly nextUpdate: string | null;
  readonly revokedAt: string | null;
  /** As RFC 5280 §5.3.1 names it. */
  readonly reason: string | null;
}

export interface SignatureReport {
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  /**
   * The content and the signed attributes are those that the key in the certificate signed. True
   * also of a signer whom nobody trusts; false says the signature is not one over this content, or
   * could not be tried.
   */
  readonly intact: boolean;
  /** What has been proven of it: a time-stamp counts that has passed. Null unless it is intact. */
  readonly level: CadesLevel | null;
  /** What it looks like, by the attributes that it carries. */
  readonly structure: CadesLevel | null;
  readonly signer: SignerSummary | null;
  readonly algorithm: SignatureAlgorithmName | null;
  /** What the signer claims; no proof of when. RFC 3339. */
  readonly claimedSigningTime: string | null;
  /** The earliest instant at which the signature is proven to have existed. */
  readonly bestSignatureTime: ProvenTime | null;
  /** Null, or what else speaks for the time. */
  readonly corroboration: Corroboration | null;
  /** The instant of the verdict. RFC 3339. */
  readonly validatedAt: string;
  /** By which of the three ways of EN 319 102-1 §5.3, §5.5 and §5.6 the signer's path was found good. */
  readonly path: PathWay | null;
  readonly timeStamps: readonly TimeStampReport[];
  readonly counterSignatures: readonly CounterSignatureReport[];
  /** Of the signer's path, from the signer's certificate up. */
  readonly revocation: readonly RevocationReport[];
  /** The anchor that the path ends in, as RFC 4514 text. */
  readonly trustAnchor: string | null;
  /** Hex, of the certificate that it was taken from: names do not tell anchors apart. */
  readonly trustAnchorSha256: string | null;
  /** No trusted list is read in this version: nothing is known of any status under law. */
  readonly trustedLists: 'not-consulted';
  /** A certificate of the embedded development authority is involved. */
  readonly development: boolean;
  /** What it carries that no check has covered, a phrase each. */
  readonly unchecked: readonly string[];
  /** The id of the validation policy applied. */
  readonly policy: string;
  /** The id of its algorithm policy. */
  readonly algorithmPolicy: string;
  readonly checks: readonly Check[];
}

export type PathWay = 'at-validation-time' | 'at-best-signature-time' | 'in-the-past';

export interface Refusal {
  readonly subIndication: SubIndication;
  readonly says: string;
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'subIndication' in outcome;
}
