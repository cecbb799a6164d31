/** The verification under a given book of rules. There is one for everybody; tests plant faults in others. */
import { developmentPartsOf } from '../development-parts.js';
import type { EvidenceFile } from '../evidence-file.js';
import { parseEvidence } from '../parse-evidence.js';
import type { Trust } from '../trust.js';
import type { VerificationReport } from '../verification-report.js';
import { notProven } from './not-proven.js';
import { isUnreadable, readEvidence } from './read-evidence.js';
import type { RuleBook } from './rule-book.js';
import { runChecks, unreadableChecks } from './run-checks.js';
import { entrySummary, logSummary, signatureSummary } from './summaries.js';
import { commonOf, type FileIdentity, identityOf, resultOf } from './verdict-of-checks.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function verifyBy(rules: RuleBook, bytes: Uint8Array, trust: Trust): VerificationReport {
  return verifyEvidenceBy(rules, parseEvidence(bytes), identityOf(bytes), trust);
}

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function verifyEvidenceBy(
  rules: RuleBook,
  file: EvidenceFile,
  identity: FileIdentity,
  trust: Trust,
): VerificationReport {
  const chains = [file.anchors?.after.chain, file.anchors?.before?.chain];
  const common = { ...commonOf(developmentPartsOf(file), chains, trust), file: identity };
  const evidence = readEvidence(file);
  if (isUnreadable(evidence))
    return {
      result: 'failed',
      checks: unreadableChecks(evidence),
      entry: null,
      log: null,
      signatures: [],
      notProven: [],
      ...common,
    };
  const run = runChecks(evidence, trust, rules);
  return {
    result: resultOf(run.checks),
    checks: run.checks,
    entry: entrySummary(evidence, run),
    log: logSummary(evidence, run),
    signatures: run.signatures.map(signatureSummary),
    notProven: notProven(evidence, run),
    ...common,
  };
}
