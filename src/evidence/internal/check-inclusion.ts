/** That every statement of the log that the file shows is in the tree of the checkpoint. */
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { ReadEvidence } from './read-evidence.js';
import type { ReadStatement } from './read-statement.js';

export const INCLUSION_RULES: Rules<ReadEvidence> = {
  'the entry’s': (evidence) => compareInclusion(evidence, evidence.entry, 'the entry'),

  'the first entry’s': (evidence) =>
    compareInclusion(evidence, evidence.log.first, 'the first entry of the log'),

  'the handovers’': (evidence) =>
    compareAll(evidence, evidence.log.handovers, (at) => `handover ${at + 1}`),

  'the batch’s': (evidence) =>
    evidence.batch === null ? null : compareInclusion(evidence, evidence.batch, 'the batch'),

  'the signatures’': (evidence) =>
    compareAll(evidence, evidence.signatures, (at) => `signature ${at + 1}`),
};

export function checkInclusion(
  evidence: ReadEvidence,
  rules: Rules<ReadEvidence> = INCLUSION_RULES,
): Outcome {
  const broken = brokenRule(rules, evidence);
  if (broken !== null) return failed(broken);
  const { entry, checkpoint } = evidence;
  return passed('math', 'inclusion.pass', { index: entry.content.index, size: checkpoint.size });
}

/** The size is that of the checkpoint: one root can be that of several sizes for one path. */
export function compareInclusion(
  { checkpoint }: Pick<ReadEvidence, 'checkpoint'>,
  { content, inclusion, leafHash }: ReadStatement,
  where: string,
): Finding | null {
  const { size, rootHash } = checkpoint;
  const holds = verifyInclusion({
    leafHash,
    index: content.index,
    size,
    rootHash,
    proof: inclusion,
  });
  return holds ? null : finding('inclusion.not-included', { where, index: content.index, size });
}

function compareAll(
  evidence: ReadEvidence,
  statements: readonly ReadStatement[],
  where: (at: number) => string,
): Finding | null {
  for (const [at, statement] of statements.entries()) {
    const broken = compareInclusion(evidence, statement, where(at));
    if (broken !== null) return broken;
  }
  return null;
}
