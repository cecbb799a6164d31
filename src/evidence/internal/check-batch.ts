/**
 * The check `batch`: that a signature over the batch is one over the entry too. The batch names the root of the
 * tree just before itself; both are in the checkpoint's tree, and so the entry is in the batch's.
 */
import { digestToHex } from '../../base/hex-digest.js';
import type { BatchStatement } from '../../records/statement.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';
import type { ReadEvidence } from './read-evidence.js';
import type { ReadStatement } from './read-statement.js';
import { rootBefore } from './root-before.js';

export interface BatchSubject {
  readonly evidence: ReadEvidence;
  readonly batch: ReadStatement<BatchStatement>;
}

export const BATCH_RULES: Rules<BatchSubject> = {
  'it is of the same log': ({ evidence, batch }) =>
    batch.content.origin === evidence.log.origin ? null : finding('batch.origin'),

  'it covers all that comes before it': ({ batch }) =>
    batch.content.size === batch.content.index
      ? null
      : finding('batch.size', { index: batch.content.index, size: batch.content.size }),

  'the entry comes before it': ({ evidence, batch }) =>
    evidence.entry.content.index < batch.content.index
      ? null
      : finding('batch.place', { index: batch.content.index }),

  'it names the tree as it then was': ({ evidence, batch }) => {
    const { content, inclusion } = batch;
    const root = rootBefore(content.index, evidence.checkpoint.size, inclusion);
    return root !== null && digestToHex(root) === content.rootHash ? null : finding('batch.root');
  },

  'it is signed': ({ evidence, batch }) =>
    evidence.signatures.some(({ content }) => content.of === digestToHex(batch.leafHash))
      ? null
      : finding('batch.unsigned'),
};

/** Null if the file has no batch. */
export function checkBatch(
  evidence: ReadEvidence,
  rules: Rules<BatchSubject> = BATCH_RULES,
): Outcome | null {
  const { batch } = evidence;
  if (batch === null) return null;
  const broken = brokenRule(rules, { evidence, batch });
  if (broken !== null) return failed(broken);
  const { index, size } = batch.content;
  return passed('math', 'batch.pass', { index, size });
}
