/** What the readers of an evidence file's parts share. */
import { JsonMembers } from '../../base/json-members.js';
import { MAX_STATEMENT_LENGTH } from '../../records/statement.js';
import { EvidenceError } from '../evidence-error.js';
import type { ProvedStatement } from '../evidence-file.js';
import { ANY, base64UpTo, PROOF } from './evidence-shapes.js';

/** Ends the object: the members that are only an entry's must have been read before. */
export function readProved(members: JsonMembers): ProvedStatement {
  const proved = {
    inclusion: members.required('inclusion', PROOF),
    statement: members.required('statement', STATEMENT),
  };
  members.end();
  return proved;
}

export function optionalObject<T>(
  members: JsonMembers,
  name: string,
  read: (members: JsonMembers) => T,
): T | undefined {
  const object = members.optional(name, ANY);
  return object === undefined ? undefined : read(new JsonMembers(object, malformed, name));
}

export function malformed(reason: string, cause?: unknown): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not an evidence file: ${reason}`, { cause });
}

const STATEMENT = base64UpTo(MAX_STATEMENT_LENGTH);
