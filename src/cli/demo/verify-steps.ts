/** The end of the demo: the evidence file alone, with what it is worth and what becomes of it altered. */
import { z } from 'zod';
import { type JsonValue, parseStrictJson } from '../../base/canonical-json.js';
import { runVerify } from '../../evidence/run-verify.js';
import { expected } from '../answers.js';
import { EXIT } from '../terminal.js';
import { ALTERATIONS, alter } from './alterations.js';
import { NEW_STREET } from './kyc-bundle.js';
import type { HandedOut } from './proof-steps.js';
import type { Story } from './story.js';

export function verifyOffline(story: Story, { evidence, trust }: HandedOut): Promise<void> {
  const heading = {
    name: 'verify',
    title: 'The evidence is verified offline, with the trust file',
    proves:
      'who recorded what, between which two moments, unaltered since: without asking anybody.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const { exitCode, report } = verify(evidence, trust);
    for (const check of report.checks)
      line(`${MARKS[check.result]}  ${check.id.padEnd(14)}${check.what}${wordOf(check.word)}`);
    expect(`verified, exit code ${exitCode}`, report.result === 'verified' && exitCode === 0);
    expect(`it speaks of ${NEW_STREET}`, JSON.stringify(report.entry).includes(NEW_STREET));
    fact('report', report.whole);
    return Promise.resolve();
  });
}

export function verifyWithoutTrust(story: Story, { evidence }: HandedOut): Promise<void> {
  const heading = {
    name: 'no-trust',
    title: 'The same file, verified by someone who trusts nobody',
    proves:
      'a file never vouches for itself: without the trust file it is consistent, and no more.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const { exitCode, report } = verify(evidence, null);
    line(report.summary);
    expect(
      `consistent, not attributed; with --require attributed exit code ${exitCode}`,
      report.result === 'consistent' && exitCode === EXIT.no,
    );
    fact('result', report.result);
    return Promise.resolve();
  });
}

export interface Altered {
  /** `payload`, `statement`, … */
  readonly part: string;
  readonly bytes: Uint8Array;
}

export function alterOneByte(
  story: Story,
  { evidence, trust }: HandedOut,
): Promise<readonly Altered[]> {
  const heading = {
    name: 'alter',
    title: 'One byte is altered, in five places, and the file verified each time',
    proves: 'none of the five passes, and the report names the check that caught it.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const caught: Record<string, JsonValue> = {};
    const altered = ALTERATIONS.map((alteration) => {
      const { part, what, caughtBy } = alteration;
      const bytes = alter(evidence, alteration);
      const { exitCode, report } = verify(bytes, trust);
      const failing = report.checks.filter(({ result }) => result === 'fail');
      line(`${part}: ${what}`);
      for (const { id, detail } of failing) line(`      fails  ${id.padEnd(14)}${detail}`);
      expect(
        `caught by the check "${caughtBy}", exit code ${exitCode}`,
        failing.some(({ id }) => id === caughtBy) && exitCode === EXIT.no,
      );
      caught[part] = failing.map(({ id }) => id);
      return { part, bytes };
    });
    fact('caughtBy', caught);
    return Promise.resolve(altered);
  });
}

const reportSchema = z.object({
  result: z.string(),
  summary: z.string(),
  checks: z.array(
    z.object({
      id: z.string(),
      what: z.string(),
      result: z.enum(['pass', 'fail', 'not-present', 'not-done']),
      word: z.string().nullable(),
      detail: z.string(),
    }),
  ),
  entry: z.json(),
});

interface Verified {
  readonly exitCode: number;
  readonly report: z.output<typeof reportSchema> & { readonly whole: JsonValue };
}

/** As `chirograph verify --require attributed --json` does it. */
function verify(evidence: Uint8Array, trust: Uint8Array | null): Verified {
  const { exitCode, output } = runVerify({
    evidence,
    trust: trust === null ? [] : [{ label: 'trust file', bytes: trust }],
    requireAttributed: true,
    json: true,
  });
  const whole = exitCode === EXIT.unusable ? NO_REPORT : parseStrictJson(output);
  return { exitCode, report: { ...expected(reportSchema, whole), whole } };
}

const NO_REPORT = { result: 'unusable', summary: '', checks: [], entry: null };

/** The report for people. */
export function reportText({ evidence, trust }: HandedOut): string {
  const { output } = runVerify({
    evidence,
    trust: [{ label: 'trust file', bytes: trust }],
    requireAttributed: true,
    json: false,
  });
  return output;
}

const MARKS = { pass: 'ok', fail: 'NO', 'not-present': ' -', 'not-done': ' -' } as const;

function wordOf(word: string | null): string {
  return word === null ? '' : ` (${WORDS[word] ?? word})`;
}

const WORDS: Readonly<Record<string, string>> = {
  trust: 'by your trust file',
  self: 'by the file’s own word',
  math: 'by calculation',
};
