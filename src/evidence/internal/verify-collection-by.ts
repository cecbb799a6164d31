/** The verification of a collection under a given book of rules, as `verify-by` for evidence. */
import { collectionContents } from '../asic-contents.js';
import type { AsicContainer } from '../asic-reader.js';
import type { CollectionFile } from '../collection-file.js';
import type { CollectionReport } from '../collection-report.js';
import { developmentPartsOfCollection } from '../development-parts.js';
import type { Trust } from '../trust.js';
import { collectionNotProven } from './collection-not-proven.js';
import type { CollectionRuleBook } from './collection-rules.js';
import { collectedSummary, questionSummary } from './collection-summaries.js';
import { type Enclosure, inContainer } from './in-container.js';
import { comeSoFar, NOTHING_SAID } from './marked-ranges.js';
import { timeOf } from './proven-time.js';
import { readCollection } from './read-collection.js';
import { isUnreadable } from './read-evidence.js';
import { runCollectionChecks, unreadableCollection } from './run-collection.js';
import { logSummary, signatureSummary } from './summaries.js';
import { commonOf, type FileIdentity, resultOf } from './verdict-of-checks.js';

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function verifyCollectionBy(
  rules: CollectionRuleBook,
  file: CollectionFile,
  identity: FileIdentity,
  trust: Trust,
  container: AsicContainer | null = null,
): CollectionReport {
  const common = {
    ...commonOf(developmentPartsOfCollection(file), [file.anchors?.after.chain], trust),
    file: identity,
    ...(file.inspection !== undefined && { inspection: file.inspection }),
  };
  const enclosure: Enclosure | null = container && {
    container,
    contents: (bytes) => collectionContents(bytes, file),
  };
  const collection = readCollection(file);
  if (isUnreadable(collection)) {
    const unreadable: CollectionReport = {
      result: 'failed',
      checks: unreadableCollection(collection, file.questions.length),
      log: null,
      questions: [],
      entries: [],
      signatures: [],
      ...NOTHING_SAID,
      notProven: [],
      ...common,
    };
    return inContainer(unreadable, enclosure, null, trust);
  }
  const run = runCollectionChecks(collection, trust, rules);
  const { checks } = run;
  const report: CollectionReport = {
    result: resultOf(checks),
    checks,
    log: logSummary(collection, run),
    questions: collection.questions.map((question, at) =>
      questionSummary(question, at + 1, checks),
    ),
    entries: collection.entries.map((entry) => collectedSummary(entry, checks)),
    signatures: [...run.attached.checked, ...run.signatures].map(signatureSummary),
    ...comeSoFar(collection, run),
    notProven: collectionNotProven(collection, run),
    ...common,
  };
  return inContainer(report, enclosure, timeOf(collection.entry, run.anchors.after), trust);
}
