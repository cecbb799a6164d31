/** A hold as it is kept: the payload of its record, and a part for each person in its scope. */
import type { AccessThing } from '../access/access-thing.js';
import { parseSigner } from '../access/grant.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { arrayOf, COUNT, INSTANT, JsonMembers, oneOf, textLike } from '../base/json-members.js';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import {
  type Hold,
  HOLD_ID_PATTERN,
  type HoldRelease,
  type HoldScope,
  holdToJson,
  MAX_HOLD_CLASSES,
} from './hold.js';
import { checkFormat, damagedRetention, HOLD_CLASS, RETENTION_FORMAT } from './kept.js';

export function holdThing(number: number): AccessThing {
  return { type: 'chirograph.Hold', key: `hold:${number}` };
}

export function holdPayload(hold: Hold): JsonObject {
  const { scope, ...said } = holdToJson(hold);
  const { subjectCount, ...narrowed } = scope as JsonObject;
  return {
    $v: RETENTION_FORMAT,
    ...said,
    scope: { ...narrowed, ...(subjectCount !== undefined && { subjects: subjectCount }) },
  };
}

/** Of the record that keeps it: one for each person that it names. */
export function holdParts({ scope }: Hold): readonly JsonObject[] {
  return (scope.subjects ?? []).map((subject) => ({ subject, class: HOLD_CLASS, payload: {} }));
}

/**
 * @param subjects of the parts that can be opened: all of them, while it is in force.
 * @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export function parseHold(number: number, payload: JsonValue, subjects: readonly string[]): Hold {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT), 'the holds of a tenant');
  const until = members.optional('until', INSTANT);
  const release = parseRelease(members);
  const hold: Hold = {
    number,
    id: members.required('id', textLike(HOLD_ID_PATTERN, 'the id of a hold')),
    kind: members.required('kind', oneOf('hold', 'extension')),
    caseId: members.required('caseId', LINE),
    authority: members.required('authority', LINE),
    legalBasis: members.required('legalBasis', LINE),
    scope: parseScope(members.object('scope'), subjects),
    placedAt: members.required('placedAt', INSTANT),
    placedBy: parseSigner(members.object('placedBy')),
    ...(until !== undefined && { until }),
    ...(release !== undefined && { release }),
  };
  members.end();
  return hold;
}

function parseRelease(members: JsonMembers): HoldRelease | undefined {
  const proposedAt = members.optional('proposedAt', INSTANT);
  if (proposedAt === undefined) return undefined;
  const proposedBy = parseSigner(members.object('proposedBy'));
  const reason = members.required('reason', LINE);
  const releasedAt = members.optional('releasedAt', INSTANT);
  if (releasedAt === undefined) return { reason, proposedAt, proposedBy };
  const releasedBy = parseSigner(members.object('releasedBy'));
  return { reason, proposedAt, proposedBy, releasedAt, releasedBy };
}

function parseScope(members: JsonMembers, persons: readonly string[]): HoldScope {
  const count = members.optional('subjects', COUNT);
  const unnamed = (count ?? 0) - persons.length;
  if (unnamed < 0) throw refuse('it names more persons than are in its scope');
  const classes = members.optional('classes', arrayOf(CLASS, MAX_HOLD_CLASSES));
  const ledger = members.optional('ledger', LEDGER);
  members.end();
  return {
    ...(count !== undefined && { subjects: persons, ...(unnamed > 0 && { unnamed }) }),
    ...(classes !== undefined && { classes }),
    ...(ledger !== undefined && { ledger }),
  };
}

const LINE = textLike(PERSON_NAME, 'a text of 1 to 256 characters');
const CLASS = textLike(CLASS_NAME, 'a retention class');
const LEDGER = textLike(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'the name of a ledger');

function refuse(reason: string): Error {
  return damagedRetention('the holds of a tenant are', reason);
}
