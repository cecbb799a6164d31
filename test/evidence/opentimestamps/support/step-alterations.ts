/** Alterations of a path by its operations, each made from a number alone. May give the same steps back. */
import type { OtsOperation } from '../../../../src/evidence/opentimestamps/operations.js';
import { bytesAltered } from '../../../support/byte-alterations.js';
import type { SeededChoice } from '../../../support/seeded-choice.js';

export type Step = OtsOperation;

const UNARY = ['sha1', 'ripemd160', 'sha256', 'keccak256', 'reverse', 'hexlify'] as const;

export function stepsAltered(
  steps: readonly Step[],
  random: SeededChoice,
): { readonly others: readonly Step[]; readonly what: string } {
  const at = random.below(steps.length);
  const step = random.pick(steps.slice(at, at + 1));
  switch (random.below(5)) {
    case 0:
      return { others: steps.toSpliced(at, 1), what: `without step ${at}` };
    case 1:
      return { others: steps.toSpliced(at, 0, step), what: `step ${at} twice` };
    case 2: {
      const other = random.below(steps.length);
      const others = steps.with(at, steps[other] ?? step).with(other, step);
      return { others, what: `steps ${at} and ${other} change places` };
    }
    case 3: {
      const kind = random.pick(UNARY);
      return { others: steps.toSpliced(at, 0, { kind }), what: `${kind} before step ${at}` };
    }
    default:
      return { others: steps.with(at, otherThan(step, random)), what: `another step ${at}` };
  }
}

function otherThan(step: Step, random: SeededChoice): Step {
  if (!('argument' in step)) return { kind: random.pick(UNARY) };
  const { bytes: argument } = bytesAltered(step.argument, random);
  // An argument of nothing is none that a file could say.
  if (argument.length === 0) return { kind: 'reverse' };
  return random.below(4) === 0
    ? { ...step, kind: step.kind === 'append' ? 'prepend' : 'append' }
    : { ...step, argument };
}
