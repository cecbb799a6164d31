/**
 * Nothing altered passes: seeded omissions, additions, swaps, other sizes, entries put in place of others,
 * altered proofs and wrong openers, over answers of every size; and single-byte alterations of a file.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { sha256Digest } from '../../src/base/bytes.js';
import type { AnsweredQuestion, CollectionFile } from '../../src/evidence/collection-file.js';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { tagOf } from '../../src/records/tag.js';
import type { ListOfPerson, PersonProof } from '../../src/tlog/person-proof.js';
import { SeededChoice } from '../support/seeded-choice.js';
import {
  type BuiltCollection,
  buildCollection,
  MAPS,
  type QuestionOrder,
} from './collection-builder.js';
import { byteMutation } from './support/byte-mutations.js';
import { judgeCollection } from './support/collection-verdict.js';
import { edited, remove } from './support/json-edit.js';
import { seedRange } from './support/seed-range.js';
import { derived } from './support/synthetic-keys.js';
import { at } from './support/synthetic-tree.js';

/** Of anna, as of every size, by each map that covers it. */
const ORDERS: readonly QuestionOrder[] = MAPS.flatMap((map) =>
  Array.from({ length: map + 1 }, (_, asOf) => ({ name: 'anna', asOf, map })),
);

const SEALED = [{ name: 'anna', asOf: 12, map: 12 }] as const;

let whole: BuiltCollection;
/** One question, and a batch that covers its answer. */
let sealed: BuiltCollection;
/** One question a file, each with at least one entry, and their proofs. */
let single: BuiltCollection[];
beforeAll(async () => {
  whole = await buildCollection();
  sealed = unanchored(await buildCollection({ questions: SEALED, hasBatch: true }));
  single = [];
  for (const order of ORDERS.filter(({ asOf }) => asOf > 1 && asOf % 2 === 0))
    single.push(unanchored(await buildCollection({ questions: [order] })));
});

/** Chains take most of the time of a verification, and are not what these are about. */
function unanchored(built: BuiltCollection): BuiltCollection {
  const { anchors, ...rest } = built.file;
  if (anchors === undefined) throw new Error('the file has an anchor');
  const file = { ...rest, development: ['seal'] as const };
  return { ...built, file, bytes: formatCollection(file) };
}

describe('what is not altered', () => {
  it('is complete as of every size, by each map that covers it', async () => {
    const { bytes, trust } = await buildCollection({ questions: ORDERS });
    expect(judgeCollection(bytes, trust).failing).toEqual([]);
    for (const built of single)
      expect(judgeCollection(built.bytes, built.trust).verdict).toBe('verified');
  });
});

describe('answers that are not complete', () => {
  const { from, to } = seedRange({ short: 1_200, long: 20_000 });

  it(`are flagged, seeds ${from} to ${to - 1}`, () => {
    const unflagged: string[] = [];
    const counts = new Map<string, number>();
    for (let seed = from; seed < to; seed++) {
      const choice = new SeededChoice(`collection ${seed}`);
      const built = pick(choice, single);
      const [what, alter] = pick(choice, Object.entries(ALTERATIONS));
      const file = alter(built, choice);
      if (file === null) continue;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      const { verdict, failing } = judgeCollection(formatCollection(file), built.trust);
      if (verdict !== 'failed' || !failing.includes('completeness:1'))
        unflagged.push(`seed ${seed}, ${what}: ${verdict} (${failing.join()})`);
    }
    expect(unflagged).toEqual([]);
    expect([...counts.keys()].toSorted()).toEqual(Object.keys(ALTERATIONS).toSorted());
    const tried = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(tried).toBeGreaterThan((to - from) * 0.8);
  }, 600_000);
});

describe('single-byte alterations of a collection', () => {
  const { from, to } = seedRange({ short: 100, long: 10_000 });

  it.each([
    ['of many questions', () => whole],
    ['with a batch', () => sealed],
  ])(
    `are flagged, %s, seeds ${from} to ${to - 1}`,
    (_, of) => {
      const original = of();
      const unflagged: string[] = [];
      for (let seed = from; seed < to; seed++) {
        const { bytes, what } = byteMutation(original.bytes, seed);
        const { verdict } = judgeCollection(bytes, original.trust);
        const isFlagged = verdict === 'failed' || verdict === 'unusable';
        if (!isFlagged && !asksAnother(original.bytes, bytes))
          unflagged.push(`seed ${seed}, ${what}: ${verdict}`);
      }
      expect(unflagged).toEqual([]);
    },
    600_000,
  );
});

/**
 * What is free to be altered: what the file says of its purpose, and which question it answers, as long as
 * the answer is the true and whole one to that.
 */
function asksAnother(original: Uint8Array, altered: Uint8Array): boolean {
  return Buffer.compare(withoutQuestions(original), withoutQuestions(altered)) === 0;
}

function withoutQuestions(bytes: Uint8Array): Uint8Array {
  return edited(bytes, (file) => {
    remove(file, ['inspection']);
    for (const at of (file['questions'] as unknown[]).keys())
      for (const name of ['asOf', 'types', 'validAt'])
        remove(file, ['questions', at, 'question', name]);
  });
}

/** Null where there is nothing to alter in that way. */
type Alteration = (built: BuiltCollection, choice: SeededChoice) => CollectionFile | null;

const ALTERATIONS: Readonly<Record<string, Alteration>> = {
  'an entry left out': ({ file }, choice) =>
    withEntries(file, file.entries.toSpliced(choice.below(file.entries.length), 1)),

  'an entry left out, and the size of the list with it': ({ file }, choice) => {
    const fewer = withEntries(file, file.entries.toSpliced(choice.below(file.entries.length), 1));
    return withList(fewer, ({ size }) => ({ size: (size - 1) as TreeSize }));
  },

  'all entries left out': ({ file }) => withEntries(file, []),

  'the last entries left out, as of an earlier size': ({ file }, choice) => {
    const kept = choice.below(file.entries.length);
    const asOf = choice.below(at(file.questions, 0).question.asOf);
    return withQuestion(withEntries(file, file.entries.slice(0, kept)), asOf, file);
  },

  'an entry added': ({ file, entry }, choice) => {
    const index = pick(choice, [2, 11, 16, 17, 19]);
    return withEntries(file, [...file.entries, entry(index)].toSorted(byIndex));
  },

  'an entry in place of another': ({ file, entry }, choice) => {
    const place = choice.below(file.entries.length);
    const index = pick(choice, [2, 11, 17, 19]);
    return withEntries(file, file.entries.with(place, entry(index)).toSorted(byIndex));
  },

  'two entries swapped': ({ file }, choice) => {
    const { length } = file.entries;
    if (length < 2) return null;
    const place = choice.below(length - 1);
    const [a, b] = [at(file.entries, place), at(file.entries, place + 1)];
    return withEntries(file, file.entries.with(place, b).with(place + 1, a));
  },

  'a later or an earlier size': ({ file }, choice) => {
    const { question } = at(file.questions, 0);
    const asOf = choice.below(20);
    const last = indexOf(at(file.entries, -1).statement);
    const { proof } = at(file.questions, 0).completeness;
    const next = proof.kind === 'list' ? (proof.next?.index ?? Infinity) : Infinity;
    // Between two entries of the list the answer is the same, and may be said to be.
    if (asOf === question.asOf || (asOf > last && asOf <= next)) return null;
    return withQuestion(file, asOf, file);
  },

  'another subject': ({ file }, choice) =>
    change(file, ({ question }) => ({
      question: { ...question, subject: pick(choice, ['bruno', 'clara', 'ann', 'annaa']) },
    })),

  'another opener': ({ file }, choice) =>
    change(file, ({ completeness }) => ({
      completeness: { ...completeness, opener: derived(`opener ${choice.below(1_000)}`) },
    })),

  'another opener, and its tag': ({ file }, choice) =>
    change(file, ({ completeness, question }) => {
      const opener = derived(`opener ${choice.below(1_000)}`);
      return { completeness: { ...completeness, opener, tag: tagOf(opener, question.subject) } };
    }),

  'another root of the list': ({ file }, choice) =>
    withList(file, () => ({ root: digest(choice) })),

  'another size of the list': ({ file }, choice) =>
    withList(
      file,
      ({ size }) => ({ size: (size + pick(choice, [-2, -1, 1, 2, 7])) as TreeSize }),
      true,
    ),

  'another path in the map': ({ file }, choice) =>
    withProof(file, (proof) => {
      const { siblings } = proof.map;
      const place = choice.below(siblings.length + 1);
      const changed =
        place === siblings.length
          ? [...siblings, digest(choice)]
          : siblings.with(place, digest(choice));
      return { ...proof, map: { ...proof.map, siblings: changed } };
    }),

  'an absence that is none': ({ file }) =>
    withProof(withEntries(file, []), ({ map }) => ({
      kind: 'absent',
      map: { ...map, end: { kind: 'empty' } },
    })),

  'another path from the entries to the list': ({ file }, choice) =>
    withList(file, ({ consistency }) => {
      const place = choice.below(consistency.length + 1);
      return {
        consistency:
          place === consistency.length
            ? [...consistency, digest(choice)]
            : consistency.with(place, digest(choice)),
      };
    }),

  'another next item': ({ file }, choice) =>
    withList(file, ({ next }) => {
      if (next === null)
        return { next: { index: 19 as LeafIndex, leafHash: digest(choice), inclusion: [] } };
      return {
        next: pick(choice, [
          null,
          { ...next, index: (next.index + 1) as LeafIndex },
          { ...next, leafHash: digest(choice) },
          { ...next, inclusion: [...next.inclusion, digest(choice)] },
        ]),
      };
    }),
};

function pick<T>(choice: SeededChoice, items: readonly T[]): T {
  return at(items, choice.below(items.length));
}

function digest(choice: SeededChoice) {
  return sha256Digest(derived(`digest ${choice.below(1_000_000)}`));
}

function byIndex(a: { statement: Uint8Array }, b: { statement: Uint8Array }): number {
  return indexOf(a.statement) - indexOf(b.statement);
}

function indexOf(statement: Uint8Array): number {
  return (JSON.parse(Buffer.from(statement).toString('utf8')) as { index: number }).index;
}

function withEntries(file: CollectionFile, entries: CollectionFile['entries']): CollectionFile {
  return change({ ...file, entries }, () => ({ entries: entries.map((_, place) => place) }));
}

function withQuestion(
  file: CollectionFile,
  asOf: number,
  before: CollectionFile,
): CollectionFile | null {
  const same = at(before.questions, 0).question.asOf === asOf;
  return same
    ? null
    : change(file, ({ question }) => ({ question: { ...question, asOf: asOf as TreeSize } }));
}

function withProof(
  file: CollectionFile,
  alter: (proof: PersonProof) => PersonProof,
): CollectionFile {
  return change(file, ({ completeness }) => ({
    completeness: { ...completeness, proof: alter(completeness.proof) },
  }));
}

function withList(
  file: CollectionFile,
  alter: (list: ListOfPerson) => Partial<ListOfPerson>,
  guard = false,
): CollectionFile {
  return withProof(file, (proof) => {
    if (proof.kind !== 'list') throw new Error('anna has a list');
    const altered = { ...proof, ...alter(proof) };
    return guard && altered.size < 0 ? { ...altered, size: 0 as TreeSize } : altered;
  });
}

function change(
  file: CollectionFile,
  alter: (answered: AnsweredQuestion) => Partial<AnsweredQuestion>,
): CollectionFile {
  return { ...file, questions: file.questions.map((each) => ({ ...each, ...alter(each) })) };
}
