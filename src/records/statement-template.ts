/**
 * The hot path of statements. All but the place in the log is known before the sequencer's turn, so
 * that part is written ahead as pieces of text, and the sequencer only fills three holes. Pieces are
 * plain data: they can be made in a worker thread.
 */
import { utf8 } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import {
  type Position,
  type RecordStatement,
  type SignatureStatement,
  withinLimit,
} from './statement.js';

/** Text around the holes, in the order of RFC 8785: `index`, `prev` if any, `recordedAt`. */
export interface StatementTemplate {
  readonly beforeIndex: string;
  readonly beforePrev: string;
  readonly afterRecordedAt: string;
}

/** Where an entry has come to stand. */
export interface Place extends Position {
  /** Leaf hash of the previous version of the same thing; that of a signature is in its template. */
  readonly prev?: HexDigest;
}

export function recordTemplate(statement: Omit<RecordStatement, keyof Place>): StatementTemplate {
  const { header, parts = [], payload, tags, type } = statement;
  const partTexts = parts.map(
    (part) => `{"payload":"${part.payload}","subject":"${part.subject}"}`,
  );
  const partsText = parts.length === 0 ? '' : `"parts":[${partTexts.join(',')}],`;
  const partiesText =
    tags.parties === undefined ? '' : `"parties":["${tags.parties.join('","')}"],`;
  return {
    beforeIndex: `{"$v":1,"header":"${header}","index":`,
    beforePrev: `,"kind":"record",${partsText}"payload":"${payload}"`,
    afterRecordedAt:
      `,"tags":{"author":"${tags.author}","key":"${tags.key}",${partiesText}` +
      // A type needs no escapes: `[A-Za-z0-9._-]`.
      `"subject":"${tags.subject}"},"type":"${type}"}`,
  };
}

/** The type of the record whose template it is; null of a signature. */
export function typeIn({ afterRecordedAt }: StatementTemplate): string | null {
  return /"type":"([A-Za-z0-9._-]{1,128})"\}$/.exec(afterRecordedAt)?.[1] ?? null;
}

export function signatureTemplate(
  statement: Omit<SignatureStatement, keyof Position>,
): StatementTemplate {
  const { header, of, payload, prev, tags } = statement;
  // Whoever signs anew knows what came before: it is no matter of the place.
  const prevText = prev === undefined ? '' : `,"prev":"${prev}"`;
  return {
    beforeIndex: `{"$v":1,"header":"${header}","index":`,
    beforePrev: `,"kind":"signature","of":"${of}","payload":"${payload}"${prevText}`,
    afterRecordedAt: `,"tags":{"author":"${tags.author}","subject":"${tags.subject}"}}`,
  };
}

/** Equal, byte for byte, to `formatStatement` of the whole. @throws RecordsError RECORD_TOO_LARGE. */
export function placeStatement(template: StatementTemplate, place: Place): Uint8Array {
  const prev = place.prev === undefined ? '' : `,"prev":"${place.prev}"`;
  return withinLimit(
    utf8(
      `${template.beforeIndex}${place.index}${template.beforePrev}${prev}` +
        `,"recordedAt":"${formatInstant(place.recordedAt)}"${template.afterRecordedAt}`,
    ),
  );
}
