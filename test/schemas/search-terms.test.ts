import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.js';
import { FINDABLE_AS, type FindableAs } from '../../src/schemas/schema-document.js';
import { searchKeyId, searchTag } from '../../src/schemas/search-tag.js';
import { MAX_WORDS, searchTerms } from '../../src/schemas/search-terms.js';

const whole = (as: FindableAs, value: string | number) => searchTerms(as, value).whole;
const as = fc.constantFrom(...FINDABLE_AS);
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('ß', 'ẞ', 'İ', 'ı', 'ǆ', 'ﬁ', 'ͅ', 'Σ', 'ς', "'", 'æ', ' '),
    maxLength: 12,
  }),
);

describe('search terms of names', () => {
  it.each([
    ['José', 'JOSÉ', 'Jose', 'Jose\u0301', 'ｊｏｓｅ', ' josé '],
    ['O’Brien', "O'Brien", 'OBrien', 'o`brien', 'OʼBRIEN'],
    ['Müller', 'MÜLLER', 'Muller', 'mu\u0308ller'],
    ['Strauß', 'STRAUSS', 'Strauss', 'STRAUẞ'],
    ['ﬁlip', 'FILIP', 'Filip'],
    ['Anne-Marie  Dupont', 'anne marie dupont', 'Anne‑Marie\tDUPONT', 'Anne–Marie\u00a0Dupont'],
    ['Łukasz Þór Æsir', 'lukasz thor aesir'],
    ['Σωκράτης', 'ΣΩΚΡΑΤΗΣ', 'Σωκρατης'],
    ['İpek Işık', 'ipek isik', 'IPEK ISIK'],
    ['Nguyễn', 'NGUYEN'],
    ['張偉', '張偉'],
  ])('%s meets its other spellings', (one, ...others) => {
    for (const other of others)
      expect(searchTerms('name', other)).toEqual(searchTerms('name', one));
  });

  it.each([
    ['Müller', 'Miller'],
    ['Ann', 'Anna'],
    ['張偉', '張维'],
    ['Anne Marie', 'Annemarie'],
  ])('%s does not meet %s', (one, other) => {
    expect(whole('name', one)).not.toBe(whole('name', other));
  });

  it('have words, each once, and no more than are kept', () => {
    expect(searchTerms('name', 'José María José')).toEqual({
      whole: 'jose maria jose',
      words: ['jose', 'maria'],
    });
    const many = Array.from({ length: 200 }, (_, n) => `w${n}`).join(' ');
    expect(searchTerms('text', many).words).toHaveLength(MAX_WORDS);
    expect(searchTerms('name', '…')).toEqual({ whole: null, words: [] });
  });
});

describe('search terms of numbers and dates', () => {
  it.each<[FindableAs, string | number, string | null]>([
    ['documentNumber', 'x 12-34.567/a', 'X1234567A'],
    ['documentNumber', 'Ｘ１２３', 'X123'],
    ['documentNumber', 1234567, '1234567'],
    ['documentNumber', '--', null],
    ['lei', '5299 00t8bm49 aursdo55', '529900T8BM49AURSDO55'],
    // Whether its check digits are right is not asked.
    ['lei', '529900T8BM49AURSDO56', '529900T8BM49AURSDO56'],
    ['birthDate', '1990-05-17', '1990-05-17'],
    ['birthDate', '19900517', '1990-05-17'],
    ['birthDate', '1990-05-17T00:00:00.000Z', '1990-05-17'],
    ['birthDate', '17.5.1990', '1990-05-17'],
    ['birthDate', '17. 05. 1990', '1990-05-17'],
    ['birthDate', 642_902_400_000, '1990-05-17'],
    ['birthDate', -1, '1969-12-31'],
    ['birthDate', 951_782_400_000, '2000-02-29'],
    ['birthDate', '2001-02-29', null],
    ['birthDate', '5/17/1990', null],
    ['birthDate', 'in May', null],
  ])('%s %j is %j', (kind, value, expected) => {
    expect(searchTerms(kind, value)).toEqual({ whole: expected, words: [] });
  });

  it('are those of the day that the milliseconds lie in', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59Z'),
          noInvalidDate: true,
        }),
        (date) => {
          expect(whole('birthDate', date.getTime())).toBe(date.toISOString().slice(0, 10));
        },
      ),
    );
  });
});

describe('search terms of anything', () => {
  it('are their own terms: once more changes nothing', () => {
    fc.assert(
      fc.property(as, anyText, (kind, text) => {
        const terms = searchTerms(kind, text);
        if (terms.whole !== null) expect(whole(kind, terms.whole)).toBe(terms.whole);
        for (const word of terms.words) expect(searchTerms(kind, word).whole).toBe(word);
      }),
      { numRuns: 2000 },
    );
  });

  it('have no word that the whole does not have', () => {
    fc.assert(
      fc.property(as, anyText, (kind, text) => {
        const terms = searchTerms(kind, text);
        const words = terms.whole?.split(' ') ?? [];
        for (const word of terms.words) expect(words).toContain(word);
      }),
      { numRuns: 3000 },
    );
  });

  it('do not depend on case, on composition, or on space around', () => {
    fc.assert(
      fc.property(as, fc.string({ unit: 'grapheme', maxLength: 20 }), (kind, text) => {
        const terms = searchTerms(kind, text);
        for (const other of [text.normalize('NFD'), text.normalize('NFC'), ` ${text}  `])
          expect(searchTerms(kind, other)).toEqual(terms);
        if (kind !== 'birthDate') expect(searchTerms(kind, text.toUpperCase())).toEqual(terms);
      }),
      { numRuns: 3000 },
    );
  });

  it('are none where the value is no text', () => {
    for (const kind of FINDABLE_AS)
      for (const value of [null, true, [], {}])
        expect(searchTerms(kind, value)).toEqual({ whole: null, words: [] });
  });
});

describe('a search tag', () => {
  const key = new Uint8Array(32).map((_, at) => at);

  it('is an HMAC over label, field and term, each with its length', () => {
    // Computed with Python's hmac.
    const tag = searchTag(key, { as: 'name', part: 'word' }, 'jose');
    expect(toHex(tag)).toBe('2993001422a37656e51f7db65cddddbf97382115e12d2123da09d84630e8058a');
    expect(toHex(searchKeyId(key))).toBe('4613ff78ab698a15');
  });

  it('is another one for another key, field, part or term', () => {
    const field = fc.record({
      as,
      part: fc.constantFrom('whole' as const, 'word' as const),
      term: fc.string({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(field, field, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        const tags = [one, other].map((it) => toHex(searchTag(key, it, it.term)));
        expect(tags[0] === tags[1]).toBe(isSame);
      }),
    );
    const jose = { as: 'name', part: 'word' } as const;
    expect(searchTag(new Uint8Array(32), jose, 'a')).not.toEqual(searchTag(key, jose, 'a'));
    expect(() => searchTag(new Uint8Array(16), jose, 'a')).toThrow();
  });
});
