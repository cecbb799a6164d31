/** An erasure as it is kept: the payload of a record, and a part that says who is meant while it is pending. */
import type { AccessThing } from '../access/access-thing.js';
import { parseSigner } from '../access/grant.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import {
  arrayOf,
  COUNT,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
} from '../base/json-members.js';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import {
  type Execution,
  MAX_ROWS_AN_ENTRY,
  ROW,
  type Went,
  wentToJson,
} from './erasure-execution.js';
import {
  type Erasure,
  ERASURE_CLASS,
  ERASURE_ID_PATTERN,
  ERASURE_STATES,
  MONTH_PATTERN,
} from './erasure.js';
import { checkFormat, damagedRetention, RETENTION_FORMAT } from './kept.js';

/** What a version says besides the erasure. */
export interface ErasureSaid {
  readonly execution?: Execution;
  readonly certificate?: JsonObject;
  readonly refused?: JsonObject;
}

export function erasureThing(number: number): AccessThing {
  return { type: 'chirograph.Erasure', key: `erasure:${number}` };
}

/** As the API shows it, without the person. */
export function erasureToJson(erasure: Erasure): JsonObject {
  const { id, kind, state, reason, legalBasis, through } = erasure;
  const { proposedAt, approvedAt, approvedBy, withdrawnAt, withdrawnBy } = erasure;
  return definedMembers({
    ...{ id, kind, state, reason, legalBasis, class: erasure.class, through },
    proposedAt: formatInstant(proposedAt),
    proposedBy: { ...erasure.proposedBy },
    approvedAt: approvedAt === undefined ? undefined : formatInstant(approvedAt),
    approvedBy: approvedBy && { ...approvedBy },
    withdrawnAt: withdrawnAt === undefined ? undefined : formatInstant(withdrawnAt),
    withdrawnBy: withdrawnBy && { ...withdrawnBy },
  });
}

export function erasurePayload(
  erasure: Erasure,
  { execution, certificate, refused }: ErasureSaid,
): JsonObject {
  return definedMembers({
    $v: RETENTION_FORMAT,
    ...erasureToJson(erasure),
    execution: execution && executionToJson(execution),
    certificate,
    refused,
  });
}

/** Of the record that keeps it. */
export function erasureParts({ subject }: Erasure): readonly JsonObject[] {
  return subject === undefined ? [] : [{ subject, class: ERASURE_CLASS, payload: {} }];
}

/**
 * @param subjects of the parts that can be opened.
 * @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export function parseErasure(
  number: number,
  payload: JsonValue,
  subjects: readonly string[],
): { readonly erasure: Erasure; readonly said: ErasureSaid } {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT), 'the erasures of a tenant');
  const erasure = parseHead(number, members, subjects);
  const execution = members.optional('execution', JSON_OBJECT);
  const certificate = members.optional('certificate', JSON_OBJECT);
  const refused = members.optional('refused', JSON_OBJECT);
  members.end();
  if ((erasure.state === 'executing') !== (execution !== undefined))
    throw refuse('what is destroyed is said while it is carried out, and only then');
  if ((erasure.state === 'done') !== (certificate !== undefined))
    throw refuse('just one that is done has a certificate');
  return {
    erasure,
    said: {
      ...(execution !== undefined && { execution: parseExecution(execution) }),
      ...(certificate !== undefined && { certificate }),
      ...(refused !== undefined && { refused }),
    },
  };
}

function parseHead(number: number, members: JsonMembers, [subject]: readonly string[]): Erasure {
  const approvedAt = members.optional('approvedAt', INSTANT);
  const withdrawnAt = members.optional('withdrawnAt', INSTANT);
  const named = members.optional('class', CLASS);
  const through = members.optional('through', MONTH);
  return {
    number,
    id: members.required('id', textLike(ERASURE_ID_PATTERN, 'the id of an erasure')),
    kind: members.required('kind', oneOf('subject', 'due')),
    state: members.required('state', oneOf(...ERASURE_STATES)),
    reason: members.required('reason', LINE),
    legalBasis: members.required('legalBasis', LINE),
    proposedAt: members.required('proposedAt', INSTANT),
    proposedBy: parseSigner(members.object('proposedBy')),
    ...(subject !== undefined && { subject }),
    ...(named !== undefined && { class: named }),
    ...(through !== undefined && { through }),
    ...(approvedAt !== undefined && {
      approvedAt,
      approvedBy: parseSigner(members.object('approvedBy')),
    }),
    ...(withdrawnAt !== undefined && {
      withdrawnAt,
      withdrawnBy: parseSigner(members.object('withdrawnBy')),
    }),
  };
}

function executionToJson({ at, part, rows, went, ...rest }: Execution): JsonObject {
  return {
    ...rest,
    at: formatInstant(at),
    part: { ...part },
    rows: [...rows],
    went: wentToJson(went),
  };
}

function parseExecution(value: JsonObject): Execution {
  const members = new JsonMembers(value, refuse);
  const part = members.object('part');
  const went = members.object('went');
  const findings = members.optional('findings', JSON_OBJECT);
  const execution = {
    at: members.required('at', INSTANT),
    generation: members.required('generation', COUNT),
    part: { n: part.required('n', COUNT), of: part.required('of', COUNT) },
    rows: members.required('rows', arrayOf(ROW, MAX_ROWS_AN_ENTRY)),
    went: {
      classes: parseClasses(went.required('classes', JSON_OBJECT)),
      tags: went.required('tags', COUNT),
    },
    ...(findings !== undefined && { findings }),
  };
  for (const read of [part, went, members]) read.end();
  return execution;
}

function parseClasses(value: JsonObject): Went['classes'] {
  const months = Object.entries(value).map(([name, said]) => {
    const counts = JSON_OBJECT.read(said);
    if (counts === null || !Object.values(counts).every((one) => COUNT.read(one) !== null))
      throw refuse(`the months of the class ${JSON.stringify(name)} have no numbers of secrets`);
    return [name, counts as Record<string, number>];
  });
  return Object.fromEntries(months) as Went['classes'];
}

const LINE = textLike(PERSON_NAME, 'a text of 1 to 256 characters');
const CLASS = textLike(CLASS_NAME, 'a retention class');
const MONTH = textLike(MONTH_PATTERN, 'a month');

function refuse(reason: string): Error {
  return damagedRetention('the erasures of a tenant are', reason);
}
