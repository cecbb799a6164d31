/**
 * What changed between two states of knowledge about a person: which things came, went or have another
 * version, and field by field what these say now that they did not say before.
 */
import diff from 'microdiff';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { AsOf } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { QueryError } from './query-error.js';
import { openVersion, subjectIn, type SubjectVersion } from './subject-entries.js';
import { thingsOf, validInstant } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';

export interface DiffSide {
  readonly asOf: string | undefined;
  readonly validAt: string | undefined;
}

export interface DiffQuestion {
  readonly subject: string;
  readonly origin?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly from: DiffSide;
  readonly to: DiffSide;
}

export interface FieldChange {
  readonly change: 'added' | 'removed' | 'changed';
  /** RFC 6901, into the payload. */
  readonly pointer: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

export interface ThingChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly type: string;
  readonly key?: string;
  readonly before: EntryView | null;
  readonly after: EntryView | null;
  /** Of a thing that has another version. */
  readonly fields: readonly FieldChange[];
}

export interface SubjectDiff {
  readonly subject: string;
  readonly origin: string;
  readonly from: DiffState;
  readonly to: DiffState;
  readonly items: readonly ThingChange[];
  /** Things whose version is the same in both. */
  readonly unchanged: number;
}

export interface DiffState {
  readonly asOf: AsOf;
  readonly validAt?: string;
}

/** In one answer. */
const MAX_CHANGES = 1_000;

/** @throws QueryError QUERY_TOO_BROAD; as `viewState` and `subjectEntries`. */
export async function subjectDiff(
  ledger: TenantLedger,
  { subject, origin, types, ...sides }: DiffQuestion,
): Promise<SubjectDiff> {
  const [before, after] = await Promise.all([
    sideOf(ledger, { subject, origin, types }, sides.from),
    sideOf(ledger, { subject, origin, types }, sides.to),
  ]);
  const changed = [...new Set([...before.things.keys(), ...after.things.keys()])].filter(
    (thing) => before.things.get(thing)?.leafHash !== after.things.get(thing)?.leafHash,
  );
  if (changed.length > MAX_CHANGES)
    throw new QueryError(
      'QUERY_TOO_BROAD',
      `more than ${MAX_CHANGES} things changed: ask type by type, or for a shorter time`,
    );
  const items = await Promise.all(
    changed.map((thing) =>
      changeOf(ledger, after.origin, before.things.get(thing), after.things.get(thing)),
    ),
  );
  return {
    subject,
    origin: after.origin,
    from: before.state,
    to: after.state,
    items,
    unchanged:
      [...after.things.keys()].filter((thing) => before.things.has(thing)).length -
      items.filter(({ change }) => change === 'changed').length,
  };
}

/** Field by field, arrays by place. */
export function fieldChanges(before: JsonObject, after: JsonObject): FieldChange[] {
  return diff(before, after).map((one): FieldChange => {
    const pointer = one.path.map((step) => `/${escaped(String(step))}`).join('');
    switch (one.type) {
      case 'CREATE':
        return { change: 'added', pointer, after: one.value as JsonValue };
      case 'REMOVE':
        return { change: 'removed', pointer, before: one.oldValue as JsonValue };
      case 'CHANGE':
        return {
          change: 'changed',
          pointer,
          before: one.oldValue as JsonValue,
          after: one.value as JsonValue,
        };
    }
  });
}

interface Side {
  readonly origin: string;
  readonly state: DiffState;
  readonly things: ReadonlyMap<HexDigest, SubjectVersion>;
}

async function sideOf(
  ledger: TenantLedger,
  { subject, origin, types }: Pick<DiffQuestion, 'subject' | 'origin' | 'types'>,
  { asOf: at, validAt: valid }: DiffSide,
): Promise<Side> {
  const validAt = validInstant(ledger, valid);
  const { state, entries } = await subjectIn(ledger, subject, { origin, asOf: at });
  const things = entries === null ? [] : thingsOf(entries, validAt, types);
  return {
    origin: state.reader.origin,
    state: { asOf: state.asOf, ...(validAt !== undefined && { validAt: formatInstant(validAt) }) },
    things: new Map(things.map((version) => [version.thing, version])),
  };
}

async function changeOf(
  { vault, marksOf }: TenantLedger,
  origin: string,
  before: SubjectVersion | undefined,
  after: SubjectVersion | undefined,
): Promise<ThingChange> {
  const show = async (version: SubjectVersion | undefined): Promise<EntryView | null> =>
    version === undefined ? null : entryView(origin, await openVersion(vault, version), marksOf);
  const [old, now] = [await show(before), await show(after)];
  const version = after ?? before;
  const key = version?.said?.key;
  return {
    change: old === null ? 'added' : now === null ? 'removed' : 'changed',
    type: version?.statement.type ?? '',
    ...(key !== undefined && { key }),
    before: old,
    after: now,
    fields:
      // Of one that has been erased nobody can say what differs.
      old?.payload === undefined || now?.payload === undefined
        ? []
        : fieldChanges(old.payload as JsonObject, now.payload as JsonObject),
  };
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
