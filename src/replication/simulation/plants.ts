/**
 * Faults to plant: each is a way to get the protocol wrong, and each must be found. A fault is a rule that is not kept,
 * or a node that does something else than it was told.
 */
import { type Group, isVoteQuorum, isWriteQuorum, standsIn } from '../protocol/group.js';
import { commonLength } from '../protocol/log-end.js';
import { type Rules, RULES } from '../protocol/rules.js';
import type { NodeId, Term } from '../protocol/term.js';
import type { Flaws } from './sim-parts.js';

export interface Plant {
  readonly name: string;
  /** For people: what goes wrong. */
  readonly what: string;
  readonly rules?: Partial<Rules>;
  readonly flaws?: Flaws;
}

const byNumber = (a: Term, b: Term): number => a.number - b.number;
const withoutData = ({ members }: Group): NodeId[] =>
  members.filter(({ hasData }) => !hasData).map(({ node }) => node);
const isSameNumber = (a: Term, b: Term): boolean => a.number === b.number;

export const PLANTS: readonly Plant[] = [
  {
    name: 'forget-vote',
    what: 'a promise is never written to disk',
    flaws: {
      ports: (ports) => ({
        ...ports,
        save: (_, done) => {
          done();
        },
      }),
    },
  },
  {
    name: 'vote-before-sync',
    what: 'a vote leaves before the promise is on disk',
    flaws: {
      ports: (ports) => ({
        ...ports,
        save: (remembered, done) => {
          ports.save(remembered, () => undefined);
          done();
        },
      }),
    },
  },
  {
    name: 'acknowledge-before-sync',
    what: 'a receipt is given for blocks that are written and not synced',
    flaws: { claimsUnsynced: true },
  },
  {
    name: 'skip-longest-log',
    what: 'a candidate begins with its own log, whatever its voters have',
    rules: { lacks: () => false },
  },
  {
    name: 'longest-by-length',
    what: 'the longest log is the one with most blocks, whatever their terms',
    rules: {
      compareEnds: (a, b) => a.length - b.length,
      lacks: (own, longest) => own.length < longest.length,
    },
  },
  {
    name: 'receipt-in-lower-term',
    what: 'a member goes on with a writer although it has voted for a later one',
    rules: { isLate: () => false },
  },
  {
    name: 'receipt-by-length',
    what: 'a receipt is given for as many blocks as are there, whosever they are',
    rules: { receipted: (own, announced) => Math.min(own.length, announced.length) },
  },
  {
    name: 'one-receipt-too-few',
    what: 'the writer shows what one member fewer has than the write quorum asks for',
    rules: {
      isWriteQuorum: (group, nodes) =>
        isWriteQuorum({ ...group, writeQuorum: Math.max(1, group.writeQuorum - 1) }, nodes),
    },
  },
  {
    name: 'one-vote-too-few',
    what: 'a candidate begins with one vote fewer than the vote quorum asks for',
    rules: {
      isVoteQuorum: (group, nodes) =>
        isVoteQuorum({ ...group, voteQuorum: Math.max(1, group.voteQuorum - 1) }, nodes),
    },
  },
  {
    name: 'show-earlier-terms-alone',
    what: 'a new writer shows blocks of earlier terms before the first of its own',
    rules: { showsFrom: () => 1 },
  },
  {
    name: 'count-stale-votes',
    what: 'votes of an earlier term count for a later one',
    rules: { isVoteFor: () => true },
  },
  {
    name: 'share-terms',
    what: 'two candidates may have the same term',
    rules: {
      compareTerms: byNumber,
      isVoteFor: isSameNumber,
      isLate: (announced, promised) => byNumber(announced, promised) < 0,
    },
  },
  {
    name: 'use-term-again',
    what: 'a candidate stands in a term that it may have stood in before',
    rules: {
      termAfter: ({ number, node }, self) => ({
        number: node === self ? number : number + 1,
        node: self,
      }),
      isLate: RULES.isLate,
    },
  },
  {
    name: 'trust-restored-disk',
    what: 'a node that was restored from an older copy takes part as if it remembered all',
    flaws: { startsWhole: true },
  },
  {
    name: 'trust-too-few',
    what: 'a restored node asks a majority of the others what it has forgotten, and not all',
    rules: {
      mayTrust: (others, voters) =>
        others.filter((node) => voters.has(node)).length * 2 >= others.length,
    },
  },
  {
    name: 'go-on-unasked',
    what: 'a writer that starts again writes on before the others have said what they have of its log',
    rules: { mayGoOn: () => true },
  },
  {
    name: 'receipt-for-less',
    what: 'a member does not tell a writer that it has more of its log than the writer says',
    rules: { receipted: commonLength },
  },
  {
    name: 'keep-tail',
    what: 'a member appends what it fetches to blocks that should have been discarded',
    flaws: { keepsTail: true },
  },
  {
    name: 'change-group-in-leaps',
    what: 'a group is followed by one whose votes need not meet its receipts',
    rules: {
      // As if the old group were the new one already.
      faultOfChange: (log, shown, newer, from) =>
        RULES.faultOfChange(
          { ...log, groups: log.groups.slice(-1).map((last) => ({ ...last, group: newer })) },
          shown,
          newer,
          from,
        ),
    },
  },
  {
    name: 'change-group-before-shown',
    what: 'a group is changed while the last change may still be discarded',
    rules: {
      faultOfChange: (log, _, newer) =>
        RULES.faultOfChange(log, Number.POSITIVE_INFINITY, newer, 0),
    },
  },
  {
    name: 'judge-by-first-group',
    what: 'quorums are counted in the first group of the log, not in its newest',
    rules: { groupOf: ({ groups }) => groups[0]?.group ?? null },
  },
  {
    name: 'stand-in-unasked',
    what: 'a member without data counts before it has said what it knows',
    rules: {
      standsIn: (group, nodes, isAway) =>
        standsIn(group, new Set([...nodes, ...withoutData(group)]), isAway),
    },
  },
  {
    name: 'forget-known',
    what: 'a member without data forgets with each start how far it knew the log to go',
    flaws: { forgetsKnown: true },
  },
  {
    name: 'forget-keys',
    what: 'a new writer does not look for idempotency keys in the log that it took over',
    flaws: { forgetsKeys: true },
  },
  {
    name: 'receipt-for-announced',
    what: 'a receipt is given for what the writer said it has',
    rules: {
      receipted: (own, announced) => Math.max(commonLength(own, announced), announced.length),
    },
  },
];

/** @returns undefined if there is no fault of that name. */
export function plantNamed(name: string): Plant | undefined {
  return PLANTS.find((plant) => plant.name === name);
}
