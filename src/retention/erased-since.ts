/**
 * What a restored backup does not say: which rows of the vault were destroyed after it was made. Kept as versions of one
 * thing, each of which names some (docs/formats/erasure.md, "After a restore").
 */
import type { AccessThing } from '../access/access-thing.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { arrayOf, COUNT, INSTANT, JsonMembers } from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { MAX_ROWS_AN_ENTRY, ROW } from './erasure-execution.js';
import { checkFormat, damagedRetention, RETENTION_FORMAT } from './kept.js';

export const ERASED_SINCE: AccessThing = { type: 'chirograph.ErasedSince', key: 'erased-since' };

export interface ErasedSince {
  /** When the backup was put in. */
  readonly at: UnixMillis;
  /** Its number. */
  readonly backup: number;
  /** Of the vault: that the backup was made with, and that it was put in with. */
  readonly generations: { readonly before: number; readonly after: number };
  /** n from 1. */
  readonly part: { readonly n: number; readonly of: number };
  /** Hex; at most MAX_ROWS_AN_ENTRY. */
  readonly rows: readonly string[];
}

/** In parts that fit into an entry; none of no rows. */
export function erasedSinceParts(
  rows: readonly string[],
  said: Omit<ErasedSince, 'part' | 'rows'>,
  rowsAnEntry = MAX_ROWS_AN_ENTRY,
): readonly ErasedSince[] {
  const of = Math.ceil(rows.length / rowsAnEntry);
  return Array.from({ length: of }, (_, nth) => ({
    ...said,
    part: { n: nth + 1, of },
    rows: rows.slice(nth * rowsAnEntry, (nth + 1) * rowsAnEntry),
  }));
}

export function erasedSincePayload({
  at,
  backup,
  generations,
  part,
  rows,
}: ErasedSince): JsonObject {
  return {
    $v: RETENTION_FORMAT,
    ...{ at: formatInstant(at), backup, generations: { ...generations } },
    ...{ part: { ...part }, rows: [...rows] },
  };
}

/** @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseErasedSince(payload: JsonValue): ErasedSince {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT), WHAT);
  const generations = members.object('generations');
  const part = members.object('part');
  const said = {
    at: members.required('at', INSTANT),
    backup: members.required('backup', COUNT),
    generations: {
      before: generations.required('before', COUNT),
      after: generations.required('after', COUNT),
    },
    part: { n: part.required('n', COUNT), of: part.required('of', COUNT) },
    rows: members.required('rows', arrayOf(ROW, MAX_ROWS_AN_ENTRY)),
  };
  for (const read of [generations, part, members]) read.end();
  if (said.generations.after <= said.generations.before)
    throw refuse('without a later generation of the vault nothing was destroyed');
  return said;
}

const WHAT = 'the rows that a restored backup lacks';

function refuse(reason: string): Error {
  return damagedRetention(`${WHAT} are`, reason);
}
