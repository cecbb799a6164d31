/**
 * What a check comes to. Every check is a list of named rules, each of which finds one thing wrong or
 * nothing: so a test can take a single rule out of the verifier and see what then slips through.
 */
import type { MessageCode } from '../messages-en.js';

/** Fills the places of a message. Texts may be hostile: renderers make them printable. */
export type Facts = Readonly<Record<string, string | number>>;

export interface Finding {
  readonly code: MessageCode;
  readonly facts: Facts;
}

/** `not-done`: what it builds on has failed. */
export type CheckResult = 'pass' | 'fail' | 'not-present' | 'not-done';

/**
 * Whose word a passed check rests on. `math`: nobody's. `self`: the file's own. `trust`: a root that the
 * verifier brought along.
 */
export type Word = 'trust' | 'self' | 'math';

export interface Outcome extends Finding {
  readonly result: CheckResult;
  /** Null unless the check passed. */
  readonly word: Word | null;
}

/** Says what is wrong, or null. */
export type Rule<S> = (subject: S) => Finding | null;
export type Rules<S> = Readonly<Record<string, Rule<S>>>;

/** The first rule that is broken. */
export function brokenRule<S>(rules: Rules<S>, subject: S): Finding | null {
  for (const rule of Object.values(rules)) {
    const finding = rule(subject);
    if (finding !== null) return finding;
  }
  return null;
}

export function finding(code: MessageCode, facts: Facts = {}): Finding {
  return { code, facts };
}

export function passed(word: Word, code: MessageCode, facts: Facts = {}): Outcome {
  return { result: 'pass', word, code, facts };
}

export function failed({ code, facts }: Finding): Outcome {
  return { result: 'fail', word: null, code, facts };
}

export function notPresent(code: MessageCode, facts: Facts = {}): Outcome {
  return { result: 'not-present', word: null, code, facts };
}

export function notDone(): Outcome {
  return { result: 'not-done', word: null, code: 'not-done', facts: {} };
}
