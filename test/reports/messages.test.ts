import { describe, expect, it } from '@jest/globals';
import { ENGLISH } from '../../src/reports/messages-en.js';
import { CATALOGUES, speaker } from '../../src/reports/report-language.js';
import { itHasTheCodesOf } from '../support/catalogues.js';

describe.each(Object.entries(CATALOGUES))('the catalogue %s', (_language, catalogue) => {
  itHasTheCodesOf(ENGLISH, catalogue);
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
