/** Verification in the demo: as `chirograph verify --require attributed --json` does it, and as verify.mjs does. */
import { z } from 'zod';
import { type JsonValue, parseStrictJson } from '../../base/canonical-json.js';
import { runVerify } from '../../evidence/run-verify.js';
import { expected } from '../answers.js';
import { EXIT } from '../terminal.js';

const checkSchema = z.object({
  id: z.string(),
  what: z.string(),
  result: z.enum(['pass', 'fail', 'not-present', 'not-done']),
  word: z.string().nullable(),
  detail: z.string(),
});
type Check = z.output<typeof checkSchema>;

const reportSchema = z.object({
  result: z.string(),
  summary: z.string(),
  checks: z.array(checkSchema),
  /** Of evidence. */
  entry: z.json().optional(),
  /** Of a collection. */
  questions: z.array(z.object({ answer: z.json() })).optional(),
});

export interface Verified {
  readonly exitCode: number;
  readonly report: z.output<typeof reportSchema> & { readonly whole: JsonValue };
}

/** @param file evidence or a collection. */
export function verify(file: Uint8Array, trust: Uint8Array | null): Verified {
  const { exitCode, output } = runVerify({
    evidence: file,
    trust: trust === null ? [] : [{ label: 'trust file', bytes: trust }],
    requireAttributed: true,
    json: true,
  });
  const whole = exitCode === EXIT.unusable ? NO_REPORT : parseStrictJson(output);
  return { exitCode, report: { ...expected(reportSchema, whole), whole } };
}

const NO_REPORT = { result: 'unusable', summary: '', checks: [] };

export function failing({ report }: Verified): readonly Check[] {
  return report.checks.filter(({ result }) => result === 'fail');
}

export function checkLine({ id, what, result, word }: Check): string {
  return `${MARKS[result]}  ${id.padEnd(14)} ${what}${wordOf(word)}`;
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
