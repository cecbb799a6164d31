/** Policies as they are kept: the payload of a record, one version of one thing. */
import type { AccessThing } from '../access/access-thing.js';
import { parseSigner } from '../access/grant.js';
import type { CalendarPeriod } from '../base/calendar.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import {
  COUNT,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../base/json-members.js';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import { checkFormat, damagedRetention, RETENTION_FORMAT } from './kept.js';
import {
  type ClassPolicy,
  MAX_CLASSES,
  MAX_EXTENSION,
  MAX_PERIOD,
  MAX_TYPES,
  type PolicyVersion,
  type RetentionClock,
  type RetentionPolicies,
  typeFault,
} from './policy.js';

export const POLICIES: AccessThing = { type: 'chirograph.RetentionPolicies', key: 'policies' };

/** As the API takes and shows them. */
export function policiesToJson({ classes, types }: RetentionPolicies): JsonObject {
  const shown = Object.entries(classes).map(([name, { period, clock, extension, basis }]) => [
    name,
    {
      ...{ basis, period: { ...period }, clock: { ...clock } },
      ...(extension !== undefined && { extension: { ...extension } }),
    },
  ]);
  return { classes: Object.fromEntries(shown) as JsonObject, types: { ...types } };
}

export function versionToJson({ version, setAt, setBy, ...policies }: PolicyVersion): JsonObject {
  const said = { version, setAt: formatInstant(setAt), setBy: { ...setBy } };
  return { ...said, ...policiesToJson(policies) };
}

export function policiesPayload(version: PolicyVersion): JsonObject {
  return { $v: RETENTION_FORMAT, ...versionToJson(version) };
}

/** @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parsePolicies(payload: JsonValue): PolicyVersion {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT), 'the retention policies of a tenant');
  const version = {
    version: members.required('version', COUNT),
    setAt: members.required('setAt', INSTANT),
    setBy: parseSigner(members.object('setBy')),
    classes: parseMap(members.required('classes', JSON_OBJECT), MAX_CLASSES, CLASS, (value) =>
      parsePolicy(new JsonMembers(value, refuse)),
    ),
    types: parseMap(members.required('types', JSON_OBJECT), MAX_TYPES, TYPE, (value) => {
      const name = CLASS.read(value);
      if (name === null) throw refuse('a type has no class');
      return name;
    }),
  };
  members.end();
  if (typeFault(version) !== null) throw refuse('a type has a class without a policy');
  return version;
}

function parsePolicy(members: JsonMembers): ClassPolicy {
  const extension = members.optional('extension', periodUpTo(MAX_EXTENSION));
  const policy = {
    basis: members.required('basis', LINE),
    period: members.required('period', periodUpTo(MAX_PERIOD)),
    clock: parseClock(members.object('clock')),
    ...(extension !== undefined && { extension }),
  };
  members.end();
  return policy;
}

function parseClock(members: JsonMembers): RetentionClock {
  const kind = members.required('kind', oneOf('recorded', 'event'));
  const clock = kind === 'recorded' ? { kind } : { kind, ...eventIn(members) };
  members.end();
  return clock;
}

function eventIn(members: JsonMembers): { type: string; stoppedBy?: string } {
  const stoppedBy = members.optional('stoppedBy', TYPE);
  const type = members.required('type', TYPE);
  return { type, ...(stoppedBy !== undefined && { stoppedBy }) };
}

function periodUpTo(bounds: typeof MAX_PERIOD): Shape<CalendarPeriod> {
  return {
    what: 'a period in just one of years, months and days',
    read: (value) => {
      const members = JSON_OBJECT.read(value) ?? {};
      const [unit, ...others] = Object.keys(members);
      if (unit === undefined || others.length > 0 || !Object.hasOwn(bounds, unit)) return null;
      const count = members[unit];
      const maximum = bounds[unit as keyof typeof bounds];
      const isOne = typeof count === 'number' && Number.isSafeInteger(count);
      return isOne && count >= 1 && count <= maximum ? ({ [unit]: count } as never) : null;
    },
  };
}

function parseMap<T>(
  object: JsonObject,
  maximum: number,
  name: Shape<string>,
  read: (value: JsonValue) => T,
): Record<string, T> {
  const rows = Object.entries(object);
  if (rows.length > maximum) throw refuse('it has too many classes or types');
  return Object.fromEntries(
    rows.map(([key, value]) => {
      if (name.read(key) === null) throw refuse('it names no class or type');
      return [key, read(value as JsonValue)];
    }),
  );
}

const CLASS = textLike(CLASS_NAME, 'a retention class');
const TYPE = textLike(/^[A-Za-z0-9._-]{1,128}$/, 'a record type');
const LINE = textLike(PERSON_NAME, 'a text of 1 to 256 characters');

function refuse(reason: string): Error {
  return damagedRetention('the retention policies of a tenant are', reason);
}
