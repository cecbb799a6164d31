/**
 * That each key of the log came rightly after the one before it: by both keys; by the recovery key that the log's first
 * entry names, which stands in for one that is lost or stolen; or by votes of the group that keeps the log.
 */
import { digestToHex } from '../../base/hex-digest.js';
import type { Election } from '../../tlog/election.js';
import { isHandoverAuthorised, isNextKey } from '../../tlog/handover.js';
import { formatVerifierKey } from '../../tlog/note-key.js';
import { ELECTION_RULES, firstElectionBy, GROUP_RULES } from './election-rules.js';
import type { GroupSubject, HandoverSubject } from './handover-subject.js';
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
import type { ReadLogFile } from './read-evidence.js';
import { rootBefore } from './root-before.js';

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
    // Those are judged below.
    if (content.election !== undefined) return null;
    const keys = { old: oldKey, new: newKey, recovery: recoveryKey };
    return isHandoverAuthorised(origin, content, content.signatures, keys)
      ? null
      : finding('handovers.unsigned', { number });
  },

  ...ELECTION_RULES,
};

export interface HandoverRules {
  readonly groups: Rules<GroupSubject>;
  readonly handovers: Rules<HandoverSubject>;
}

export function checkHandovers(
  evidence: ReadLogFile,
  rules: HandoverRules = { groups: GROUP_RULES, handovers: HANDOVER_RULES },
): Outcome {
  const { handovers } = evidence.log;
  const broken = brokenGroup(evidence, rules.groups) ?? brokenHandover(evidence, rules.handovers);
  if (broken !== null) return failed(broken);
  if (handovers.length === 0) return notPresent('handovers.none');
  const count = handovers.length;
  const elections = handovers.filter(({ content }) => content.election !== undefined).length;
  return elections === 0
    ? passed('math', 'handovers.pass', { count })
    : passed('math', 'handovers.pass-elected', { count, elections });
}

function brokenGroup(evidence: ReadLogFile, rules: Rules<GroupSubject>): Finding | null {
  const { log } = evidence;
  for (const [at, group] of log.groups.entries()) {
    const before: number = log.groups[at - 1]?.content.index ?? -1;
    const election = firstElectionBy(log, group);
    const broken = brokenRule(rules, { evidence, group, before, election });
    if (broken !== null) return broken;
  }
  return null;
}

function brokenHandover(evidence: ReadLogFile, rules: Rules<HandoverSubject>): Finding | null {
  const { handovers, first, firstKey } = evidence.log;
  let oldKey = firstKey;
  let oldIndex: number = first.content.index;
  let lastElection: Election | null = null;
  for (const [at, handover] of handovers.entries()) {
    const subject = { evidence, handover, number: at + 1, oldKey, oldIndex, lastElection };
    const broken = brokenRule(rules, subject);
    if (broken !== null) return broken;
    oldKey = handover.newKey;
    oldIndex = handover.content.index;
    lastElection = handover.content.election ?? lastElection;
  }
  return null;
}
