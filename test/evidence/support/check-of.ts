import type { CheckReport, VerificationReport } from '../../../src/evidence/verification-report.js';

export function checkOf({ checks }: VerificationReport, id: string): CheckReport {
  const found = checks.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no check ${id}`);
  return found;
}
