/**
 * As `planted-faults`, for collections: each rule that only they have is taken out in turn, and each check
 * that they share with evidence (whose rules are proven there) as a whole; and then a forgery gets past the
 * verifier that the whole one catches.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  COLLECTION_RULE_BOOK,
  type CollectionRuleBook,
} from '../../src/evidence/internal/collection-rules.js';
import { type CollectionForgery, collectionForgeries } from './support/collection-forgeries.js';
import { judgeCollection } from './support/collection-verdict.js';

let forgeries: readonly CollectionForgery[];
beforeAll(async () => {
  forgeries = await collectionForgeries();
});

const OWN = ['format', 'inclusion', 'attached', 'attachments', 'completeness'] as const;
/**
 * `after` has two rules, of which one needs a block that costs real work to make: see anchor-rules.test.ts.
 * Those of `witnessed` are taken out one by one in witnessed.test.ts: they are the same objects.
 */
const SHARED = [
  'statement',
  'header',
  'payload',
  'tags',
  'claim',
  'author',
  'checkpoint',
  'groups',
  'handovers',
  'identity',
  'batch',
  'signature',
  'anchor',
  'stamp',
] as const;
const ELSEWHERE = ['after', 'witnessed'] as const;

describe('a verifier of collections without one of its rules', () => {
  it('is tried for every rule and check that there is', () => {
    const tried = forgeries.map(({ book, rule }) => `${book}: ${rule}`);
    const wanted = [
      ...OWN.flatMap((book) =>
        Object.keys(COLLECTION_RULE_BOOK[book]).map((rule) => `${book}: ${rule}`),
      ),
      ...SHARED.map((book) => `${book}: `),
    ];
    expect(tried.toSorted()).toEqual(wanted.toSorted());
    expect(Object.keys(COLLECTION_RULE_BOOK).toSorted()).toEqual(
      [...OWN, ...SHARED, ...ELSEWHERE].toSorted(),
    );
  });

  it('lets through what the whole one catches, each time', () => {
    const wrong = forgeries.flatMap((forgery) => {
      const { book, rule, name } = forgery;
      if (!isCaught(forgery, COLLECTION_RULE_BOOK)) return [`not caught: ${name}`];
      return isCaught(forgery, without(book, rule)) ? [`caught without it: ${book}: ${rule}`] : [];
    });
    expect(wrong).toEqual([]);
  });
});

function without(book: keyof CollectionRuleBook, rule: string): CollectionRuleBook {
  const rules = Object.entries(COLLECTION_RULE_BOOK[book]).filter(
    ([name]) => rule !== '' && name !== rule,
  );
  return { ...COLLECTION_RULE_BOOK, [book]: Object.fromEntries(rules) };
}

function isCaught({ check, bytes, trust }: CollectionForgery, rules: CollectionRuleBook): boolean {
  const { verdict, failing } = judgeCollection(bytes, trust, rules);
  return verdict === 'failed' && failing.includes(check);
}
