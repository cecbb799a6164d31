import { describe, expect, it } from '@jest/globals';
import { readSignatures, type SignatureItem } from '../../../web/console/answers.js';
import { AnswerError } from '../../../web/console/json-reading.js';
import { sayIn } from '../../../web/console/say.js';
import { signatureRows } from '../../../web/console/signature-rows.js';

const ITEM = {
  ...{ number: 0, depth: 1, recordedAt: '2026-01-01T00:00:00.000Z', author: 'bank' },
  report: {
    ...{ indication: 'TOTAL-PASSED', subIndication: null, level: 'B-T', structure: 'B-T' },
    signer: { name: 'Officer' },
  },
};
const WAITING = {
  ...{ step: 'LT', since: '2026-01-01T00:00:01.000Z', until: '2026-01-02T00:00:00.000Z' },
  reason: 'crl.example gave nothing\u202e',
};

function read(item: object): SignatureItem {
  const [one] = readSignatures({ items: [item], cursor: null }).items;
  if (one === undefined) throw new Error('one item');
  return one;
}

function said(item: object, language: 'en' | 'de' = 'en'): Record<string, string> {
  return Object.fromEntries(signatureRows(read(item), sayIn(language), (at) => at.slice(0, 10)));
}

describe('a signature in a list', () => {
  it('says whose it is, which level is proven, and nothing of waiting where it does not', () => {
    expect(said(ITEM)).toEqual({
      'Signed by': 'Officer',
      'Level reached': 'B-T',
      Verdict: 'TOTAL-PASSED',
      Recorded: '2026-01-01',
      Author: 'bank',
    });
  });

  it.each(['B-B', 'B-T', 'B-LT', 'B-LTA'])('has reached %s where that is proven', (level) => {
    const report = { ...ITEM.report, level, structure: level };
    expect(said({ ...ITEM, report })['Level reached']).toBe(level);
  });

  it('says what it is made like where less is proven, or nothing', () => {
    const less = { ...ITEM.report, structure: 'B-LTA' };
    expect(said({ ...ITEM, report: less })['Level reached']).toBe(
      'B-T is proven; it is made like B-LTA',
    );
    const none = {
      ...{ ...less, level: null, indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' },
      signer: null,
    };
    expect(said({ ...ITEM, report: none })).toMatchObject({
      'Signed by': 'not known',
      'Level reached': 'none is proven; it is made like B-LTA',
      Verdict: 'INDETERMINATE (REVOKED_NO_POE)',
    });
  });

  it('says what it waits for, since when, until when and why, with what hides in it as escapes', () => {
    expect(said({ ...ITEM, waiting: WAITING })['Waits for']).toBe(
      'validation data (B-LT), since 2026-01-01. Tried again 2026-01-02. Why: crl.example gave nothing\\u{202e}',
    );
    expect(said({ ...ITEM, waiting: WAITING }, 'de')['Wartet auf']).toContain('Prüfdaten (B-LT)');
    const { until, ...setAside } = WAITING;
    expect([until, said({ ...ITEM, waiting: setAside })['Waits for']]).toEqual([
      '2026-01-02T00:00:00.000Z',
      expect.stringContaining('Set aside until somebody looks. Why: crl.example'),
    ]);
  });

  it('says the step of a later node as that names it', () => {
    const waiting = { ...WAITING, step: 'evidence-record' };
    expect(said({ ...ITEM, waiting })['Waits for']).toMatch(/^evidence-record, since/);
  });

  it.each([
    ['without a report', { ...ITEM, report: null }],
    ['with a level that is no text', { ...ITEM, report: { ...ITEM.report, level: 3 } }],
    ['that waits without a reason', { ...ITEM, waiting: { step: 'T', since: 'x' } }],
  ])('is refused %s', (_, item) => {
    expect(() => read(item)).toThrow(AnswerError);
  });
});
