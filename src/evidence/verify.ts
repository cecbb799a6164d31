/**
 * Verifies an evidence file: pure, offline, without a clock. What the file says of itself is checked for
 * being consistent; who is behind it comes from the verifier's own roots of trust alone.
 */
import { sha256Hex } from '../base/hash.js';
import { developmentPartsOf } from './development-parts.js';
import type { EvidenceFile } from './evidence-file.js';
import { notProven } from './internal/not-proven.js';
import type { CheckResult, Word } from './internal/outcome.js';
import { isUnreadable, readEvidence } from './internal/read-evidence.js';
import { RULE_BOOK, type RuleBook } from './internal/rule-book.js';
import { type CheckRun, runChecks, unreadableChecks } from './internal/run-checks.js';
import { entrySummary, logSummary, signatureSummary } from './internal/summaries.js';
import { parseEvidence } from './parse-evidence.js';
import type { Trust } from './trust.js';
import type { CheckReport, VerificationReport, VerificationResult } from './verification-report.js';
