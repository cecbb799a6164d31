/**
 * The hand-over package of an inspection: one collection over all that was inspected, which anybody
 * verifies without us. What is out of scope is counted there, and not opened.
 */
import type { DisclosedEntry } from '../access/disclosure.js';
import { entryFault } from '../access/inspection-scope.js';
import { type Inspection, type InspectionScope, inspectionToJson } from '../access/inspection.js';
import type { TenantName } from '../access/tenant-name.js';
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { sha256Hex } from '../base/hash.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { LogReader } from '../ledger/log-reader.js';
import { instantOfState } from './as-of.js';
import { type EvidenceParts, sourcesOf } from './entry-evidence.js';
import { exportCollection } from './export-collection.js';
import { packageQuestions, type PackageQuestion } from './inspection-questions.js';
import { inspectionReads, type InspectionRead } from './inspection-reads.js';
import { QueryError } from './query-error.js';
import { currentVersions, type SubjectEntries, subjectEntries } from './subject-entries.js';
import { validInstant } from './subject-state.js';
import type { TenantLedger, TenantLedgers } from './tenant-ledgers.js';
import { logOf } from './view-state.js';

export interface PackageParts {
  readonly ledgers: Pick<TenantLedgers, 'find'>;
  readonly evidence: Omit<EvidenceParts, 'byCalendars'>;
}

export interface InspectionPackage {
  readonly madeAt: UnixMillis;
  readonly ledger: TenantLedger;
  readonly reader: LogReader;
  readonly reads: readonly InspectionRead[];
  readonly questions: readonly PackageQuestion[];
  /** The collection file. */
  readonly bytes: Uint8Array;
  readonly sha256: HexDigest;
  /** What of it is opened. */
  readonly shown: readonly DisclosedEntry[];
  /** Whose histories are in it. */
  readonly authors: readonly string[];
  /** Instants of the states that were asked about. */
  readonly standing: readonly UnixMillis[];
}

/** As many as a collection answers. */
const MAX_QUESTIONS = 1_000;

/** @throws QueryError QUERY_NOTHING_ASKED, QUERY_TOO_BROAD, QUERY_ORIGIN_UNKNOWN; as `exportCollection`. */
export async function inspectionPackage(
  { ledgers, evidence }: PackageParts,
  tenant: TenantName,
  inspection: Inspection,
  origin?: string,
): Promise<InspectionPackage> {
  const ledger = ledgers.find(tenant, inspection.ledger);
  const reader = logOf(ledger.ledger, origin);
  const reads = await inspectionReads(ledgers, tenant, inspection);
  const questions = await questionsAbout(inspection, ledger, reader, reads);
  const standing = await standingIn(ledger, reader, questions);
  const madeAt = ledger.clock.now();
  const { bytes, shown, authors } = await exportCollection(
    sourcesOf(evidence, ledger.ledger.identity.tenant),
    ledger,
    questions,
    {
      inspection: { ...inspectionToJson(inspection), tenant, madeAt: formatInstant(madeAt) },
      mayOpen: ({ index, ...entry }) =>
        entryFault(inspection.scope, entry, standing.has(index)) === null,
    },
  );
  const instants = await Promise.all(
    questions.map(async ({ asOf }) => {
      const instant = await instantOfState(reader, { size: Number(asOf) as TreeSize });
      // It was reached before the period perhaps, and stood when that began.
      return Math.max(instant, inspection.scope.recordedFrom ?? instant) as UnixMillis;
    }),
  );
  return {
    ...{ madeAt, ledger, reader, reads, questions, bytes, shown, authors },
    sha256: sha256Hex(bytes),
    standing: [...new Set(instants)],
  };
}

async function questionsAbout(
  { scope }: Inspection,
  { ledger }: TenantLedger,
  reader: LogReader,
  reads: readonly InspectionRead[],
): Promise<readonly PackageQuestion[]> {
  const { subjects, types } = scope;
  const { first, last } = await statesWithin(scope, reader);
  const questions = await packageQuestions(reads, {
    origin: reader.origin,
    isWritten: reader === ledger.reader,
    sizeAt: (instant) => reader.sizeAt(instant),
    last,
  });
  // Somebody who stands in a record of a person in scope is not in scope for that.
  const covered = questions
    .filter(({ subject }) => subjects === undefined || subjects.includes(subject))
    // Nor is a state of which nothing was left in the period: its answer was empty.
    .filter(({ asOf }) => Number(asOf) >= first)
    .map((question) =>
      types === undefined || question.types !== undefined ? question : { ...question, types },
    );
  if (covered.length === 0)
    throw new QueryError(
      'QUERY_NOTHING_ASKED',
      'nothing of this log was read under the inspection yet: ask first, and hand over then',
    );
  if (covered.length > MAX_QUESTIONS)
    throw new QueryError(
      'QUERY_TOO_BROAD',
      `a package answers at most ${MAX_QUESTIONS} questions: open an inspection for each part of the case`,
    );
  return covered;
}

/** The first and the last state that stood at some time of the period. */
async function statesWithin(
  { recordedFrom, recordedTo }: InspectionScope,
  reader: LogReader,
): Promise<{ readonly first: number; readonly last: TreeSize }> {
  const before = async (instant: number): Promise<TreeSize> =>
    reader.sizeAt((instant - 1) as UnixMillis);
  return {
    first:
      recordedFrom === undefined
        ? 0
        : Math.min((await before(recordedFrom)) + 1, await reader.sizeAt(recordedFrom)),
    last: recordedTo === undefined ? reader.head.size : await before(recordedTo),
  };
}

/** What stood in one of the states. */
async function standingIn(
  ledger: TenantLedger,
  reader: LogReader,
  questions: readonly PackageQuestion[],
): Promise<ReadonlySet<LeafIndex>> {
  const view = await ledger.views.of(reader);
  const standing = new Set<LeafIndex>();
  for (const { subject, asOf, validAt } of questions) {
    const size = Number(asOf) as TreeSize;
    await view.reached(size);
    const entries: SubjectEntries | null = await subjectEntries(ledger.vault, view, subject, size);
    if (entries === null) continue;
    for (const { index } of currentVersions(entries, validInstant(ledger, validAt)))
      standing.add(index);
  }
  return standing;
}
