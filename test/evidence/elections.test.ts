/**
 * Evidence of a log whose writers were chosen by votes: what it says, that every alteration of it is found, and that each rule is
 * needed: it is taken out in turn, and a named forgery then gets past the verifier.
 */
import { describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { ELECTION_RULES } from '../../src/evidence/internal/election-rules.js';
import { RULE_BOOK, type RuleBook } from '../../src/evidence/internal/rule-book.js';
import { GERMAN } from '../../src/evidence/messages-de.js';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { reportAsJson } from '../../src/evidence/report-json.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { NO_TRUST, type Trust } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { formatStatement } from '../../src/records/statement.js';
import { byteMutation } from './support/byte-mutations.js';
import {
  electedEvidence,
  type ElectedPlan,
  GROUPS,
  KEYS,
  NODES,
  RECOVERY,
} from './support/elected-log.js';
import { seedRange } from './support/seed-range.js';
import { namedKey } from './support/synthetic-keys.js';
import { at } from './support/synthetic-tree.js';
import { judge } from './support/verdict.js';

const HONEST = electedEvidence();

function trusting(number: number): Trust {
  return { ...NO_TRUST, logs: [at(KEYS, number).key] };
}

describe('evidence of a log that was given other writers by votes', () => {
  it('says who took over, and by whose votes', () => {
    const report = verifyEvidence(HONEST, trusting(3));
    expect(report.result).toBe('verified');
    expect(report.checks.find(({ id }) => id === 'handovers')).toMatchObject({
      ...{ result: 'pass', word: 'math', code: 'handovers.pass-elected' },
      facts: { count: 3, elections: 3 },
    });
    expect(report.log?.elections).toMatchObject([
      { index: 4, node: NODES[1], number: 2, group: { index: 2, members: 3, voteQuorum: 2 } },
      { index: 8, node: NODES[2], number: 3, group: { index: 6 } },
      { index: 10, node: NODES[1], number: 4, group: { index: 6 } },
    ]);
    const text = reportAsText(report).replaceAll(/\s+/g, ' ');
    expect(text).toContain(`entry 4: node ${at(NODES, 1).slice(0, 16)} took over in term 2`);
    expect(text).toContain('2 of 3 members (2 are enough)');
    expect(text).toContain('That no newer group had been named');
    expect(reportAsText(report, GERMAN).replaceAll(/\s+/g, ' ')).toContain(
      'hat in Amtszeit 4 übernommen',
    );
    expect(JSON.parse(reportAsJson(report))).toMatchObject({ log: { elections: [{}, {}, {}] } });
  });

  it('is attributed by any key from which elections alone lead to the last one', () => {
    for (const [number] of KEYS.entries()) {
      const report = verifyEvidence(HONEST, trusting(number));
      expect(report.result).toBe('verified');
      expect(report.log?.identifiedBy).toEqual([number === 3 ? 'log-key' : 'elected-key']);
    }
    const foreign = { ...NO_TRUST, logs: [RECOVERY.key] };
    expect(verifyEvidence(HONEST, foreign).result).toBe('consistent');
    // The recovery key that the log names has signed none of these keys.
    const pinned = { ...NO_TRUST, recoveryKeys: [RECOVERY.key] };
    expect(verifyEvidence(HONEST, pinned).result).toBe('consistent');
  });

  it('says nothing of elections that do not count', () => {
    const report = verifyEvidence(forgery('fewer votes than the group asks for'), trusting(3));
    expect(report.result).toBe('failed');
    expect(report.log?.elections).toBeUndefined();
    expect(reportAsText(report)).not.toContain('took over');
  });

  it('shows each group once, in whichever head of the key before there is', () => {
    expect(parseEvidence(HONEST).log.groups).toHaveLength(2);
    const others = electedEvidence({ headSize: (number) => at([4, 7, 9], number) });
    expect(verifyEvidence(others, trusting(0)).result).toBe('verified');
  });

  it('is nothing where the new key alone stands for the group that chose it', () => {
    // Whoever has made a key signs a head with it over a log with a group of their own in it.
    for (const headBy of [(number: number) => at(KEYS, number + 1), () => THIEF]) {
      const { checks, result } = verifyEvidence(electedEvidence({ headBy }), trusting(0));
      expect(result).toBe('failed');
      expect(checks.find(({ id }) => id === 'handovers')).toMatchObject({
        code: 'elections.unproven',
      });
    }
  });
});

describe('evidence with an election, altered in a single byte', () => {
  const { from, to } = seedRange({ short: 300, long: 20_000 });
  it(`is never taken for the real thing (seeds ${from} to ${to})`, () => {
    const trust = trusting(0);
    for (let seed = from; seed < to; seed++) {
      const { bytes, what } = byteMutation(HONEST, seed);
      const { verdict } = judge(bytes, trust);
      if (verdict === 'verified') throw new Error(`seed ${seed} got through: ${what}`);
    }
  });
});

/** Nobody’s of this log, under its name. */
const THIEF = namedKey(at(KEYS, 0).key.name, 'thief');

interface Named {
  readonly name: string;
  /** The rule that finds it, of `groups` or of `handovers`. */
  readonly rule: string;
  readonly code: string;
  readonly bends: Partial<ElectedPlan>;
}

const only =
  <T>(which: number, bent: (value: T) => T) =>
  (value: T, number: number): T =>
    number === which ? bent(value) : value;

const FORGERIES: readonly Named[] = [
  {
    name: 'a group that no election is by',
    rule: 'it has chosen',
    code: 'elections.idle',
    bends: {
      groups: (groups) => [
        ...groups,
        { ...at(groups, 1), statement: further(at(groups, 1).statement) },
      ],
    },
  },
  {
    name: 'a group shown twice',
    rule: 'once and in order',
    code: 'elections.order',
    bends: { groups: (groups) => [...groups, at(groups, 1)] },
  },
  {
    name: 'a head that the new key signed',
    rule: 'by the votes of that group',
    code: 'elections.head',
    bends: {
      headSize: (number) => at([3, 8, 9], number),
      headBy: (number) => at(KEYS, number === 2 ? 3 : number),
    },
  },
  {
    name: 'a head from behind the end of the old key',
    rule: 'by the votes of that group',
    code: 'elections.head',
    bends: {
      headSize: (number) => at([3, 8, 11], number),
      headOver: (before, number) => (number === 2 ? [...before, at(before, 0)] : before),
    },
  },
  {
    name: 'a group that came after the only head of the key before',
    rule: 'the key before stands for it',
    code: 'elections.unproven',
    bends: { headSize: (number) => at([2, 8, null], number) },
  },
  {
    name: 'a group for which no head is shown',
    rule: 'the key before stands for it',
    code: 'elections.unproven',
    bends: { headSize: (number) => at([3, null, 9], number) },
  },
  {
    name: 'a group in another history of the key before',
    rule: 'that key’s log is this one',
    code: 'elections.other-log',
    bends: {
      headOver: (before, number) => (number === 0 ? [at(before, 1), ...before.slice(1)] : before),
    },
  },
  {
    name: 'an election that the old key signed for the new one',
    rule: 'signed by the new key alone, where a group chose it',
    code: 'elections.unsigned',
    bends: { signedBy: (number) => [at(KEYS, number)] },
  },
  {
    name: 'an election that the recovery key signed for the new one',
    rule: 'signed by the new key alone, where a group chose it',
    code: 'elections.unsigned',
    bends: { signedBy: (number) => [number === 2 ? RECOVERY : at(KEYS, number + 1)] },
  },
  {
    name: 'a group that is not shown',
    rule: 'by a group that is shown',
    code: 'elections.not-shown',
    bends: { groups: (groups) => groups.slice(0, 1) },
  },
  {
    name: 'an election by the group before the last one',
    rule: 'by no older group than the election before',
    code: 'elections.older',
    bends: {
      chosen: only(2, (chosen) => ({ ...chosen, group: GROUPS[0] })),
      voters: (number) =>
        at(
          [
            [1, 2],
            [2, 3],
            [0, 1],
          ],
          number,
        ),
    },
  },
  {
    name: 'a term that is over, with its votes',
    rule: 'in a later term than the election before',
    code: 'elections.term',
    bends: { number: (number) => at([2, 4, 3], number) },
  },
  {
    name: 'a term from before the group',
    rule: 'by the votes of that group',
    code: 'elections.term',
    bends: {
      group: (group) => ({ ...group, term: { ...group.term, number: group.term.number + 5 } }),
    },
  },
  {
    name: 'fewer votes than the group asks for',
    rule: 'by the votes of that group',
    code: 'elections.votes',
    bends: { voters: (number) => at([[1, 2], [2], [1, 2]], number) },
  },
  {
    name: 'the vote of a node that has left',
    rule: 'by the votes of that group',
    code: 'elections.voters',
    bends: {
      voters: (number) =>
        at(
          [
            [1, 2],
            [0, 2],
            [1, 2],
          ],
          number,
        ),
    },
  },
  {
    name: 'the vote of a stranger',
    rule: 'by the votes of that group',
    code: 'elections.voters',
    bends: {
      voters: (number) =>
        at(
          [
            [1, 2, 4],
            [2, 3],
            [1, 2],
          ],
          number,
        ),
    },
  },
  {
    name: 'a node that may not write',
    rule: 'by the votes of that group',
    code: 'elections.writer',
    bends: { node: (number) => at([2, 2, 1], number) },
  },
  {
    name: 'a node that is no member',
    rule: 'by the votes of that group',
    code: 'elections.writer',
    bends: { node: (number) => at([4, 2, 1], number) },
  },
  {
    name: 'a vote for another term',
    rule: 'by the votes of that group',
    code: 'elections.signature',
    bends: { election: only(2, (election) => ({ ...election, number: 9 })) },
  },
  {
    name: 'votes for another log’s end',
    rule: 'by the votes of that group',
    code: 'elections.signature',
    bends: {
      election: only(1, (election) => ({
        ...election,
        votes: election.votes.map((vote) => ({ ...vote, length: vote.length + 1 })),
      })),
    },
  },
];

describe('a verifier without one of its rules for elections', () => {
  it('is tried for every rule that there is', () => {
    const rules = [...Object.keys(RULE_BOOK.groups), ...Object.keys(ELECTION_RULES)];
    expect(new Set(FORGERIES.map(({ rule }) => rule))).toEqual(new Set(rules));
  });

  for (const { name, rule, code, bends } of FORGERIES)
    it(`“${rule}” finds ${name}, and nothing else does`, () => {
      const bytes = electedEvidence(bends);
      const found = verifyEvidence(bytes, trusting(0));
      expect(found.result).toBe('failed');
      expect(found.checks.find(({ id }) => id === 'handovers')).toMatchObject({ code });
      const isHandovers = Object.keys(ELECTION_RULES).includes(rule);
      const rules = without(isHandovers ? 'handovers' : 'groups', rule);
      const { failing } = judge(bytes, trusting(0), rules);
      expect(failing).not.toContain('handovers');
    });
});

/** The same group, as another entry names it. */
function further(statement: Uint8Array): Uint8Array {
  const said = parseStatement(statement);
  return formatStatement({ ...said, index: (said.index + 1) as LeafIndex });
}

function forgery(name: string): Uint8Array {
  const found = FORGERIES.find((one) => one.name === name);
  if (found === undefined) throw new Error('there is no such forgery');
  return electedEvidence(found.bends);
}

function without(check: 'groups' | 'handovers', rule: string): RuleBook {
  const rules = Object.entries(RULE_BOOK[check]).filter(([name]) => name !== rule);
  return { ...RULE_BOOK, [check]: Object.fromEntries(rules) };
}
