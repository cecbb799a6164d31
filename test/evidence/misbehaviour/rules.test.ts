/**
 * Every checker proves that it can fail: each rule is taken out in turn, and then a named forgery must get past
 * the verifier that the whole one catches. A rule that nothing proves necessary would be missed by nobody.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { formatMisbehaviour } from '../../../src/evidence/misbehaviour/format-misbehaviour.js';
import {
  MISBEHAVIOUR_RULES,
  type MisbehaviourRules,
} from '../../../src/evidence/misbehaviour/internal/misbehaviour-rules.js';
import {
  misbehaviourReportAsJson,
  misbehaviourReportAsText,
} from '../../../src/evidence/misbehaviour/misbehaviour-report.js';
import { parseMisbehaviour } from '../../../src/evidence/misbehaviour/parse-misbehaviour.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST, parseTrust } from '../../../src/evidence/trust.js';
import { LOG_KEY, ORIGIN } from './support/history.js';
import { forgeries, proofOf, PROOFS, TRUST } from './support/proofs.js';

const FORGERIES = forgeries();

describe('a true proof', () => {
  it.each(Object.entries(PROOFS))('is proven to who knows the key: %s', (_name, file) => {
    const bytes = formatMisbehaviour(file);
    expect(formatMisbehaviour(parseMisbehaviour(bytes))).toEqual(bytes);
    expect(verifyMisbehaviour(bytes, TRUST)).toMatchObject({ result: 'proven' });
    expect(verifyMisbehaviour(bytes, NO_TRUST)).toMatchObject({ result: 'unattributed' });
  });

  it('is proven to who has pinned the log’s key, with the word of a recovery key or without', () => {
    const { recovery, ...bare } = parseMisbehaviour(proofOf('roots'));
    expect(recovery).toBeDefined();
    const trust = { ...NO_TRUST, logs: [LOG_KEY.key] };
    for (const file of [bare, { ...bare, ...(recovery && { recovery }) }])
      expect(verifyMisbehaviour(formatMisbehaviour(file), trust).result).toBe('proven');
    expect(verifyMisbehaviour(formatMisbehaviour(bare), TRUST).result).toBe('unattributed');
  });

  it('is reported for programs and for people', () => {
    const report = verifyMisbehaviour(proofOf('entry'), TRUST);
    const json = JSON.parse(misbehaviourReportAsJson(report)) as Record<string, unknown>;
    expect(json).toMatchObject({
      result: 'proven',
      origin: ORIGIN,
      shows: { kind: 'entry', index: 6 },
      checkpoints: [{ size: 10 }, { size: 21 }],
      checks: [
        { id: 'checkpoints', result: 'pass', word: 'math', code: null },
        { id: 'contradiction', result: 'pass', word: 'math', code: null },
        { id: 'log-identity', result: 'pass', word: 'trust', code: null },
      ],
    });
    const text = misbehaviourReportAsText(report);
    expect(text).toMatch(/^MISBEHAVIOUR PROVEN: /);
    expect(text).toContain('two entries at one place (index 6)');
    expect(text).toContain('trust          the auditor');
  });
});

describe('the example of docs/formats', () => {
  it('is what is made here, and proven by the trust file beside it', () => {
    const proof = readFileSync('docs/formats/examples/fork.misbehaviour');
    const trust = readFileSync('docs/formats/examples/fork.trust.json');
    expect(proof.toString()).toBe(Buffer.from(proofOf('entry')).toString());
    expect(verifyMisbehaviour(proof, parseTrust(trust)).result).toBe('proven');
  });
});

describe('a verifier without one of its rules', () => {
  it('is tried for every rule that there is', () => {
    const tried = FORGERIES.map(({ book, rule }) => `${book}: ${rule}`);
    // Those of `core` are taken out in core-fork.test.ts, over real Hypercores.
    const here = Object.entries(MISBEHAVIOUR_RULES).filter(([book]) => book !== 'core');
    const all = here.flatMap(([book, rules]) =>
      Object.keys(rules as object).map((rule) => `${book}: ${rule}`),
    );
    expect(tried.sort()).toEqual(all.sort());
  });

  it.each(FORGERIES)('“$book: $rule” lets through: $name', ({ book, rule, bytes, trust }) => {
    expect(verifyMisbehaviour(bytes, trust).result).toBe('failed');
    expect(verifyMisbehaviour(bytes, trust, without(book, rule)).result).toBe('proven');
  });
});

function without(book: keyof MisbehaviourRules, rule: string): MisbehaviourRules {
  const rules = Object.entries(MISBEHAVIOUR_RULES[book]).filter(([name]) => name !== rule);
  return { ...MISBEHAVIOUR_RULES, [book]: Object.fromEntries(rules) };
}
