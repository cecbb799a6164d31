/**
 * Entries as CSV (RFC 4180) for spreadsheets and whatever else takes nothing better. A text that a
 * spreadsheet would take for a formula gets an apostrophe before it; who needs every text as it was
 * recorded takes NDJSON.
 */
import { stringify } from 'csv-stringify/sync';
import { canonicalJson } from '../base/canonical-json.js';
import type { EntryView } from '../queries/entry-view.js';

const COLUMNS = [
  'index',
  'id',
  'kind',
  'recordedAt',
  'origin',
  'witnessed',
  'timestamped',
  'anchored',
  'type',
  'subject',
  'key',
  'author',
  'validFrom',
  'validTo',
  'retracts',
  'prev',
  'of',
  'retention',
  'schema',
  'mediaType',
  'payload',
  'erased',
  'attachments',
] as const;

const OPTIONS = { columns: [...COLUMNS], escape_formulas: true, record_delimiter: '\r\n' };

export function csvHeader(): string {
  return stringify([], { ...OPTIONS, header: true });
}

export function csvRows(entries: readonly EntryView[]): string {
  return stringify(entries.map(rowOf), OPTIONS);
}

function rowOf({ attachments, finality, payload, ...said }: EntryView): Record<string, unknown> {
  return {
    ...said,
    witnessed: String(finality.witnessed),
    timestamped: String(finality.timestamped),
    anchored: String(finality.anchored),
    ...(payload !== undefined && { payload: canonicalJson(payload) }),
    ...(attachments !== undefined && {
      attachments: canonicalJson(attachments.map((one) => ({ ...one }))),
    }),
    ...(said.erased && { erased: 'true' }),
  };
}
