/** An inspection as it is kept: the payload of its record, and a part for each person in its scope. */
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import {
  arrayOf,
  BOOLEAN,
  COUNT,
  INSTANT,
  JsonMembers,
  type Shape,
  textLike,
} from '../base/json-members.js';
import { PERSON_NAME } from '../base/secret-scope.js';
import { damaged } from '../ledger/ledger-error.js';
import { AccessError } from './access-error.js';
import type { AccessThing } from './access-thing.js';
import { granteeIn, parseSigner } from './grant.js';
import {
  type Inspection,
  INSPECTION_ID_PATTERN,
  type InspectionScope,
  inspectionToJson,
  MAX_INSPECTORS,
  MAX_SCOPE_TYPES,
  type NamedInspector,
} from './inspection.js';

export const INSPECTION_TYPE = 'chirograph.Inspection';

/** @param number from 1, without a gap: that is how all are found when a node opens. */
export function inspectionThing(number: number): AccessThing {
  return { type: INSPECTION_TYPE, key: `inspection:${number}` };
}

const FORMAT = 1;

/** Without the persons in scope: of these only how many there are. */
export function inspectionPayload(inspection: Inspection): JsonObject {
  const { scope, inspectors, ...rest } = inspectionToJson(inspection);
  const { subjects, ...narrowed } = scope as JsonObject;
  return {
    $v: FORMAT,
    ...rest,
    ...(inspection.inspectors.length > 0 && { inspectors: inspectors as JsonValue }),
    scope: {
      ...narrowed,
      ...(subjects !== undefined && { subjects: (inspection.scope.subjects ?? []).length }),
    },
  };
}

/**
 * @param subjects of the parts; null for one who has been erased, who is in no scope any more.
 * @throws AccessError ACCESS_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export function parseInspection(
  number: number,
  payload: JsonValue,
  subjects: readonly (string | null)[],
): Inspection {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT));
  const closedAt = members.optional('closedAt', INSTANT);
  const closedBy = closedAt === undefined ? undefined : parseSigner(members.object('closedBy'));
  const inspection: Inspection = {
    number,
    id: members.required('id', textLike(INSPECTION_ID_PATTERN, 'the id of an inspection')),
    ledger: members.required('ledger', TEXT),
    caseId: members.required('caseId', TEXT),
    authority: members.required('authority', TEXT),
    legalBasis: members.required('legalBasis', TEXT),
    isHidden: members.required('isHidden', BOOLEAN),
    inspectors: members.objects('inspectors', MAX_INSPECTORS).map(parseInspector),
    scope: parseScope(members.object('scope'), subjects),
    openedAt: members.required('openedAt', INSTANT),
    openedBy: parseSigner(members.object('openedBy')),
    expiresAt: members.required('expiresAt', INSTANT),
    ...(closedAt !== undefined && { closedAt }),
    ...(closedBy !== undefined && { closedBy }),
  };
  members.end();
  return inspection;
}

function parseScope(members: JsonMembers, persons: readonly (string | null)[]): InspectionScope {
  const count = members.optional('subjects', COUNT);
  if ((count ?? 0) !== persons.length) throw refuse('not all persons in its scope are there');
  const types = members.optional('types', arrayOf(TEXT, MAX_SCOPE_TYPES));
  const recordedFrom = members.optional('recordedFrom', INSTANT);
  const recordedTo = members.optional('recordedTo', INSTANT);
  members.end();
  return {
    // Even if nobody is left: a scope of nobody is not one of everybody.
    ...(count !== undefined && { subjects: persons.filter((person) => person !== null) }),
    ...(types !== undefined && { types }),
    ...(recordedFrom !== undefined && { recordedFrom }),
    ...(recordedTo !== undefined && { recordedTo }),
  };
}

function parseInspector(members: JsonMembers): NamedInspector {
  const inspector = { name: members.required('name', TEXT), to: granteeIn(members) };
  members.end();
  return inspector;
}

/** One line of text, as the border took it. */
const TEXT: Shape<string> = textLike(PERSON_NAME, 'a text of 1 to 256 characters');

function checkFormat(format: number): void {
  if (format > FORMAT)
    throw new AccessError(
      'ACCESS_FORMAT_NEWER',
      `an inspection has format ${format}; this program reads ${FORMAT}: use the newer program`,
    );
  if (format !== FORMAT) throw refuse('its format is not 1');
}

function refuse(reason: string): Error {
  return damaged(`an inspection is not what was written: ${reason}`);
}
