/**
 * A record opened for the search index, and the rows that come of it: search tags and the subject's tag,
 * and nothing that was opened.
 */
import type { LeafIndex } from '../../base/brand.js';
import { utf8ToString } from '../../base/bytes.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { digestFromHex } from '../../base/hex-digest.js';
import { JSON_MEDIA_TYPE, parseRecordHeader } from '../../records/header.js';
import { openPart } from '../../records/sealing.js';
import type { RecordStatement } from '../../records/statement.js';
import { findableTerms, isIdentifying } from '../../schemas/findable-terms.js';
import type { Findable, FindableAs } from '../../schemas/schema-document.js';
import { searchTag } from '../../schemas/search-tag.js';
import type { RecordsToOpen } from '../search-query.js';
import { searchRowKey, type ViewRow } from './view-keys.js';

export interface SealedRecord {
  readonly index: LeafIndex;
  readonly statement: RecordStatement;
  /** Sealed. */
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly headerSecret: Uint8Array;
  readonly payloadSecret: Uint8Array;
}

/** Who makes tags, and where they are put. */
export interface TagMaker {
  readonly log: number;
  readonly key: Uint8Array;
  readonly keyId: Uint8Array;
}

/** @throws RecordsError SEAL_REFUSED, HEADER_MALFORMED; SyntaxError, BaseError for a payload that is none. */
export function searchRows(
  { log, key, keyId }: TagMaker,
  record: SealedRecord,
  fields: RecordsToOpen['fields'],
): ViewRow[] {
  const { index, statement } = record;
  const subject = digestFromHex(statement.tags.subject);
  const rows: ViewRow[] = [];
  const term = { log, by: 'term', keyId } as const;
  const identity = { log, by: 'identity', keyId } as const;
  for (const { as, part, text } of termsOf(record, fields)) {
    const tag = searchTag(key, { as, part }, text);
    rows.push([searchRowKey(term, tag, subject, index), NOTHING]);
    if (part === 'whole' && isIdentifying(as))
      rows.push([searchRowKey(identity, subject, tag, index), NOTHING]);
  }
  return rows;
}

const NOTHING = new Uint8Array(0);

interface Term {
  readonly as: FindableAs;
  readonly part: 'whole' | 'word';
  readonly text: string;
}

function termsOf(record: SealedRecord, fields: RecordsToOpen['fields']): Term[] {
  const { statement, header, payload, headerSecret, payloadSecret } = record;
  const said = parseRecordHeader(openPart(header, headerSecret, statement.header).bytes);
  const findable = fields.get(said.schema);
  // Its header may name no schema, or a version that names no fields: then it is not opened.
  if (findable === undefined || said.payload.mediaType !== JSON_MEDIA_TYPE) return [];
  const { bytes } = openPart(payload, payloadSecret, statement.payload);
  return distinctTerms(JSON.parse(utf8ToString(bytes)) as JsonValue, findable);
}

function distinctTerms(payload: JsonValue, findable: readonly Findable[]): Term[] {
  const terms = new Map<string, Term>();
  const add = (as: FindableAs, part: Term['part'], text: string): void => {
    terms.set(`${as} ${part} ${text}`, { as, part, text });
  };
  for (const { as, terms: of } of findableTerms(payload, findable)) {
    if (of.whole !== null) add(as, 'whole', of.whole);
    for (const word of of.words) add(as, 'word', word);
  }
  return [...terms.values()];
}
