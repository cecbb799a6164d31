/** zod at the border: what a schema refuses becomes one problem that says where, without quoting what. */
import type { z } from 'zod';
import { withMissingNamed } from '../base/missing-text.js';
import { ApiError, type InvalidMember } from './api-error.js';

const MAX_REPORTED = 10;
const MAX_POINTER = 200;

/**
 * @param what completes "… is not what the API describes": `the body`, `the query`.
 * @throws ApiError REQUEST_INVALID with the first ten things that are wrong.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, MAX_REPORTED).map(describeIssue);
  const [first] = errors;
  const where = first === undefined || first.pointer === '' ? what : `${what} at ${first.pointer}`;
  throw new ApiError('REQUEST_INVALID', `${where}: ${first?.detail ?? 'not as described'}`, {
    errors,
  });
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue): InvalidMember {
  return { pointer: pointerTo(issue.path), detail: detailOf(issue) };
}

/** zod's own text of these says what was wanted; of the others it may quote the input. */
function detailOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return withMissingNamed(issue.message);
    case 'too_big':
    case 'too_small':
    case 'not_multiple_of':
    case 'custom':
      return issue.message;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'unrecognized_keys':
      return `has an unknown member${named(issue.keys)}`;
    case 'invalid_format':
      return `must be ${issue.format === 'regex' ? 'of the form that is described' : issue.format}`;
    case 'invalid_union':
      return 'is none of the forms that are described';
    case 'invalid_key':
    case 'invalid_element':
      return 'is not as described';
  }
}

/** A misspelt name is worth naming; a strange one is not repeated. */
function named(keys: readonly string[]): string {
  const [first] = keys;
  return first !== undefined && isPlain(first) ? ` "${first}"` : '';
}

function pointerTo(path: readonly PropertyKey[]): string {
  const steps = path.map(String);
  const odd = steps.findIndex((step) => !isPlain(step));
  const shown = odd === -1 ? steps : steps.slice(0, odd);
  return shown
    .map((step) => `/${step}`)
    .join('')
    .slice(0, MAX_POINTER);
}

function isPlain(name: string): boolean {
  return /^[A-Za-z0-9_$.-]{1,64}$/.test(name);
}
