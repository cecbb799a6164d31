import { beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUES, LANGUAGES } from '../../src/evidence/languages.js';
import { ENGLISH, type MessageCode } from '../../src/evidence/messages-en.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { runVerify } from '../../src/evidence/run-verify.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { build, type Built, trustBytes } from './evidence-builder.js';

const CODES = Object.keys(ENGLISH) as MessageCode[];
const OTHERS = LANGUAGES.filter((language) => language !== 'en');

let bank: Built;
beforeAll(async () => {
  bank = await build();
});

describe.each(OTHERS)('the catalogue %s', (language) => {
  const catalogue = CATALOGUES[language];

  it('has a text for every code, and for no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual([...CODES].sort());
    for (const code of CODES) expect([code, catalogue[code].trim()]).not.toEqual([code, '']);
  });

  it('has the same facts in each text', () => {
    for (const code of CODES)
      expect([code, facts(catalogue[code])]).toEqual([code, facts(ENGLISH[code])]);
  });

  it('ends sentences where English does', () => {
    const end = (text: string) => /[.:]$/.exec(text)?.[0] ?? '';
    for (const code of CODES)
      expect([code, end(catalogue[code])]).toEqual([code, end(ENGLISH[code])]);
  });

  it('has labels and marks that fit their columns', () => {
    for (const code of CODES) {
      const room = code.startsWith('label.') ? 14 : code.startsWith('mark.') ? 8 : Infinity;
      expect([code, catalogue[code].length <= room]).toEqual([code, true]);
    }
  });

  it('repeats nothing that is said in English, but for words of both languages', () => {
    const same = CODES.filter((code) => catalogue[code] === ENGLISH[code]);
    expect(same.every((code) => /^(?:value|mark|label|claim)\./.test(code))).toBe(true);
  });
});

describe('a report in German', () => {
  it('says the same of the same checks, within 100 columns', () => {
    const report = verifyEvidence(bank.bytes, NO_TRUST);
    const text = reportAsText(report, CATALOGUES.de);
    expect(text).toMatch(/^ALS STIMMIG VERIFIZIERT, NICHT ZUGEORDNET\n/);
    for (const { id } of report.checks) expect(text).toContain(`[${id}]`);
    for (const line of text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(100);
    expect(text).not.toMatch(/\{\w+\}/);
  });

  it('is what a verification is asked for, but never as JSON', () => {
    const trust = [{ label: 'bank.json', bytes: trustBytes(bank.trust) }];
    const request = { evidence: bank.bytes, trust, requireAttributed: true, json: false };
    expect(runVerify({ ...request, language: 'de' }).output).toMatch(/^VERIFIZIERT\n/);
    expect(runVerify({ ...request, language: 'en' })).toEqual(runVerify(request));
    const json = { ...request, json: true };
    expect(runVerify({ ...json, language: 'de' })).toEqual(runVerify(json));
  });
});

/** Sorted: another language may need them in another order. */
function facts(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
}
