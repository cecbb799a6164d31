/**
 * What a dishonest operator could make with all its keys: everything signed, hashed and anchored as it
 * should be, and one thing not true. Each must fail in the check that is there for it.
 */
import type { CheckId } from '../../../src/evidence/verification-report.js';
import { FORGERIES_OF_ANCHORS } from './forgeries-of-anchors.js';
import { FORGERIES_OF_ENTRY } from './forgeries-of-entry.js';
import { FORGERIES_OF_LOG } from './forgeries-of-log.js';
import type { Plan } from './plan.js';

export interface Forgery {
  readonly name: string;
  /** The check that must fail. */
  readonly check: CheckId;
  readonly bends: Partial<Plan>;
}

export const FORGERIES: readonly Forgery[] = [
  ...FORGERIES_OF_ENTRY,
  ...FORGERIES_OF_LOG,
  ...FORGERIES_OF_ANCHORS,
];
