/** What may be searched for: a field that is findable here, and a value that can be found by it. */
import type { FindableAs } from '../schemas/schema-document.js';
import { type SearchTerms, searchTerms } from '../schemas/search-terms.js';
import type { FindableTypes } from '../views/search-source.js';
import { fieldsOf } from './findable-fields.js';
import { QueryError } from './query-error.js';

export type UsableTerms = SearchTerms & { readonly whole: string };

/** Characters, without what is not looked at. */
const MIN_LENGTH = 2;
/** Scripts in which one character is a name. */
const ONE_IS_ENOUGH = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]$/u;

/** @throws QueryError QUERY_FIELD_NOT_FINDABLE, which says which fields are. */
export function usableField(types: FindableTypes, field: string): FindableAs {
  const fields = fieldsOf(types);
  const found = fields.find((one) => one === field);
  if (found !== undefined) return found;
  throw new QueryError(
    'QUERY_FIELD_NOT_FINDABLE',
    fields.length === 0
      ? 'no schema of this ledger names findable fields: put one that does'
      : `the findable fields of this ledger are: ${fields.join(', ')}`,
  );
}

/** @throws QueryError QUERY_VALUE_UNUSABLE. */
export function usableTerms(as: FindableAs, value: string | number): UsableTerms {
  const { whole, words } = searchTerms(as, value);
  if (whole === null) throw unusable(`it is no value of this kind: ${EXPECTED[as]}`);
  if (Array.from(whole).length < MIN_LENGTH && !ONE_IS_ENOUGH.test(whole))
    throw unusable(`at least ${MIN_LENGTH} letters or digits are needed`);
  return { whole, words };
}

const EXPECTED: Readonly<Record<FindableAs, string>> = {
  name: 'a text with letters or digits',
  text: 'a text with letters or digits',
  birthDate: 'a date like 1990-05-17 or 17.5.1990, or milliseconds since 1970',
  documentNumber: 'a text or a number with letters or digits',
  lei: 'a text with letters or digits',
};

function unusable(reason: string): QueryError {
  return new QueryError('QUERY_VALUE_UNUSABLE', reason);
}
