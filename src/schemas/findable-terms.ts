/** What one payload is found by, by the members that the schema of its type names (docs/formats/schemas.md). */
import type { JsonValue } from '../base/canonical-json.js';
import { valueAt } from '../base/json-pointer.js';
import type { Findable, FindableAs } from './schema-document.js';
import { type SearchTerms, searchTerms } from './search-terms.js';

export interface FoundBy extends Findable {
  readonly terms: SearchTerms;
}

/** Values of one record that it is found by: a payload is a stranger's, and each value is up to 65 terms. */
export const MAX_FINDABLE_VALUES = 64;

/** Of two persons only one can have such a value; what two share is a possible double. */
export function isIdentifying(as: FindableAs): boolean {
  return as === 'documentNumber' || as === 'lei';
}

/** In the order of the fields; an array is each of its elements. Without what nothing can be found by. */
export function findableTerms(payload: JsonValue, fields: readonly Findable[]): FoundBy[] {
  const found: FoundBy[] = [];
  for (const { pointer, as } of fields) {
    const value = valueAt(payload, pointer);
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly JsonValue[]) : [value]) {
      if (found.length >= MAX_FINDABLE_VALUES) return found;
      const terms = searchTerms(as, one);
      if (terms.whole !== null) found.push({ pointer, as, terms });
    }
  }
  return found;
}
