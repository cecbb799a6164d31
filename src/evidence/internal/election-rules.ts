/**
 * That a key which signs because the members of a group chose its node came rightly after the one before it. Who may choose
 * says an entry of the log; it counts in the tree of a head that the key *before* signed, since whoever has made a key can
 * put any group under that one.
 */
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { faultOfElection, headOfOldKey, isLaterTerm } from '../../tlog/election.js';
import { isHandoverSignedBy } from '../../tlog/handover.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import type { GroupSubject, HandoverSubject } from './handover-subject.js';
import { finding, type Rules } from './outcome.js';
import type { ReadGroup, ReadHandover, ReadLog } from './read-evidence.js';

export const GROUP_RULES: Rules<GroupSubject> = {
  'it has chosen': ({ group, election }) =>
    election === null ? finding('elections.idle', { index: group.content.index }) : null,

  'once and in order': ({ group, before }) =>
    group.content.index > before
      ? null
      : finding('elections.order', { index: group.content.index }),

  'the key before stands for it': (subject) => {
    const { content, inclusion: proof, leafHash } = subject.group;
    const { index } = content;
    const head = headShown(subject);
    return subject.election === null ||
      (head !== null && verifyInclusion({ ...head, index, leafHash, proof }))
      ? null
      : finding('elections.unproven', { index });
  },

  'that key’s log is this one': (subject) => {
    const { group, evidence } = subject;
    const [head, { rootHash: toRoot, size: to }] = [headShown(subject), evidence.checkpoint];
    const { consistency: proof } = group;
    return head === null ||
      verifyConsistency({ from: head.size, fromRoot: head.rootHash, to, toRoot, proof })
      ? null
      : finding('elections.other-log', { index: group.content.index });
  },
};

export const ELECTION_RULES: Rules<HandoverSubject> = {
  'signed by the new key alone, where a group chose it': ({ evidence, handover, number }) => {
    const { content, newKey } = handover;
    const [own, ...others] = content.signatures;
    return content.election === undefined ||
      (own !== undefined &&
        others.length === 0 &&
        isHandoverSignedBy(evidence.log.origin, content, own, newKey))
      ? null
      : finding('elections.unsigned', { number });
  },

  'by a group that is shown': ({ evidence, handover, number }) => {
    const { election } = handover.content;
    return election === undefined || groupOf(evidence.log, election.group) !== undefined
      ? null
      : finding('elections.not-shown', { number, index: election.group });
  },

  'by no older group than the election before': ({ handover, number, lastElection }) => {
    const { election } = handover.content;
    return election === undefined || election.group >= (lastElection?.group ?? 0)
      ? null
      : finding('elections.older', { number });
  },

  // Else the votes of a term that is over could be shown again.
  'in a later term than the election before': ({ handover, number, lastElection }) => {
    const { election } = handover.content;
    return election === undefined || lastElection === null || isLaterTerm(election, lastElection)
      ? null
      : finding('elections.term', { number, index: election.group });
  },

  'by the votes of that group': ({ evidence, handover: { content }, number }) => {
    const { election } = content;
    const group = election && groupOf(evidence.log, election.group);
    if (election === undefined || group === undefined) return null;
    const fault = faultOfElection(evidence.log.origin, content, election, group.content);
    return fault === null ? null : finding(`elections.${fault}`, { number, index: election.group });
  },
};

/** The first election by a group, which shows the head that the group is proven in. */
export function firstElectionBy(log: ReadLog, group: ReadGroup): ReadHandover | null {
  const { index } = group.content;
  return log.handovers.find(({ content }) => content.election?.group === index) ?? null;
}

export function groupOf({ groups }: ReadLog, index: number): ReadGroup | undefined {
  return groups.find(({ content }) => content.index === index);
}

function headShown({ evidence, election }: GroupSubject) {
  const note = election?.content.election?.checkpoint;
  return election === null || note === undefined
    ? null
    : headOfOldKey(evidence.log.origin, election.content, note);
}
