/** The level of a signature by what has been proven of it, not only by what it carries. */
import { toHex } from '../../base/bytes.js';
import type { CadesLevel } from '../cades-levels.js';
import type { PassedJudgement } from './certificate-judgement.js';
import type { ValidatedTimeStamp } from './time-stamp-validation.js';
import type { ValidationMaterial } from './validation-material.js';

export function provenLevel(
  structure: CadesLevel,
  { revocation }: PassedJudgement,
  timeStamps: readonly ValidatedTimeStamp[],
  { carried }: ValidationMaterial,
): CadesLevel {
  const hasPassed = (kind: 'signature' | 'archive'): boolean =>
    timeStamps.some((each) => each.hasPassed && each.carried.kind === kind);
  if (structure === 'B-B' || !hasPassed('signature')) return 'B-B';
  // Long-term: what was relied on travels with it, so that nobody need be asked.
  const isSelfContained = revocation.every(
    (each) =>
      each.kind === 'not-checked' || each.status.evidence.every((hash) => carried.has(toHex(hash))),
  );
  if (structure === 'B-T' || !isSelfContained) return 'B-T';
  return structure === 'B-LTA' && hasPassed('archive') ? 'B-LTA' : 'B-LT';
}
