/** What the readers of an evidence file's parts share. */
import { type JsonValue, parseCanonicalJson } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { COUNT, JsonMembers } from '../../base/json-members.js';
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

/** @throws EvidenceError EVIDENCE_MALFORMED for what is not JSON in its one form. */
export function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message, cause);
    throw cause;
  }
}

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER unless `$v` is this format. */
export function readFormat(members: JsonMembers, known: number): void {
  const format = members.required('$v', COUNT);
  if (format > known)
    throw new EvidenceError(
      'EVIDENCE_FORMAT_NEWER',
      `the evidence file has format ${format}; this version reads ${known}`,
    );
  if (format !== known) throw malformed(`its format is not ${known}`);
}

export function malformed(reason: string, cause?: unknown): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not an evidence file: ${reason}`, { cause });
}

const STATEMENT = base64UpTo(MAX_STATEMENT_LENGTH);
