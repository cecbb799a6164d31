/**
 * Every checker proves that it can fail. The verifier's rules are data: each of them is taken out in turn,
 * and then a named forgery must get past it that the whole verifier catches. A rule that nothing proves
 * necessary is a rule that nobody would miss if it broke.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ELECTION_RULES } from '../../src/evidence/internal/election-rules.js';
import { RULE_BOOK, type RuleBook } from '../../src/evidence/internal/rule-book.js';
import type { Trust } from '../../src/evidence/trust.js';
import { formatVerifierKey } from '../../src/tlog/note-key.js';
import { byteMutation } from './support/byte-mutations.js';
import { readExample } from './support/example.js';
import { type Case, namedCases, originals, trustOf } from './support/originals.js';
import type { Originals } from './support/transplants.js';
import { judge, verdictOf } from './support/verdict.js';

let made: Originals;
let cases: ReadonlyMap<string, Case>;

beforeAll(async () => {
  made = await originals();
  cases = new Map((await namedCases(made)).map((each) => [each.name, each]));
});

/** Of each check and each of its rules, what passes without it. */
const PROOFS: Readonly<Record<keyof RuleBook, Readonly<Record<string, string>>>> = {
  format: { 'it names its development parts': 'development hidden' },
  statement: {
    'the first entry has index 0': 'a second first entry, further on in the log',
    'a loss is that of another log': 'a loss with the checkpoint of a third log',
    'recorded times never decrease': 'an entry dated back behind those before it',
  },
  header: {
    'it belongs to an entry that has one': 'a header beside a handover',
    'the commitment opens': 'another schema in the header',
    'it can be read': 'a committed header that is none',
    'it says what the statement says': 'a header with parts that the statement does not have',
  },
  payload: {
    'the statement has one': 'a payload beside a handover',
    'the commitment opens': 'another payload and no header to describe it',
    'the header describes it': 'a header with another SHA-256 than the payload has',
    'it has the form that its media type asks for': 'a payload that is not canonical JSON',
  },
  tags: {
    'the subject’s': 'a subject’s tag that is another’s',
    'the author’s': 'an author’s tag that is another’s',
    'the thing’s': 'a thing’s tag that is another’s',
    'that of a thing without a key': 'a thing without a key whose opener opens nothing',
  },
  claim: {
    'it says what the header says': 'a claim of another author',
    'the key that is named signed it': 'a claim that another key signed than the one it names',
  },
  author: {
    'histories can be replayed': 'a key that nobody brought in but its owner',
    'each is of an author, and none of one again': 'the history of somebody else',
    'none goes on behind the claims': 'a history that goes on',
    'the event is there that an entry names': 'a history cut short',
    'it was there when the entry was made': 'a history from after the entry',
    'the key was one for sign then': 'a claim by a key that was rotated',
  },
  inclusion: {
    'the entry’s': 'another type',
    'the first entry’s': 'the first entry altered',
    'the handovers’': 'a handover altered',
    'the batch’s': 'a batch over another tree, with a path that leads there',
    'the signatures’': 'a signature altered',
  },
  checkpoint: {
    'the last key signed it': 'another fork in the checkpoint',
    'it has no other signature': 'a checkpoint cosigned by somebody unknown',
    'it is of this log': 'a checkpoint of another origin',
    'its key bears the name of the log': 'a last key with the name of another log',
    'it says nothing else': 'a checkpoint that says more',
  },
  // Theirs, and those of the handovers below that are left empty, are in elections.test.ts.
  groups: Object.fromEntries(Object.keys(RULE_BOOK.groups).map((rule) => [rule, ''])),
  handovers: {
    'from the key before': 'a handover from a key that the log never had',
    'to a new key of the same log': 'a handover to the same key',
    'the first entry of the log that goes on': 'a handover that says the log was longer',
    'over the tree as it then was': 'a handover over another tree',
    'signed by both keys or by the recovery key': 'a handover by the old key alone',
    ...Object.fromEntries(Object.keys(ELECTION_RULES).map((rule) => [rule, ''])),
  },
  identity: {
    'the recovery key signed the last key': 'another ledger’s recovery signature',
    'the seal is genuine': 'another ledger’s seal',
    'no pinned recovery key of that name is another':
      'somebody else’s keys under this operator’s names',
    'nothing larger is taken from a key that ended': 'more by a key that the recovery key ended',
    'the tree at its end is the one that was handed over':
      'another tree where the recovery key ended its key',
    'a key that ended was handed over once': 'a key handed over otherwise than by the recovery key',
  },
  batch: {
    'it is of the same log': 'a batch of another log',
    'it covers all that comes before it': 'a batch that says it is longer',
    'the entry comes before it': 'a batch for what comes behind it',
    'it names the tree as it then was': 'a batch over another tree',
    'it is signed': 'a batch without its signature',
  },
  signature: {
    'it is over the entry, the batch, or a signature before it':
      'a signature entry of another entry',
    'it comes after what it is over, once and in order': 'a signature twice',
    'the file shows it': 'a signature that is not shown',
    'it is genuine': 'a certificate signature over something else',
    'a later version is of the same signature': 'a version of another signature',
  },
  head: {
    'the head is of this log': 'an anchored head of another log',
    'its tree is a beginning of the checkpoint’s': 'an anchored head of another history',
    'the head is in the map of its tenant': 'the head under another salt',
    'the tenant is in the map of tenants': 'an epoch that commits to other tenants',
    'the tenant is the one that the origin names': 'a head filed under another tenant',
  },
  anchor: {
    'the transaction is in the chain': 'one header less',
    'the epoch is in the tree that the transaction commits to': 'the path of the epoch too long',
    'the transaction is of the chain that the epoch names':
      'anchors in a chain that the epochs do not name',
  },
  after: {
    'the head contains the entry': 'an anchor after that does not hold the entry',
    // Needs a block that costs real work to make: see anchor-rules.test.ts.
    'the entry is not recorded after its block': '',
  },
  // Its forgeries are in witnessed.test.ts.
  witnessed: Object.fromEntries(Object.keys(RULE_BOOK.witnessed).map((rule) => [rule, ''])),
  before: {
    'the head does not contain the entry': 'an anchor before that holds the entry',
    'the epoch is the newest that its block covers':
      'an anchor before that proves an older epoch than its newest',
    'the entry is not recorded before the epoch': 'an entry dated back behind an anchored epoch',
    'both anchors are of one log in the maps': 'anchors under two handles of one log',
    'both anchors are of one chain of transactions': 'anchors in two chains of transactions',
    'it comes before the other': 'an anchor before in a later block',
  },
  stamp: {
    'the epoch is in the tree that was stamped': 'the path of the stamped epoch too long',
    'the token is genuine and over the checkpoint': 'a time-stamp over something else',
    'the head contains the entry': 'a time-stamp over a head without the entry',
    'the entry is not recorded after it': 'an entry dated forward behind its time-stamp',
  },
};

describe('a verifier without one of its rules', () => {
  it('is tried for every rule that there is', () => {
    const rulesOf = (book: Readonly<Record<string, object>>) =>
      Object.entries(book).map(([check, rules]) => [check, Object.keys(rules)]);
    expect(Object.fromEntries(rulesOf(PROOFS))).toEqual(
      Object.fromEntries(rulesOf({ ...RULE_BOOK })),
    );
  });

  for (const [check, proofs] of Object.entries(PROOFS))
    for (const [rule, name] of Object.entries(proofs).filter(([, proof]) => proof !== ''))
      it(`“${check}: ${rule}” lets through: ${name}`, () => {
        const found = cases.get(name);
        if (found === undefined) throw new Error('there is no such case');
        expect(isCaught(found, RULE_BOOK)).toBe(true);
        expect(isCaught(found, without(check as keyof RuleBook, rule))).toBe(false);
      });
});

describe('a verifier without a whole check', () => {
  /** The share that `npm test` takes: one of its seeds must get through. */
  const WITHIN = 1_000;

  for (const check of ['header', 'payload', 'tags', 'inclusion', 'checkpoint', 'identity'] as const)
    it(`lets a single-byte alteration through: ${check}`, () => {
      const { evidence, trust } = readExample();
      const rules: RuleBook = { ...RULE_BOOK, [check]: {} };
      expect(firstUnflagged(evidence, trust, rules, WITHIN)).toBeLessThan(WITHIN);
    });
});

describe('a verifier that takes the file’s own word', () => {
  it('for the log’s key and the chain verifies a whole forgery, which ours does not', () => {
    const { unknown, bank } = made;
    const gullible: Trust = {
      ...trustOf(bank),
      certificates: trustOf(unknown).certificates,
      blocks: trustOf(unknown).blocks,
    };
    expect(verdictOf(unknown.bytes, gullible)).toBe('verified');
    expect(verdictOf(unknown.bytes, trustOf(bank))).toBe('consistent');
  });

  it('for the log’s key alone is told apart from ours too', () => {
    const { unknown, bank } = made;
    const own = trustOf(bank);
    const lastKey = unknown.keys.second.key;
    expect(formatVerifierKey(lastKey)).toBe(unknown.keys.second.text);
    const report = (trust: Trust) => judge(unknown.bytes, trust).onOwnWord;
    expect(report(own)).toContain('log-identity');
    expect(report({ ...own, logs: [lastKey] })).not.toContain('log-identity');
  });
});

function without(check: keyof RuleBook, rule: string): RuleBook {
  const rules = Object.entries(RULE_BOOK[check]).filter(([name]) => name !== rule);
  return { ...RULE_BOOK, [check]: Object.fromEntries(rules) };
}

function isCaught({ expected, check, bytes, trust }: Case, rules: RuleBook): boolean {
  const { verdict, failing } = judge(bytes, trust, rules);
  return verdict === expected && (check === undefined || failing.includes(check));
}

/** The first seed whose alteration is taken for the real thing; `limit` if none is. */
function firstUnflagged(bytes: Uint8Array, trust: Trust, rules: RuleBook, limit: number): number {
  for (let seed = 1; seed < limit; seed += 2)
    if (verdictOf(byteMutation(bytes, seed).bytes, trust, rules) === 'verified') return seed;
  return limit;
}
