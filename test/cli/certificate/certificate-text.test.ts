/** Certificates of destruction as people read them, in every language. */
import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../../src/base/canonical-json.js';
import {
  CERTIFICATE_CATALOGUES,
  certificateLines,
} from '../../../src/cli/certificate/certificate-text.js';
import { ENGLISH } from '../../../src/cli/certificate/messages-en.js';
import { LANGUAGES } from '../../../src/evidence/languages.js';
import { itHasTheCodesOf } from '../../support/catalogues.js';

const signer = { author: 'key:aaaa', key: 'aaaa' };
const REASONS = [
  { kind: 'policy', basis: 'AMLR', policyVersion: 1, dueAt: '2031-01-01T00:00:00.000Z' },
  { kind: 'policy', basis: 'for ever', policyVersion: 1 },
  { kind: 'clock', basis: 'AMLR', policyVersion: 1, why: 'no-event', clock: { kind: 'recorded' } },
  { kind: 'hold', hold: 'bb', holdKind: 'hold', caseId: '14 Cg', authority: 'a court' },
  { kind: 'hold', hold: 'cc', caseId: '15', authority: 'b', until: '2032-01-01T00:00:00.000Z' },
  { kind: 'own' },
  { kind: 'data-left', secrets: 2 },
  { kind: 'of-a-later-version', facts: { n: 1 } },
];
const FULL = {
  ...{ id: '0a1b2c3d4e5f', kind: 'due', class: 'kyc', through: '2026-01' },
  ...{ reason: 'asked\u001b[2J for', legalBasis: 'GDPR', state: 'done' },
  ...{ proposedAt: '2032-01-01T00:00:00.000Z', proposedBy: signer },
  ...{ approvedAt: '2032-01-02T00:00:00.000Z', approvedBy: signer },
  certificate: {
    ...{ judgedAt: '2032-01-03T00:00:00.000Z', completedAt: '2032-01-03T00:00:01.000Z' },
    generations: { before: 4, after: 5 },
    went: { classes: { kyc: { '2026-01': 3 } }, tags: 2 },
    findings: {
      kept: [{ class: 'kyc', month: '2025-12', secrets: 7, reasons: REASONS }],
      ...{ keptMore: 11, tagsKept: [{ kind: 'data-left' }], more: true },
      entries: [
        { ledger: 'kyc', count: 8, isComplete: true },
        { ledger: 'notes', count: 9, isComplete: false },
      ],
      disclosed: { count: 1000, isComplete: false, ids: ['dddd'] },
    },
    ...{ interrupted: true, provisional: true, silent: [{ kind: 'copies-outside' }] },
    holders: [
      { kind: 'backup', id: 'b1', generation: 5, confirmedAt: '2032-02-01T00:00:00.000Z' },
      { kind: 'backup', id: 'b2' },
      { kind: 'escrow', id: 'e1', generation: 3, confirmedAt: '2032-02-02T00:00:00.000Z' },
      { kind: 'escrow', id: 'e2', generation: 4 },
      { kind: 'member', id: 'm1@a', confirmedAt: '2032-02-03T00:00:00.000Z' },
      { kind: 'member', id: 'm2@a' },
      { kind: 'of-a-later-kind', id: 'x1' },
    ],
  },
  entry: { ledger: '_access', index: 12, id: 'eeee' },
};
const whole = {
  ...FULL.certificate,
  findings: {},
  interrupted: false,
  provisional: false,
  holders: [],
};
const PERSON = { ...FULL, kind: 'subject', class: undefined, through: undefined };

const asAnswered = (value: object): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

describe.each(LANGUAGES)('a certificate in %s', (language) => {
  itHasTheCodesOf(ENGLISH, CERTIFICATE_CATALOGUES[language]);

  it('has all that the certificate says', () => {
    const text = certificateLines(asAnswered(FULL), language).join('\n');
    for (const fact of [
      ...['0a1b2c3d4e5f', 'kyc', '2026-01', 'GDPR', 'key:aaaa', '2032-01-03T00:00:01.000Z'],
      ...['_access', 'eeee', 'AMLR', 'no-event', '14 Cg', '2032-01-01T00:00:00.000Z'],
      ...['of-a-later-version, facts {"n":1}', '11', '1000', 'dddd', 'notes'],
      ...['b1', 'b2', 'e1', '2032-02-02T00:00:00.000Z', 'e2', 'of-a-later-kind x1'],
    ])
      expect([fact, text.includes(fact)]).toEqual([fact, true]);
    expect(text).not.toMatch(/\{\w+\}|\?/);
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/^ {2}kyc .*2025-12: 7 /m);
  });

  it('says nothing of what there is not', () => {
    const person = { ...PERSON, certificate: whole };
    const text = certificateLines(asAnswered(person), language).join('\n');
    const said = CERTIFICATE_CATALOGUES[language];
    expect(text).toContain(said['kept.none']);
    expect(text).toContain(said['meant.person.unknown']);
    for (const code of ['kept', 'more', 'interrupted', 'provisional', 'holders'] as const)
      expect([code, text.includes(said[code])]).toEqual([code, false]);
  });
});

it('is refused where it is none', () => {
  expect(() => certificateLines({ id: 'x' }, 'en')).toThrow(
    expect.objectContaining({ code: 'CLI_ANSWER_UNUSABLE' }),
  );
});
