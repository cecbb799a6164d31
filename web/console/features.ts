/**
 * What the node can, by the description that it gives to everybody. Trying instead would put a refusal on
 * record at each log-in.
 */
import { members } from './json-reading.js';

export interface Features {
  /** Persons by findable fields of their records. */
  readonly search: boolean;
  readonly inspections: boolean;
}

export const NO_FEATURES: Features = { search: false, inspections: false };

/** @param description `/openapi.json`. */
export function featuresOf(description: unknown): Features {
  const paths = members(members(description)['paths']);
  const takes = (path: string, method: string): boolean =>
    Object.hasOwn(paths, path) && Object.hasOwn(members(paths[path]), method);
  return {
    search: takes('/v1/ledgers/{ledger}/subjects/search', 'post'),
    inspections: takes('/v1/inspections', 'get'),
  };
}
