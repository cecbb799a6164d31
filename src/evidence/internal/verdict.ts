/** A validation report of a CMS as evidence takes it: what makes it worthless, what makes it only a claim. */
import type { SignatureReport } from '../../signing/signature-report.js';
import { type Finding, finding } from './outcome.js';

export interface Verdict {
  /** It is not a signature over this content by the key of its certificate, or that could not be tried. */
  readonly flaw: Finding | null;
  /** It is one, but nobody whom the verifier trusts answers for it: why. */
  readonly reservation: string | null;
}

export function verdictOf(report: SignatureReport): Verdict {
  if (report.indication === 'TOTAL-PASSED') return { flaw: null, reservation: null };
  const { subIndication } = report;
  const reason = report.checks.find(({ outcome }) => outcome === 'failed')?.says ?? '';
  const isWorthless = report.indication === 'TOTAL-FAILED' || !report.intact;
  return isWorthless
    ? {
        flaw: finding('cms.not-genuine', { subIndication: subIndication ?? '', reason }),
        reservation: null,
      }
    : { flaw: null, reservation: reason };
}
