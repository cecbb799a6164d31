/** The verification under a given book of rules. There is one for everybody; tests plant faults in others. */
import { sha256Hex } from '../../base/hash.js';
import { CHAINS } from '../chains.js';
import { developmentPartsOf } from '../development-parts.js';
import type { EvidenceFile } from '../evidence-file.js';
import { parseEvidence } from '../parse-evidence.js';
import type { Trust } from '../trust.js';
import type {
  CheckReport,
  VerificationReport,
  VerificationResult,
} from '../verification-report.js';
import { notProven } from './not-proven.js';
import { type Finding, finding } from './outcome.js';
import { isUnreadable, readEvidence } from './read-evidence.js';
import type { RuleBook } from './rule-book.js';
import { runChecks, unreadableChecks } from './run-checks.js';
import { entrySummary, logSummary, signatureSummary } from './summaries.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function verifyBy(rules: RuleBook, bytes: Uint8Array, trust: Trust): VerificationReport {
  const file = parseEvidence(bytes);
  const common = {
    development: developmentOf(file, trust),
    trust: trust.sources,
    file: { sha256: sha256Hex(bytes), size: bytes.length },
  };
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

function resultOf(checks: readonly CheckReport[]): VerificationResult {
  if (checks.some(({ result }) => result === 'fail' || result === 'not-done')) return 'failed';
  return checks.some(({ word }) => word === 'self') ? 'consistent' : 'verified';
}

function developmentOf(file: EvidenceFile, trust: Trust): Finding[] {
  const chains = [file.anchors?.after.chain, file.anchors?.before?.chain].filter(
    (chain) => chain !== undefined && chain !== 'devchain' && CHAINS[chain].network.development,
  );
  return [
    ...developmentPartsOf(file).map((part) => finding(`development.${part}`)),
    ...[...new Set(chains)].map((chain) => finding('development.chain', { chain: chain ?? '' })),
    ...trust.sources
      .filter(({ development }) => development)
      .map(({ name }) => finding('development.trust', { name })),
  ];
}
