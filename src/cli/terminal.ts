/** What the command line may touch of its process; handed in, so that tests can be the terminal. */
import type { JsonValue } from '../base/canonical-json.js';

export interface Terminal {
  /** Whole lines, each with its line feed: results and nothing else. */
  readonly stdout: (text: string) => void;
  /** Content as it is, where it goes to another program; resolves when it takes more. Not every terminal has it. */
  readonly content?: (bytes: Uint8Array) => Promise<void>;
  /** What people should know beside the result. */
  readonly stderr: (text: string) => void;
  /** Whether a person is reading stderr as it comes. */
  readonly isInteractive: boolean;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit codes: done or verified; the answer is no; unusable input or configuration. */
export const EXIT = { done: 0, no: 1, unusable: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How a command that did its work says what came of it; one that says nothing is done. */
export type End = (code: ExitCode) => void;

/** A text that came from elsewhere, made fit for one line of a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
}

/** The same, with the spaces that align it. */
export function oneLineKept(text: string): string {
  const shown = text.trimStart();
  return `${' '.repeat(text.length - shown.length)}${oneLine(shown)}`;
}

/** JSON on one line if that was asked for, else the lines for people. */
export function printResult(
  { stdout }: Terminal,
  json: true | undefined,
  result: JsonValue,
  lines: readonly string[],
): void {
  for (const line of json === true ? [JSON.stringify(result)] : lines) stdout(`${line}\n`);
}

/** The same of an answer of a node, whose lines are made only if they are wanted. */
export function printAnswer(
  terminal: Terminal,
  { json }: { readonly json?: true },
  answer: JsonValue,
  lines: (answer: JsonValue) => readonly string[],
): void {
  printResult(terminal, json, answer, json === true ? [] : lines(answer));
}

const LABEL_WIDTH = 12;

/** An answer for people, a member a line. */
export function rowsOf(said: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(said).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${oneLine(name).padEnd(LABEL_WIDTH)}${oneLine(text)}`;
  });
}
