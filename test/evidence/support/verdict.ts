import { EvidenceError } from '../../../src/evidence/evidence-error.js';
import { RULE_BOOK, type RuleBook } from '../../../src/evidence/internal/rule-book.js';
import { verifyBy } from '../../../src/evidence/internal/verify-by.js';
import type { Trust } from '../../../src/evidence/trust.js';
import type { CheckId, VerificationResult } from '../../../src/evidence/verification-report.js';

/** `unusable`: refused before anything is checked; exit 2. */
export type Verdict = VerificationResult | 'unusable';

export interface Judgement {
  readonly verdict: Verdict;
  /** The checks that failed. */
  readonly failing: readonly CheckId[];
  /** Those that passed on nothing but the file's own word. */
  readonly onOwnWord: readonly CheckId[];
}

export function judge(bytes: Uint8Array, trust: Trust, rules: RuleBook = RULE_BOOK): Judgement {
  try {
    const { result, checks } = verifyBy(rules, bytes, trust);
    const failing = checks.filter((check) => check.result === 'fail').map(({ id }) => id);
    const onOwnWord = checks.filter(({ word }) => word === 'self').map(({ id }) => id);
    return { verdict: result, failing, onOwnWord };
  } catch (cause) {
    if (cause instanceof EvidenceError) return { verdict: 'unusable', failing: [], onOwnWord: [] };
    throw cause;
  }
}

export function verdictOf(bytes: Uint8Array, trust: Trust, rules: RuleBook = RULE_BOOK): Verdict {
  return judge(bytes, trust, rules).verdict;
}
