/** Entry 0 of a log: whose it is, or what was lost before it (docs/formats/statement.md). */
import { formatStatement } from '../records/statement.js';
import type { LogDescriptor } from './catalog.js';
import { type EntryDraft, plainDraft } from './entry-draft.js';

/** @param before the log that this one goes on for, if it does. */
export function firstEntry(
  { origin, succeeds, verifierKey }: LogDescriptor,
  before: LogDescriptor | undefined,
  recoveryKey: string,
): EntryDraft {
  const named = { origin, recoveryKey, verifierKey };
  if (succeeds === undefined || before === undefined)
    return plainDraft((place) => formatStatement({ kind: 'ledger', ...place, ...named }));
  const from = before.origin;
  return plainDraft((place) =>
    formatStatement({ kind: 'loss', ...place, ...named, ...succeeds, from }),
  );
}

/** `…/kyc` → `…/kyc/2` → `…/kyc/3`: an index counts within an origin, so a new count is a new origin. */
export function successorOrigin(origin: string): string {
  const [, base = origin, count] = /^([^/]+\/[^/]+\/[^/]+)\/([1-9][0-9]*)$/.exec(origin) ?? [];
  return `${base}/${count === undefined ? 2 : Number(count) + 1}`;
}
