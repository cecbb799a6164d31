/** Entries as they are put on record before they are shown. */
import type { DisclosedEntry } from '../access/disclosure.js';
import { toHex } from '../base/bytes.js';
import { parseInstant } from '../base/time.js';
import type { EntryView } from './entry-view.js';
import type { OpenedEntry } from './opened-entry.js';

export function disclosedView({ leafHash, recordedAt, type, subject }: EntryView): DisclosedEntry {
  return {
    leafHash,
    recordedAt: parseInstant(recordedAt),
    type: type ?? null,
    subject: subject ?? null,
  };
}

export function disclosedEntry(opened: OpenedEntry): DisclosedEntry {
  const { entry, statement } = opened;
  return {
    leafHash: toHex(entry.leafHash),
    recordedAt: statement.recordedAt,
    type: statement.kind === 'record' ? statement.type : null,
    subject: opened.kind === 'record' || opened.kind === 'signature' ? opened.said.subject : null,
  };
}
