/** What an answer comes to: the versions that stand, by the one rule of `records/as-of-state`. */
import { digestToHex } from '../../base/hex-digest.js';
import { stateOf, type Version } from '../../records/as-of-state.js';
import type { RecordStatement } from '../../records/statement.js';
import { headerOf } from './check-header.js';
import type { CollectedEntry, ReadQuestion } from './read-collection.js';
import type { ReadEntry } from './read-statement.js';

export interface Answer {
  /** All entries that carry the tag. */
  readonly entries: readonly CollectedEntry[];
  readonly notOpened: readonly CollectedEntry[];
  /** Entries of other subjects that name the person as a party or in a part. */
  readonly mentions: readonly CollectedEntry[];
  /** Of the types asked for. */
  readonly state: readonly ReadEntry<RecordStatement>[];
  /** False if a record of the subject is not opened: it may be valid at another time, or withdraw another. */
  readonly determined: boolean;
}

export function answerTo({ question, completeness, shown }: ReadQuestion): Answer {
  const { types, validAt } = question;
  const own = shown.filter(({ content }) => content.tags.subject === completeness.tag);
  const records = own.filter(isRecord);
  const state = stateOf(records.map(versionOf), validAt === undefined ? {} : { validAt })
    .map(({ entry }) => entry)
    .filter(({ content }) => types === undefined || types.includes(content.type));
  return {
    entries: shown,
    notOpened: shown.filter((entry) => !isOpened(entry)),
    mentions: shown.filter(({ content }) => content.tags.subject !== completeness.tag),
    state,
    determined: records.every(isOpened),
  };
}

export function isOpened(entry: ReadEntry): boolean {
  return headerOf(entry) !== null;
}

export function isRecord(entry: CollectedEntry): entry is ReadEntry<RecordStatement> {
  return entry.content.kind === 'record';
}

type EntryVersion = Version & { readonly entry: ReadEntry<RecordStatement> };

/** What is not opened says nothing of valid times and withdraws nothing. */
function versionOf(entry: ReadEntry<RecordStatement>): EntryVersion {
  const { content, leafHash } = entry;
  const header = headerOf(entry);
  const said = header !== null && 'type' in header ? header : null;
  return {
    entry,
    index: content.index,
    leafHash: digestToHex(leafHash),
    thing: content.tags.key,
    hasKey: said?.keyOpener === undefined,
    recordedAt: content.recordedAt,
    validFrom: said?.validFrom ?? null,
    validTo: said?.validTo ?? null,
    retracts: said?.retracts ?? null,
  };
}
