/**
 * What the node can, by the description that it gives to everybody. Trying instead would put a refusal on
 * record at each log-in.
 */
import { listOf, members, text } from './json-reading.js';

export interface Features {
  /** Persons by findable fields of their records. */
  readonly search: boolean;
  /** By which fields, where the description says so. */
  readonly fields: readonly string[];
  readonly inspections: boolean;
}

const SEARCH = '/v1/ledgers/{ledger}/subjects/search';

export const NO_FEATURES: Features = { search: false, fields: [], inspections: false };

/** @param description `/openapi.json`. */
export function featuresOf(description: unknown): Features {
  const paths = members(members(description)['paths']);
  const takes = (path: string, method: string): boolean =>
    Object.hasOwn(paths, path) && Object.hasOwn(members(paths[path]), method);
  return {
    search: takes(SEARCH, 'post'),
    fields: takes(SEARCH, 'post') ? fieldsOf(members(paths[SEARCH])['post']) : [],
    inspections: takes('/v1/inspections', 'get'),
  };
}

/** The examples of the member `field` of its body; none of a description that is another. */
function fieldsOf(operation: unknown): readonly string[] {
  let found = operation;
  for (const name of FIELD_EXAMPLES) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return [];
    found = members(found)[name];
  }
  return listOf(text)(found);
}

const FIELD_EXAMPLES = [
  ...['requestBody', 'content', 'application/json', 'schema'],
  ...['properties', 'field', 'examples'],
] as const;
