/**
 * Collections that are not what they say: files altered, and logs that a dishonest operator could make
 * with all its keys. Each must fail in the check that is there for it, by the rule that is named.
 */
import type { LeafIndex, TreeSize } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import type { JsonObject } from '../../../src/base/canonical-json.js';
import { digestToHex, type HexDigest } from '../../../src/base/hex-digest.js';
import type { AnsweredQuestion, CollectionFile } from '../../../src/evidence/collection-file.js';
import { formatCollection } from '../../../src/evidence/format-collection.js';
import type { CollectionRuleBook } from '../../../src/evidence/internal/collection-rules.js';
import type { Trust } from '../../../src/evidence/trust.js';
import type { CheckId } from '../../../src/evidence/verification-report.js';
import { formatStatement } from '../../../src/records/statement.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { provePerson } from '../../../src/tlog/person-proof.js';
import { sparseMap } from '../../../src/tlog/sparse-map.js';
import {
  type BuiltCollection,
  buildCollection,
  type CollectionPlan,
  type QuestionOrder,
  tagFor,
} from '../collection-builder.js';
import { attachmentForgeries } from './attachment-forgeries.js';
import { edited, get, type Path, update } from './json-edit.js';
import { minutes } from './plan.js';
import { derived } from './synthetic-keys.js';

export interface CollectionForgery {
  readonly book: keyof CollectionRuleBook;
  readonly rule: string;
  readonly name: string;
  readonly check: CheckId;
  readonly bytes: Uint8Array;
  readonly trust: Trust;
}

const ANNA: QuestionOrder = { name: 'anna', asOf: 12, map: 12 };

/** One for each rule that only collections have, and for each check that they share with evidence. */
export async function collectionForgeries(): Promise<CollectionForgery[]> {
  const one = await buildCollection({ questions: [ANNA] });
  const two = await buildCollection({ questions: [ANNA, { name: 'bruno', asOf: 3, map: 12 }] });
  const forge = async (bends: Partial<CollectionPlan>): Promise<BuiltCollection> =>
    buildCollection({ questions: [ANNA], ...bends });
  const made: CollectionForgery[] = [];
  const add = (
    [book, rule]: readonly [keyof CollectionRuleBook, string],
    name: string,
    check: CheckId,
    bytes: Uint8Array,
    { trust }: BuiltCollection,
  ): void => {
    made.push({ book, rule, name, check, bytes, trust });
  };
  const altered = (
    rule: readonly [keyof CollectionRuleBook, string],
    name: string,
    check: CheckId,
    change: (file: CollectionFile) => CollectionFile,
    from: BuiltCollection = one,
  ): void => {
    add(rule, name, check, formatCollection(change(from.file)), from);
  };

  altered(['format', 'it names its development parts'], 'no development', 'format', (file) => {
    const { development, ...rest } = file;
    return development === undefined ? file : rest;
  });
  altered(
    ['format', 'entries ascend'],
    'an entry moved to the end',
    'format',
    (file) => moved(file),
    two,
  );
  altered(
    ['format', 'each entry belongs to an answer'],
    'an entry of no answer',
    'format',
    (file) => ({
      ...file,
      entries: [...file.entries, one.entry(11)],
    }),
  );

  altered(['inclusion', 'the entries’'], 'the path of an entry', 'inclusion', (file) => ({
    ...file,
    entries: file.entries.map((entry, place) =>
      place === 1 ? { ...entry, inclusion: [] } : entry,
    ),
  }));
  altered(['inclusion', 'the maps’'], 'the path of a map', 'inclusion', (file) =>
    answered(file, ({ completeness }) => ({
      completeness: { ...completeness, map: { ...completeness.map, inclusion: [] } },
    })),
  );
  altered(
    ['inclusion', 'the first entry’s'],
    'the path of the first entry',
    'inclusion',
    (file) => ({
      ...file,
      log: { ...file.log, first: { ...file.log.first, inclusion: [] } },
    }),
  );
  {
    const [entry] = one.file.log.handovers;
    const longer = {
      statement: entry?.statement ?? utf8(''),
      inclusion: [...(entry?.inclusion ?? []), hash('x')],
    };
    altered(['inclusion', 'the handovers’'], 'the path of a handover', 'inclusion', (file) => ({
      ...file,
      log: { ...file.log, handovers: [longer] },
    }));
  }

  const sealed = await forge({ hasBatch: true });
  altered(
    ['inclusion', 'the batch’s'],
    'the path of a batch',
    'inclusion',
    (file) => {
      const { batch } = file;
      return batch === undefined ? file : { ...file, batch: { ...batch, inclusion: [] } };
    },
    sealed,
  );
  altered(
    ['inclusion', 'the signatures’'],
    'the path of a signature over a batch',
    'inclusion',
    (file) => ({
      ...file,
      signatures: (file.signatures ?? []).map((each) => ({ ...each, inclusion: [] })),
    }),
    sealed,
  );
  const otherTree = await forge({
    hasBatch: true,
    batch: (statement) => ({ ...statement, rootHash: digestToHex(hash('another tree')) }),
  });
  add(['batch', ''], 'a batch over another tree', 'batch', otherTree.bytes, otherTree);
  const overOther = await forge({ hasBatch: true, batchSigned: () => utf8('something else') });
  add(
    ['signature', ''],
    'a signature over something else than the batch',
    'signature:1',
    overOther.bytes,
    overOther,
  );

  const unknown = digestToHex(hash('unknown'));
  const ofNothing = await forge({ signedLeaf: () => unknown });
  add(
    ['attached', 'what it signs is in the file, before it'],
    'a signature of what is not there',
    'signatures',
    ofNothing.bytes,
    ofNothing,
  );
  altered(
    ['attached', 'the file shows it'],
    'a signature that is not shown',
    'signatures',
    (file) => ({
      ...file,
      entries: file.entries.map((entry, place) => {
        const { payload, ...rest } = entry;
        return place === 2 && payload !== undefined ? rest : entry;
      }),
    }),
  );
  const ofRecord = await forge({
    signature: (statement, leaf) => ({ ...statement, prev: leaf(3) }),
  });
  add(
    ['attached', 'a later version is of the same signature'],
    'a version of what is no signature',
    'signatures',
    ofRecord.bytes,
    ofRecord,
  );
  const overElse = await forge({ signed: () => utf8('something else') });
  add(
    ['attached', 'it is genuine'],
    'a signature over something else',
    'signatures',
    overElse.bytes,
    overElse,
  );

  for (const { rule, name, built } of await attachmentForgeries())
    add(['attachments', rule], name, 'attachments', built.bytes, built);

  altered(
    ['completeness', 'the ledger is that of the log'],
    'another ledger',
    'completeness:1',
    (file) => answered(file, ({ question }) => ({ question: { ...question, ledger: 'audit' } })),
  );
  altered(
    ['completeness', 'the tag is the subject’s'],
    'another opener',
    'completeness:1',
    (file) =>
      answered(file, ({ completeness }) => ({
        completeness: { ...completeness, opener: hash('opener') },
      })),
  );
  const early = await forge({
    mapSize: (index) => (index === 12 ? 14 : index),
    questions: [{ name: 'anna', asOf: 14, map: 12 }],
  });
  add(
    ['completeness', 'the map is of what came before it'],
    'a map of what comes after it',
    'completeness:1',
    early.bytes,
    early,
  );
  altered(
    ['completeness', 'the map covers the size asked for'],
    'a size beyond the map',
    'completeness:1',
    (file) =>
      answered(file, ({ question }) => ({ question: { ...question, asOf: 13 as TreeSize } })),
  );
  altered(
    ['completeness', 'the map says so of the tag'],
    'an absence that is none',
    'completeness:1',
    (file) => ({
      ...withoutHistories(file),
      entries: [],
      questions: file.questions.map(({ completeness, question }) => ({
        completeness: {
          ...completeness,
          proof: provePerson(sparseMap([]), completeness.tag, [], question.asOf),
        },
        entries: [],
        question,
      })),
    }),
  );
  altered(
    ['completeness', 'the entries begin the list'],
    'an entry left out',
    'completeness:1',
    (file) => without(file, 3),
  );
  altered(
    ['completeness', 'the list was cut at the size asked for'],
    'an earlier size',
    'completeness:1',
    (file) =>
      answered(file, ({ question }) => ({ question: { ...question, asOf: 10 as TreeSize } })),
  );
  const stray = await forge({
    lists: (lists, index) => {
      const bruno = lists.get(tagFor('bruno'))?.[0];
      const anna = lists.get(tagFor('anna'));
      if (index === 12 && bruno !== undefined && anna !== undefined)
        lists.set(
          tagFor('anna'),
          [...anna, bruno].sort((a, b) => a.index - b.index),
        );
    },
  });
  add(
    ['completeness', 'each entry carries the tag'],
    'an entry that does not carry the tag',
    'completeness:1',
    stray.bytes,
    stray,
  );
  const hidden = await forge({
    questions: [ANNA, { name: 'anna', asOf: 16, map: 15 }],
    lists: (lists, index) => {
      if (index === 12) drop(lists, 7);
    },
  });
  add(
    ['completeness', 'no other entry of the file carries it'],
    'a map that leaves out an entry of the file',
    'completeness:1',
    hidden.bytes,
    hidden,
  );
  const renamed = await forge({
    header: (header, index) => (index === 7 ? { ...header, subject: 'bruno' } : header),
  });
  add(
    ['completeness', 'the headers name the subject'],
    'an entry about somebody else',
    'completeness:1',
    renamed.bytes,
    renamed,
  );
  const gap = await forge({
    lists: (lists) => {
      drop(lists, 3);
      drop(lists, 4);
    },
  });
  add(
    ['completeness', 'each version follows the one before it'],
    'a map that leaves out a version',
    'completeness:1',
    gap.bytes,
    gap,
  );

  const dated = await forge({
    recordedAt: (index) => minutes(index === 9 ? 5 : 10 * index),
  });
  add(['statement', ''], 'an entry dated back', 'statement', dated.bytes, dated);
  altered(['header', ''], 'the salt of a header', 'header', (file) => ({
    ...file,
    entries: file.entries.map((entry) =>
      entry.header === undefined
        ? entry
        : { ...entry, header: { ...entry.header, salt: hash('s') } },
    ),
  }));
  altered(['payload', ''], 'the salt of a payload', 'payload', (file) => ({
    ...file,
    entries: file.entries.map((entry, place) =>
      place === 0 && entry.payload !== undefined
        ? { ...entry, payload: { ...entry.payload, salt: hash('s') } }
        : entry,
    ),
  }));
  altered(['tags', ''], 'the opener of an author', 'tags', (file) => ({
    ...file,
    entries: file.entries.map((entry) =>
      entry.openers === undefined ? entry : { ...entry, openers: { author: hash('o') } },
    ),
  }));
  const claimed = await forge({
    header: (header, index) => (index === 7 ? { ...header, claim: CLAIM } : header),
  });
  add(['claim', ''], 'a claim that says something else', 'claim', claimed.bytes, claimed);
  const short = await forge({ histories: (all) => all.map((events) => events.slice(0, 2)) });
  add(['author', ''], 'a history without the event of a claim', 'author', short.bytes, short);
  add(
    ['checkpoint', ''],
    'another tree hash in the checkpoint',
    'checkpoint',
    editedText(one.bytes, ['log', 'checkpoint'], / 0 7 /, ' 0 8 '),
    one,
  );
  const alone = await forge({ handoverBy: ({ first }) => [first] });
  add(['handovers', ''], 'a handover by the old key alone', 'handovers', alone.bytes, alone);
  altered(['groups', ''], 'a group that has chosen nobody', 'handovers', (file) => ({
    ...file,
    log: { ...file.log, groups: [{ consistency: [], inclusion: [], statement: idleGroup() }] },
  }));
  altered(['identity', ''], 'another recovery signature', 'log-identity', (file) => ({
    ...file,
    log: { ...file.log, recoverySignature: new Uint8Array(64) },
  }));
  altered(['anchor', ''], 'another salt of the anchored head', 'anchor:after', (file) => {
    const after = file.anchors?.after;
    return after === undefined
      ? file
      : { ...file, anchors: { after: { ...after, log: { ...after.log, salt: hash('s') } } } };
  });
  const elsewhere = await forge({ stamp: STAMP, stampedNote: () => utf8('something else') });
  add(
    ['stamp', ''],
    'a time-stamp over something else',
    'epoch-time-stamp',
    elsewhere.bytes,
    elsewhere,
  );
  return made;
}

/** Of a head that holds all that the file shows. */
export const STAMP = { epoch: 4, size: 5 } as const;

const CLAIM: JsonObject = {
  $v: 1,
  author: 'somebody else',
  nonce: '00'.repeat(16),
  payloads: ['00'.repeat(32)],
  subject: 'anna',
  type: 'tradle.Note',
};

function hash(label: string) {
  return leafHash(derived(label));
}

function withoutHistories({ histories, ...file }: CollectionFile): CollectionFile {
  if (histories === undefined) throw new Error('a collection without histories');
  return file;
}

function answered(
  file: CollectionFile,
  change: (answer: AnsweredQuestion) => Partial<AnsweredQuestion>,
): CollectionFile {
  return {
    ...file,
    questions: file.questions.map((each) => ({ ...each, ...change(each) })),
  };
}

/** Entry 2, which is bruno's, at the end. */
function moved(file: CollectionFile): CollectionFile {
  const [first, second, ...others] = file.entries;
  const [anna, bruno] = file.questions;
  if (first === undefined || second === undefined || anna === undefined || bruno === undefined)
    throw new Error('the file has two questions');
  const entries = [first, ...others, second];
  return {
    ...file,
    entries,
    questions: [
      { ...anna, entries: anna.entries.map((_, at) => at) },
      { ...bruno, entries: [entries.length - 1] },
    ],
  };
}

/** Of a file with one question. */
function without(file: CollectionFile, place: number): CollectionFile {
  const entries = file.entries.toSpliced(place, 1);
  return answered({ ...file, entries }, () => ({ entries: entries.map((_, at) => at) }));
}

function drop(lists: Map<string, { readonly index: number }[]>, index: number): void {
  for (const [tag, items] of lists)
    lists.set(
      tag,
      items.filter((item) => item.index !== index),
    );
}

function editedText(bytes: Uint8Array, path: Path, from: RegExp, to: string): Uint8Array {
  return edited(bytes, (file) => {
    const before = get(file, path) as string;
    update(file, path, (text: string) => text.replace(from, to));
    if (get(file, path) === before) throw new Error('nothing was changed');
  });
}

function idleGroup(): Uint8Array {
  const node = 'a'.repeat(64) as HexDigest;
  return formatStatement({
    ...{ kind: 'group', index: 1 as LeafIndex, recordedAt: minutes(10) },
    members: [{ hasData: true, mayWrite: true, node, site: 'a' }],
    ...{ sites: 1, term: { node, number: 1 }, voteQuorum: 1, writeQuorum: 1 },
  });
}
