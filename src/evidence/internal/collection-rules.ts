/** All the rules of the verifier of collections, check by check; what they share with evidence is the same. */
import { developmentPartsOfCollection } from '../development-parts.js';
import { type AttachedSubject, ATTACHED_RULES } from './check-attached.js';
import { type AttachmentSubject, ATTACHMENT_RULES } from './check-attachments.js';
import type { EntryRules } from './check-collected.js';
import { type CompletenessSubject, COMPLETENESS_RULES } from './check-completeness.js';
import { compareInclusion } from './check-inclusion.js';
import { type Finding, finding, type Rules } from './outcome.js';
import { mapsOf, type ReadCollection } from './read-collection.js';
import type { ReadStatement } from './read-statement.js';
import { RULE_BOOK, type RuleBook } from './rule-book.js';

export interface CollectionRuleBook
  extends
    EntryRules,
    Pick<
      RuleBook,
      | 'statement'
      | 'author'
      | 'checkpoint'
      | 'groups'
      | 'handovers'
      | 'identity'
      | 'batch'
      | 'signature'
      | 'anchor'
      | 'after'
      | 'stamp'
      | 'witnessed'
    > {
  readonly format: Rules<ReadCollection>;
  readonly inclusion: Rules<ReadCollection>;
  readonly attached: Rules<AttachedSubject>;
  readonly attachments: Rules<AttachmentSubject>;
  readonly completeness: Rules<CompletenessSubject>;
}

const FORMAT: Rules<ReadCollection> = {
  'it names its development parts': ({ file }) => {
    const shown = developmentPartsOfCollection(file).join(', ');
    return (file.development ?? []).join(', ') === shown
      ? null
      : finding('format.development', { parts: shown === '' ? '–' : shown });
  },

  'entries ascend': ({ entries }) => {
    const wrong = entries.find(
      ({ content }, at) => at > 0 && (entries[at - 1]?.content.index ?? -1) >= content.index,
    );
    return wrong === undefined
      ? null
      : finding('format.entry-order', { entry: wrong.content.index });
  },

  'each entry belongs to an answer': ({ entries, questions }) => {
    const answered = new Set<object>(questions.flatMap(({ shown }) => shown));
    const idle = entries.find((entry) => !answered.has(entry));
    return idle === undefined ? null : finding('format.entry-idle', { entry: idle.content.index });
  },
};

const INCLUSION: Rules<ReadCollection> = {
  'the entries’': (collection) =>
    first(collection, collection.entries, ({ content }) => `entry ${content.index}`),

  'the maps’': (collection) =>
    first(collection, mapsOf(collection), ({ content }) => `the map in entry ${content.index}`),

  'the first entry’s': (collection) =>
    compareInclusion(collection, collection.log.first, 'the first entry of the log'),

  'the handovers’': (collection) =>
    first(collection, collection.log.handovers, (_, at) => `handover ${at + 1}`),

  'the batch’s': (collection) =>
    collection.batch === null ? null : compareInclusion(collection, collection.batch, 'the batch'),

  'the signatures’': (collection) =>
    first(collection, collection.signatures, (_, at) => `signature ${at + 1}`),
};

export const COLLECTION_RULE_BOOK: CollectionRuleBook = {
  format: FORMAT,
  statement: RULE_BOOK.statement,
  header: RULE_BOOK.header,
  payload: RULE_BOOK.payload,
  tags: RULE_BOOK.tags,
  claim: RULE_BOOK.claim,
  author: RULE_BOOK.author,
  inclusion: INCLUSION,
  checkpoint: RULE_BOOK.checkpoint,
  groups: RULE_BOOK.groups,
  handovers: RULE_BOOK.handovers,
  identity: RULE_BOOK.identity,
  batch: RULE_BOOK.batch,
  signature: RULE_BOOK.signature,
  anchor: { ...RULE_BOOK.head, ...RULE_BOOK.anchor },
  after: RULE_BOOK.after,
  stamp: { ...RULE_BOOK.head, ...RULE_BOOK.stamp },
  witnessed: RULE_BOOK.witnessed,
  attached: ATTACHED_RULES,
  attachments: ATTACHMENT_RULES,
  completeness: COMPLETENESS_RULES,
};

function first<T extends ReadStatement>(
  collection: ReadCollection,
  statements: readonly T[],
  where: (statement: T, at: number) => string,
): Finding | null {
  for (const [at, statement] of statements.entries()) {
    const broken = compareInclusion(collection, statement, where(statement, at));
    if (broken !== null) return broken;
  }
  return null;
}
