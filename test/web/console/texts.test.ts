import { describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../../src/api/problem-table.js';
import { LANGUAGES as REPORT_LANGUAGES } from '../../../src/evidence/languages.js';
import { moment } from '../../../web/console/instants.js';
import { cut, visibleLines } from '../../../web/console/long-text.js';
import { ENGLISH, type MessageCode } from '../../../web/console/messages-en.js';
import { CATALOGUES, sayIn } from '../../../web/console/say.js';
import { LANGUAGES } from '../../../web/shared/languages.js';

/** Of nodes that have inspections. */
const LATER = ['UNKNOWN', 'CLOSED', 'EXPIRED', 'OUT_OF_SCOPE'].map((name) => `INSPECTION_${name}`);

const codes = Object.keys(ENGLISH) as MessageCode[];
const factsOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

describe('the languages of the pages', () => {
  it('are those that reports come in', () => {
    expect(LANGUAGES).toEqual(REPORT_LANGUAGES);
  });
});

describe('the texts of the console', () => {
  it.each(LANGUAGES)('are there in the language %s, with the same facts', (language) => {
    expect(Object.keys(CATALOGUES[language]).sort()).toEqual([...codes].sort());
    for (const code of codes) {
      expect([code, CATALOGUES[language][code].trim()]).not.toEqual([code, '']);
      expect([code, factsOf(CATALOGUES[language][code])]).toEqual([code, factsOf(ENGLISH[code])]);
    }
  });

  it('are translated: only names and words of both languages are the same', () => {
    const same = codes.filter((code) => CATALOGUES.de[code] === ENGLISH[code]);
    expect(same.sort()).toEqual([
      'entry.json',
      'entry.schema',
      'files.digest',
      'find.log',
      'inspection.one',
      'page.version',
      'proof.checkpoint',
    ]);
  });

  it('speak of problems that there are', () => {
    const own = ['NETWORK', 'ANSWER_UNUSABLE', 'BROKEN', 'retry', 'request'];
    const named = codes.filter((code) => code.startsWith('problem.')).map((code) => code.slice(8));
    const others = named.filter((code) => !Object.hasOwn(PROBLEMS, code));
    expect([...own, ...LATER]).toEqual(expect.arrayContaining(others));
  });

  it('show what hides in facts as escapes, and a fact that is missing', () => {
    const say = sayIn('en');
    expect(say('subject.where', { ledger: 'a\u202eb\n{x}' })).toBe(
      'in the ledger a\\u{202e}b\\u{a}{x}',
    );
    expect(say('subject.where')).toBe('in the ledger ?');
  });
});

describe('a text of a record', () => {
  it('is shown line by line where we laid it out', () => {
    expect(visibleLines('{\n  "a": "\u202e\r"\n}')).toBe('{\n  "a": "\\u{202e}\\u{d}"\n}');
  });

  it('is cut where it is long, and no character in halves', () => {
    expect(cut('abc', 3)).toEqual({ text: 'abc', of: 3 });
    expect(cut('abcd', 3)).toEqual({ text: 'abc…', of: 4 });
    expect(cut('ab🙂d', 3)).toEqual({ text: 'ab…', of: 5 });
  });
});

describe('an instant', () => {
  const instant = '2026-07-01T22:30:00.123Z';

  it('is shown to the millisecond in UTC, and as clocks showed it where the tenant is', () => {
    expect(moment(instant, { language: 'en', zone: 'Europe/Vienna' })).toEqual({
      utc: '2026-07-01 22:30:00.123 UTC',
      local: '2 Jul 2026, 00:30:00 CEST',
    });
    expect(moment(instant, { language: 'de', zone: 'Europe/Vienna' }).local).toBe(
      '02.07.2026, 00:30:00 MESZ',
    );
  });

  it('has no second form in UTC, in no zone, and in one that is not known', () => {
    for (const zone of ['UTC', null, 'Mars/Olympus'])
      expect(moment(instant, { language: 'en', zone }).local).toBeNull();
    expect(moment('nonsense', { language: 'en', zone: 'Europe/Vienna' })).toEqual({
      utc: 'nonsense',
      local: null,
    });
  });
});
