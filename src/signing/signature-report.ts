/**
 * What a validation says (after EN 319 102-1 §5.1 and TS 119 102-2): one indication, why, and every
 * check in the order it was made. Plain data: the same input gives the same report, byte for byte.
 */
import type { UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';
import type { SignatureAlgorithmName } from './algorithms.js';

export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE';

/** The names of EN 319 102-1 §5.1 that this version can give, each with the indication it means. */
export const SUB_INDICATIONS = {
  FORMAT_FAILURE: 'TOTAL-FAILED',
  HASH_FAILURE: 'TOTAL-FAILED',
  SIG_CRYPTO_FAILURE: 'TOTAL-FAILED',
  NOT_YET_VALID: 'TOTAL-FAILED',
  SIGNED_DATA_NOT_FOUND: 'INDETERMINATE',
  NO_SIGNING_CERTIFICATE_FOUND: 'INDETERMINATE',
  NO_CERTIFICATE_CHAIN_FOUND: 'INDETERMINATE',
  CERTIFICATE_CHAIN_GENERAL_FAILURE: 'INDETERMINATE',
  CHAIN_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  CRYPTO_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  SIG_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  OUT_OF_BOUNDS_NO_POE: 'INDETERMINATE',
} as const satisfies Record<string, Indication>;
export type SubIndication = keyof typeof SUB_INDICATIONS;

/** In the order in which they are made; a check that fails ends the validation. */
export const CHECKS = [
  'format',
  'signing-certificate',
  'algorithms',
  'message-digest',
  'signature-value',
  'certificate-path',
  'certificate-usage',
  'signature-acceptance',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  readonly name: CheckName;
  readonly outcome: 'passed' | 'failed' | 'not-done';
  /** A sentence in English; `name` and `outcome` are what programs read. */
  readonly says: string;
}

export interface SignerSummary {
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

export interface SignatureReport {
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  /**
   * The content and the signed attributes are those that the key in the certificate signed. True
   * also of a signer whom nobody trusts; false says the signature is not one over this content, or
   * could not be tried.
   */
  readonly intact: boolean;
  readonly signer: SignerSummary | null;
  readonly algorithm: SignatureAlgorithmName | null;
  /** What the signer claims; no proof of when. RFC 3339. */
  readonly claimedSigningTime: string | null;
  /** The anchor that the path ends in, as RFC 4514 text. */
  readonly trustAnchor: string | null;
  /** A certificate of the embedded development authority is involved. */
  readonly development: boolean;
  /** This version has no revocation checking: a revoked certificate passes. */
  readonly revocation: 'not-checked';
  /** The instant that was judged. RFC 3339. */
  readonly validatedAt: string;
  /** The id of the algorithm policy applied. */
  readonly policy: string;
  readonly checks: readonly Check[];
}

export interface Refusal {
  readonly subIndication: SubIndication;
  readonly says: string;
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'subIndication' in outcome;
}

/** What is learnt on the way, known or not when the validation ends. */
export type ReportFacts = Partial<
  Pick<
    SignatureReport,
    'intact' | 'signer' | 'algorithm' | 'claimedSigningTime' | 'trustAnchor' | 'development'
  >
>;

/** Collects checks and facts in the order of the validation, and closes into a report once. */
export class ReportWriter {
  readonly #at: UnixMillis;
  readonly #policy: string;
  readonly #checks: Check[] = [];
  #facts: ReportFacts = {};

  constructor(at: UnixMillis, policy: string) {
    this.#at = at;
    this.#policy = policy;
  }

  learnt(facts: ReportFacts): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  passed(name: CheckName, says: string): void {
    this.#checks.push({ name, outcome: 'passed', says });
  }

  refused(name: CheckName, { subIndication, says }: Refusal): SignatureReport {
    this.#checks.push({ name, outcome: 'failed', says });
    return this.#close(SUB_INDICATIONS[subIndication], subIndication);
  }

  /** Every check has passed. */
  complete(): SignatureReport {
    return this.#close('TOTAL-PASSED', null);
  }

  #close(indication: Indication, subIndication: SubIndication | null): SignatureReport {
    const notDone = CHECKS.slice(this.#checks.length).map((name): Check => {
      return { name, outcome: 'not-done', says: 'Not reached.' };
    });
    return {
      indication,
      subIndication,
      intact: false,
      signer: null,
      algorithm: null,
      claimedSigningTime: null,
      trustAnchor: null,
      development: false,
      ...this.#facts,
      revocation: 'not-checked',
      validatedAt: formatInstant(this.#at),
      policy: this.#policy,
      checks: [...this.#checks, ...notDone],
    };
  }
}
