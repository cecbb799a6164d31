/** The level of a signature by what has been proven of it, not only by what it carries. */
import { toHex } from '../../base/bytes.js';
import type { CadesLevel } from '../cades-levels.js';
import type { RevocationStatus } from '../revocation.js';
import type { PassedJudgement } from './certificate-judgement.js';
import { isFreshAt, statusesOf } from './path-status.js';
import type { ValidatedTimeStamp } from './time-stamp-validation.js';
import type { ValidationContext } from './validation-context.js';
import type { ValidationMaterial } from './validation-material.js';

export function provenLevel(
  context: ValidationContext,
  structure: CadesLevel,
  { path, revocation }: PassedJudgement,
  timeStamps: readonly ValidatedTimeStamp[],
  { carried }: ValidationMaterial,
): CadesLevel {
  const hasPassed = (kind: 'signature' | 'archive'): boolean =>
    timeStamps.some((each) => each.hasPassed && each.carried.kind === kind);
  if (structure === 'B-B' || !hasPassed('signature')) return 'B-B';
  const best = context.proofs.earliest('signature').time;
  const isCarried = ({ evidence }: RevocationStatus): boolean =>
    evidence.every((hash) => carried.has(toHex(hash)));
  // Long-term: an answer that would have done at the time travels with it, so that nobody need be asked.
  const isSelfContained = revocation.every(
    (each, index) =>
      each.kind === 'not-checked' ||
      isCarried(each.status) ||
      statusesOf(context, path, index, best).some(
        (status) => isCarried(status) && isFreshAt(context, status, best),
      ),
  );
  if (structure === 'B-T' || !isSelfContained) return 'B-T';
  return structure === 'B-LTA' && hasPassed('archive') ? 'B-LTA' : 'B-LT';
}
