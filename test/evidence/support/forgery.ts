import type { SignedHandover } from '../../../src/evidence/handover-request.js';
import type { CheckId } from '../../../src/evidence/verification-report.js';
import type { Plan } from './plan.js';

export interface Forgery {
  readonly name: string;
  /** The check that must fail. */
  readonly check: CheckId;
  readonly bends: Partial<Plan>;
  /** That the verifier knows of. */
  readonly known?: SignedHandover;
}
