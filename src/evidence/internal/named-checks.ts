/** Outcomes under their names, and the names of the checks that files of both kinds have. */
import type { CheckId, CheckReport } from '../verification-report.js';
import { failed, notDone, type Outcome } from './outcome.js';
import type { Unreadable } from './read-evidence.js';

/** In the order of the report, before what each kind has of its own. */
export const COMMON_CHECKS: readonly CheckId[] = [
  'format',
  'statement',
  'header',
  'payload',
  'tags',
  'claim',
  'inclusion',
  'checkpoint',
  'handovers',
  'log-identity',
];

export function named(id: CheckId, outcome: Outcome): CheckReport {
  return { id, ...outcome };
}

/** Where nothing can be checked but that one part cannot be read. */
export function unreadable(ids: readonly CheckId[], { check, finding }: Unreadable): CheckReport[] {
  return ids.map((id) => named(id, id === check ? failed(finding) : notDone()));
}
