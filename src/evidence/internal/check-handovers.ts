/**
 * That each key of the log came rightly after the one before it: by both keys, or by the recovery key
 * that the log's first entry names, which stands in for one that is lost or stolen.
 */
import { digestToHex } from '../../base/hex-digest.js';
import { isHandoverAuthorised, isNextKey } from '../../tlog/handover.js';
import { formatVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { ReadLogFile, ReadHandover } from './read-evidence.js';
import { rootBefore } from './root-before.js';

/** A handover, and what it has to follow. */
export interface HandoverSubject {
  readonly evidence: ReadLogFile;
  readonly handover: ReadHandover;
  /** From 1. */
  readonly number: number;
  readonly oldKey: VerifierKey;
  /** Of the handover before, or of the first entry. */
  readonly oldIndex: number;
}

export const HANDOVER_RULES: Rules<HandoverSubject> = {
  'from the key before': ({ handover, number, oldKey }) =>
    handover.content.old === formatVerifierKey(oldKey)
      ? null
      : finding('handovers.gap', { number }),

  'to a new key of the same log': ({ evidence, handover, number, oldKey }) =>
    isNextKey(evidence.log.origin, oldKey, handover.newKey)
      ? null
      : finding('handovers.key', { number }),

  'the first entry of the log that goes on': ({ handover, number, oldIndex }) => {
    const { index, size } = handover.content;
    return index === size && index > oldIndex ? null : finding('handovers.place', { number });
  },

  'over the tree as it then was': ({ evidence, handover, number }) => {
    const { content, inclusion } = handover;
    const root = rootBefore(content.index, evidence.checkpoint.size, inclusion);
    return root !== null && digestToHex(root) === content.rootHash
      ? null
      : finding('handovers.root', { number });
  },

  'signed by both keys or by the recovery key': ({ evidence, handover, number, oldKey }) => {
    const { content, newKey } = handover;
    const { origin, recoveryKey } = evidence.log;
    const keys = { old: oldKey, new: newKey, recovery: recoveryKey };
    return isHandoverAuthorised(origin, content, content.signatures, keys)
      ? null
      : finding('handovers.unsigned', { number });
  },
};

export function checkHandovers(
  evidence: ReadLogFile,
  rules: Rules<HandoverSubject> = HANDOVER_RULES,
): Outcome {
  const { handovers, first, firstKey } = evidence.log;
  if (handovers.length === 0) return notPresent('handovers.none');
  let oldKey = firstKey;
  let oldIndex: number = first.content.index;
  for (const [at, handover] of handovers.entries()) {
    const broken: Finding | null = brokenRule(rules, {
      evidence,
      handover,
      number: at + 1,
      oldKey,
      oldIndex,
    });
    if (broken !== null) return failed(broken);
    oldKey = handover.newKey;
    oldIndex = handover.content.index;
  }
  return passed('math', 'handovers.pass', { count: handovers.length });
}
