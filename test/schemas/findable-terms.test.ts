import { describe, expect, it } from '@jest/globals';
import {
  findableTerms,
  isIdentifying,
  MAX_FINDABLE_VALUES,
} from '../../src/schemas/findable-terms.js';
import { FINDABLE_AS } from '../../src/schemas/schema-document.js';
import { searchKeyId } from '../../src/schemas/search-tag.js';

const NAME = { as: 'name', pointer: '/name' } as const;
const NUMBER = { as: 'documentNumber', pointer: '/passport/number' } as const;

describe('what a payload is found by', () => {
  it('is what stands at the pointers, in the order of the fields', () => {
    const payload = { passport: { number: 'a-1' }, name: 'José García', other: 'x' };
    expect(findableTerms(payload, [NAME, NUMBER])).toEqual([
      { ...NAME, terms: { whole: 'jose garcia', words: ['jose', 'garcia'] } },
      { ...NUMBER, terms: { whole: 'A1', words: [] } },
    ]);
  });

  it('is each element of an array, and nothing of what has no term', () => {
    const payload = { name: ['Ada', '…', null, { a: 'b' }, ['Deep'], 'Bo'], passport: null };
    const found = findableTerms(payload, [NAME, NUMBER]);
    expect(found.map(({ terms }) => terms.whole)).toEqual(['ada', 'bo']);
  });

  it('is no more than so many values, whatever a payload has', () => {
    const payload = { name: Array.from({ length: 1000 }, (_, n) => `n${n}`) };
    const found = findableTerms(payload, [NAME, NAME]);
    expect(found).toHaveLength(MAX_FINDABLE_VALUES);
    expect(found.at(-1)?.terms.whole).toBe(`n${MAX_FINDABLE_VALUES - 1}`);
  });

  it('identifies somebody if it is a document number or an LEI', () => {
    expect(FINDABLE_AS.filter(isIdentifying)).toEqual(['documentNumber', 'lei']);
  });
});

describe('the id of a search key', () => {
  it('is another for another key', () => {
    const ids = [0, 1].map((n) => searchKeyId(new Uint8Array(32).fill(n)).join());
    expect(new Set(ids).size).toBe(2);
    expect(searchKeyId(new Uint8Array(32))).toHaveLength(8);
  });
});
