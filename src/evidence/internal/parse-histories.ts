/** Histories of authors, as files of evidence have them. What their events say is not looked into here. */
import { arrayOf, type JsonMembers, type Shape } from '../../base/json-members.js';
import { MAX_HISTORIES, MAX_HISTORIES_BYTES } from '../collection-file.js';
import {
  type AuthorHistory,
  bytesOfHistory,
  MAX_HISTORY_BYTES,
  MAX_HISTORY_EVENTS,
} from '../evidence-file.js';
import { malformed } from './evidence-members.js';
import { base64UpTo } from './evidence-shapes.js';

const EVENTS = arrayOf(base64UpTo(MAX_HISTORY_BYTES), MAX_HISTORY_EVENTS);

export const HISTORY: Shape<AuthorHistory> = {
  what: `an array of 1 to ${MAX_HISTORY_EVENTS} items, each base64, together ${MAX_HISTORY_BYTES} bytes at most`,
  read: (value) => {
    const events = EVENTS.read(value);
    return events === null || bytesOfHistory(events) > MAX_HISTORY_BYTES ? null : events;
  },
};

const HISTORIES = arrayOf(HISTORY, MAX_HISTORIES);

/** @throws EvidenceError EVIDENCE_MALFORMED. */
export function readHistories(members: JsonMembers): readonly AuthorHistory[] | undefined {
  const histories = members.optional('histories', HISTORIES);
  const size = (histories ?? []).reduce((sum, history) => sum + bytesOfHistory(history), 0);
  if (size > MAX_HISTORIES_BYTES) throw malformed('its histories are larger than 8 MiB');
  return histories;
}
