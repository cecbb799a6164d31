import { beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson, parseStrictJson } from '../../src/base/canonical-json.js';
import { type Catalogue, ENGLISH, type MessageCode } from '../../src/evidence/messages-en.js';
import { reportAsJson } from '../../src/evidence/report-json.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { build, type Built } from './evidence-builder.js';
import { readExample } from './support/example.js';
import { edited, set } from './support/json-edit.js';
import { trustOf } from './support/originals.js';

let bank: Built;
beforeAll(async () => {
  bank = await build();
});

describe('the report for people', () => {
  it('begins with the answer and what it means', () => {
    expect(lines(reportAsText(verifyEvidence(bank.bytes, trustOf(bank))))[0]).toBe('VERIFIED');
    const [first, second] = lines(reportAsText(verifyEvidence(bank.bytes, NO_TRUST)));
    expect(first).toBe('VERIFIED AS CONSISTENT, NOT ATTRIBUTED');
    expect(second).toContain('the word of the file itself');
    expect(lines(reportAsText(verifyEvidence(altered(), trustOf(bank))))[0]).toBe('FAILED');
  });

  it('says in words what was recorded, by whom it is signed, and between which blocks it came', () => {
    const text = reportAsText(verifyEvidence(bank.bytes, trustOf(bank)));
    for (const part of [
      'subject         customer-4711',
      '"city": "Zürich"',
      'after the head anchored in block 310 (2026-11-02T10:40:00.000Z), by block 330',
      'CN=Chirograph development seal',
      'on the word of your own roots of trust',
      'What this does not prove',
      'Made for development',
    ])
      expect(text).toContain(part);
  });

  it('stays within 100 columns', () => {
    for (const trust of [trustOf(bank), NO_TRUST])
      for (const bytes of [bank.bytes, altered(), readExample().evidence])
        for (const line of lines(reportAsText(verifyEvidence(bytes, trust))))
          expect(Array.from(line).length).toBeLessThanOrEqual(100);
  });

  it('shows as escapes what would command a terminal or turn text around', async () => {
    const name = 'a\u202eb\u200bc';
    const built = await build({
      header: (header) => ({ ...header, subject: name }),
      payload: new TextEncoder().encode('{"x":"\u009b31m\u2028"}'),
      openers: () => undefined,
    });
    const text = reportAsText(verifyEvidence(built.bytes, trustOf(built)));
    expect(text).toContain('a\\u{202e}b\\u{200b}c');
    expect(text).toContain('\\u{9b}31m\\u{2028}');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  });

  it('shows at most 200 lines of what was recorded', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`m${n + 1000}`, n]));
    const built = await build({ payload: new TextEncoder().encode(canonicalJson(many)) });
    const text = reportAsText(verifyEvidence(built.bytes, trustOf(built)));
    expect(text).toContain('… and 302 more lines');
    expect(text).not.toContain('"m1300"');
  });

  it('can be had in another language, with the same codes', () => {
    const shouted = Object.fromEntries(
      Object.entries(ENGLISH).map(([code, text]) => [code, `${text}!`]),
    ) as Record<MessageCode, string>;
    const catalogue: Catalogue = shouted;
    const text = reportAsText(verifyEvidence(bank.bytes, trustOf(bank)), catalogue);
    expect(lines(text)[0]).toBe('VERIFIED!');
  });
});

describe('the report for programs', () => {
  it('is canonical, and the same whenever and wherever it is made', () => {
    const { evidence, trust } = readExample();
    const json = reportAsJson(verifyEvidence(evidence, trust));
    expect(canonicalJson(parseStrictJson(json))).toBe(json);
    expect(reportAsJson(verifyEvidence(evidence, trust))).toBe(json);
  });

  it('names each check, what it was, how it was made and on whose word', () => {
    const json = JSON.parse(reportAsJson(verifyEvidence(altered(), trustOf(bank)))) as {
      checks: Record<string, unknown>[];
    };
    expect(json).toMatchObject({ $v: 1, result: 'failed', trust: [{ development: false }] });
    expect(json.checks.find(({ id }) => id === 'payload')).toEqual({
      id: 'payload',
      what: 'The payload is the one that was recorded',
      result: 'fail',
      means: 'its salted commitment (HMAC-SHA-256); SHA-256 and size in the header',
      word: null,
      code: 'payload.commitment',
      facts: {},
      detail: 'The payload is not the one that the statement commits to.',
    });
  });
});

describe('the catalogue', () => {
  it('leaves no place of a message unfilled in the reports of these files', () => {
    for (const trust of [trustOf(bank), NO_TRUST])
      for (const bytes of [bank.bytes, altered()])
        expect(reportAsText(verifyEvidence(bytes, trust))).not.toMatch(/\?(?! )|\{\w+\}/);
  });
});

function altered(): Uint8Array {
  return edited(bank.bytes, (file) => {
    set(file, ['entry', 'payload', 'bytes'], Buffer.from('{}').toString('base64'));
  });
}

function lines(text: string): string[] {
  return text.split('\n');
}
