/** The entries by which everybody who keeps a shared ledger is told what to destroy. */
import { formatStatement, MAX_ERASED_ROWS } from '../records/statement.js';
import { type EntryDraft, plainDraft } from './entry-draft.js';

/** @param id of the erasure. @param rows hex, 1 to MAX_ERASED_ROWS. */
export function erasureDraft(id: string, rows: readonly string[]): EntryDraft {
  const ascending = [...rows].sort();
  const draft = plainDraft((place) =>
    formatStatement({ kind: 'erasure', ...place, id, rows: ascending }),
  );
  return { ...draft, statementBytes: 1_024 + 35 * rows.length };
}

/** As many as it takes, in the order of the rows: those that are to go last stand in the last. */
export function erasureDrafts(id: string, rows: readonly string[]): EntryDraft[] {
  return Array.from({ length: Math.ceil(rows.length / MAX_ERASED_ROWS) }, (_, at) =>
    erasureDraft(id, rows.slice(at * MAX_ERASED_ROWS, (at + 1) * MAX_ERASED_ROWS)),
  );
}
