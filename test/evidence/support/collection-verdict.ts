import { EvidenceError } from '../../../src/evidence/evidence-error.js';
import {
  COLLECTION_RULE_BOOK,
  type CollectionRuleBook,
} from '../../../src/evidence/internal/collection-rules.js';
import { identityOf } from '../../../src/evidence/internal/verdict-of-checks.js';
import { verifyCollectionBy } from '../../../src/evidence/internal/verify-collection-by.js';
import { parseCollection } from '../../../src/evidence/parse-collection.js';
import type { Trust } from '../../../src/evidence/trust.js';
import type { Judgement } from './verdict.js';

/** As `judge` for evidence. */
export function judgeCollection(
  bytes: Uint8Array,
  trust: Trust,
  rules: CollectionRuleBook = COLLECTION_RULE_BOOK,
): Judgement {
  try {
    const file = parseCollection(bytes);
    const { result, checks } = verifyCollectionBy(rules, file, identityOf(bytes), trust);
    const failing = checks.filter((check) => check.result === 'fail').map(({ id }) => id);
    const onOwnWord = checks.filter(({ word }) => word === 'self').map(({ id }) => id);
    return { verdict: result, failing, onOwnWord };
  } catch (cause) {
    if (cause instanceof EvidenceError) return { verdict: 'unusable', failing: [], onOwnWord: [] };
    throw cause;
  }
}
