/** Whether what is about to be shown is within the scope of an inspection: pure, and asked before a byte leaves. */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import type { Disclosure, DisclosedEntry } from './disclosure.js';
import type { InspectionScope } from './inspection.js';

/** What is about to be shown, as far as a scope speaks of it. */
export interface ScopedDisclosure extends Pick<Disclosure, 'question' | 'entries'> {
  readonly standing: readonly UnixMillis[];
}

/**
 * The period is one of knowledge. What was recorded at its end or later is out of it. What was recorded
 * before its beginning is in it as far as it still stood: so it may be in the answer about a state
 * within the period (`standing`), and in no other.
 *
 * @returns what to do about what is out of scope, in words that name nobody; null if all is in it.
 */
export function scopeFault(
  scope: InspectionScope,
  { question, entries, standing }: ScopedDisclosure,
): string | null {
  const { subjects, recordedTo } = scope;
  const asked = question['subject'];
  // That nothing is known of somebody is an answer too.
  if (subjects !== undefined && typeof asked === 'string' && !subjects.includes(asked))
    return OTHER_PERSON;
  // That nobody is called so is an answer too, about persons out of scope.
  if (subjects !== undefined && typeof question['field'] === 'string') return OTHER_PERSON;
  for (const instant of standing) {
    if (recordedTo !== undefined && instant >= recordedTo) return tooLate(recordedTo);
    if (scope.recordedFrom !== undefined && instant < scope.recordedFrom)
      return `ask as of ${formatInstant(scope.recordedFrom)} or later`;
  }
  if (question['count'] === true) return countFault(scope, question);
  const isStanding = standing.length > 0;
  for (const entry of entries) {
    const fault = entryFault(scope, entry, isStanding);
    if (fault !== null) return fault;
  }
  return null;
}

/** A number says something of all that it counts. */
function countFault(
  { subjects, types, recordedFrom, recordedTo }: InspectionScope,
  question: JsonObject,
): string | null {
  if (recordedFrom !== undefined || recordedTo !== undefined)
    return 'ask for the entries, not for how many there are';
  if (subjects !== undefined && question['subject'] === undefined) return OTHER_PERSON;
  if (types === undefined) return null;
  const asked = typesAsked(question);
  const isWithin = asked.length > 0 && asked.every((type) => types.includes(type));
  return isWithin ? null : onlyTypes(types);
}

/** One type is a text in a question, several are a list; none is all of them. */
function typesAsked({ type = [] }: JsonObject): readonly string[] {
  const all: readonly JsonValue[] = Array.isArray(type) ? type : [type];
  return all.map((one) => (typeof one === 'string' ? one : ''));
}

/** @param isStanding whether it is shown as what stood in a state within the period. */
export function entryFault(
  { subjects, types, recordedFrom, recordedTo }: InspectionScope,
  { subject, type, recordedAt }: Omit<DisclosedEntry, 'leafHash'>,
  isStanding: boolean,
): string | null {
  if (subjects !== undefined && (subject === null || !subjects.includes(subject)))
    return OTHER_PERSON;
  // A signature has no type, and says nothing that the record does not.
  if (types !== undefined && type !== null && !types.includes(type)) return onlyTypes(types);
  if (recordedTo !== undefined && recordedAt >= recordedTo) return tooLate(recordedTo);
  if (recordedFrom !== undefined && recordedAt < recordedFrom && !isStanding)
    return `ask for what was recorded in the period, recordedFrom=${formatInstant(recordedFrom)}, or as of a time in it`;
  return null;
}

/** In one line. */
const TYPES_NAMED = 5;

const OTHER_PERSON = 'ask for its persons only';

function onlyTypes(types: readonly string[]): string {
  const asked = types.slice(0, TYPES_NAMED).map((type) => `type=${type}`);
  return `ask for its record types only: ${asked.join('&')}${types.length > TYPES_NAMED ? '&…' : ''}`;
}

function tooLate(recordedTo: UnixMillis): string {
  return `ask as of a time before ${formatInstant(recordedTo)}`;
}
