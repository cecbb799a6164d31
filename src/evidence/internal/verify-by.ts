/** The verification under a given book of rules. There is one for everybody; tests plant faults in others. */
import { evidenceContents } from '../asic-contents.js';
import type { AsicContainer } from '../asic-reader.js';
import { developmentPartsOf } from '../development-parts.js';
import type { EvidenceFile } from '../evidence-file.js';
import { parseEvidence } from '../parse-evidence.js';
import type { Trust } from '../trust.js';
import type { VerificationReport } from '../verification-report.js';
import { type Enclosure, inContainer } from './in-container.js';
import { comeSoFar, NOTHING_SAID } from './marked-ranges.js';
import { notProven } from './not-proven.js';
import { timeOf } from './proven-time.js';
import { isUnreadable, readEvidence } from './read-evidence.js';
import type { RuleBook } from './rule-book.js';
import { runChecks, unreadableChecks } from './run-checks.js';
import { entrySummary, logSummary, signatureSummary } from './summaries.js';
import { commonOf, type FileIdentity, identityOf, resultOf } from './verdict-of-checks.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function verifyBy(rules: RuleBook, bytes: Uint8Array, trust: Trust): VerificationReport {
  return verifyEvidenceBy(rules, parseEvidence(bytes), identityOf(bytes), trust);
}

/**
 * @param container what the file came in, if it did not come alone.
 * @throws EvidenceError EVIDENCE_FORMAT_NEWER.
 */
export function verifyEvidenceBy(
  rules: RuleBook,
  file: EvidenceFile,
  identity: FileIdentity,
  trust: Trust,
  container: AsicContainer | null = null,
): VerificationReport {
  const chains = [file.anchors?.after.chain, file.anchors?.before?.chain];
  const common = { ...commonOf(developmentPartsOf(file), chains, trust), file: identity };
  const enclosure: Enclosure | null = container && {
    container,
    contents: (bytes) => evidenceContents(bytes, file),
  };
  const evidence = readEvidence(file);
  if (isUnreadable(evidence)) {
    const unreadable: VerificationReport = {
      result: 'failed',
      checks: unreadableChecks(evidence),
      entry: null,
      log: null,
      signatures: [],
      ...NOTHING_SAID,
      notProven: [],
      ...common,
    };
    return inContainer(unreadable, enclosure, null, trust);
  }
  const run = runChecks(evidence, trust, rules);
  const report: VerificationReport = {
    result: resultOf(run.checks),
    checks: run.checks,
    entry: entrySummary(evidence, run),
    log: logSummary(evidence, run),
    signatures: run.signatures.map(signatureSummary),
    ...comeSoFar(evidence, run),
    notProven: notProven(evidence, run),
    ...common,
  };
  return inContainer(report, enclosure, timeOf(evidence.entry, run.anchors.after), trust);
}
