/** Collects checks and facts in the order of the validation, and closes into a report once. */
import type { UnixMillis } from '../../base/brand.js';
import { formatInstant } from '../../base/time.js';
import {
  type Check,
  type CheckName,
  CHECKS,
  type Refusal,
  type SignatureReport,
} from '../signature-report.js';
import { type Indication, SUB_INDICATIONS, type SubIndication } from '../sub-indications.js';
import type { ValidationPolicy } from '../validation-policy.js';

/** What is learnt on the way, known or not when the validation ends. */
export type ReportFacts = Partial<
  Omit<
    SignatureReport,
    | 'indication'
    | 'subIndication'
    | 'validatedAt'
    | 'trustedLists'
    | 'policy'
    | 'algorithmPolicy'
    | 'checks'
  >
>;

export class ReportWriter {
  readonly #at: UnixMillis;
  readonly #policy: ValidationPolicy;
  readonly #checks: Check[] = [];
  #facts: ReportFacts = {};

  constructor(at: UnixMillis, policy: ValidationPolicy) {
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
      level: null,
      structure: null,
      signer: null,
      algorithm: null,
      claimedSigningTime: null,
      bestSignatureTime: null,
      corroboration: null,
      validatedAt: formatInstant(this.#at),
      path: null,
      timeStamps: [],
      counterSignatures: [],
      revocation: [],
      trustAnchor: null,
      trustAnchorSha256: null,
      trustedLists: 'not-consulted',
      development: false,
      unchecked: [],
      ...this.#facts,
      policy: this.#policy.id,
      algorithmPolicy: this.#policy.algorithms.id,
      checks: [...this.#checks, ...notDone],
    };
  }
}
