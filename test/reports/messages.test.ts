import { describe, expect, it } from '@jest/globals';
import { ENGLISH } from '../../src/reports/messages-en.js';
import { CATALOGUES, speaker } from '../../src/reports/report-language.js';

const factsOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();

describe.each(Object.entries(CATALOGUES))('the catalogue %s', (language, catalogue) => {
  it('has the codes and the facts of the English one', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(ENGLISH));
    for (const [code, text] of Object.entries(ENGLISH)) {
      const other = catalogue[code as keyof typeof ENGLISH];
      expect([language, code, factsOf(other)]).toEqual([language, code, factsOf(text)]);
      expect(other.trim()).toBe(other);
      expect(other).not.toBe('');
    }
  });
});

describe('a text', () => {
  it('takes facts as they are, braces and all', () => {
    const say = speaker('en');
    expect(say('inspection.reference', { caseId: '{caseId} $& {x}' })).toBe('Case {caseId} $& {x}');
  });

  it('shows that a fact is missing', () => {
    expect(speaker('de')('inspection.reference')).toBe('Fall ?');
  });
});
