/** Whole answers about a person in one file that others verify offline (docs/formats/collection.md). */
import type { DisclosedEntry } from '../access/disclosure.js';
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { AnsweredQuestion, CollectionFile } from '../evidence/collection-file.js';
import { developmentPartsOfCollection } from '../evidence/development-parts.js';
import type { EvidenceEntry } from '../evidence/evidence-file.js';
import { formatCollection } from '../evidence/format-collection.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { Statement } from '../records/statement.js';
import { historiesOfAuthors } from './author-histories.js';
import { batchToShow } from './batch-to-show.js';
import { disclosedEntry } from './disclosed-entries.js';
import {
  anchorsOf,
  evidenceAnchor,
  evidenceEntry,
  evidenceLog,
  evidenceWitnessed,
  type EvidenceSources,
  headSize,
  proved,
} from './evidence-parts.js';
import { evidenceStamp, stampOf } from './evidence-stamp.js';
import { openEntry } from './opened-entry.js';
import { type CompleteAnswer, proveComplete, provedMap } from './prove-complete.js';
import { QueryError } from './query-error.js';
import { validInstant } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';

export interface CollectionQuestion {
  readonly subject: string;
  readonly origin?: string | undefined;
  readonly asOf?: string | undefined;
  readonly validAt?: string | undefined;
  readonly types?: readonly string[] | undefined;
}

export interface ExportedCollection {
  readonly bytes: Uint8Array;
  /** That each question's answer is of. */
  readonly sizes: readonly TreeSize[];
  /** What of it is opened, but for signatures over a batch: these are about nobody. */
  readonly shown: readonly DisclosedEntry[];
  /** Whose histories are in it. */
  readonly authors: readonly string[];
}

/** What a file says it was made for, and what of its answers it may open. */
export interface CollectionPurpose {
  readonly inspection: JsonObject;
  /** Of records of the subjects, and signatures of these. */
  readonly mayOpen: (entry: OwnEntry) => boolean;
}

export interface OwnEntry {
  readonly subject: string;
  readonly index: LeafIndex;
  readonly recordedAt: UnixMillis;
  /** Null of a signature. */
  readonly type: string | null;
}

/** In one file: a node makes it in memory. */
const MAX_ENTRIES = 10_000;

/**
 * @param questions about one log.
 * @param purpose without one all that is the subjects' own is opened.
 * @throws QueryError QUERY_TOO_BROAD; as `proveComplete`.
 */
export async function exportCollection(
  sources: Omit<EvidenceSources, 'vault'>,
  ledger: TenantLedger,
  questions: readonly CollectionQuestion[],
  purpose?: CollectionPurpose,
): Promise<ExportedCollection> {
  const answers: CompleteAnswer[] = [];
  for (const { subject, origin, asOf } of questions)
    answers.push(await proveComplete(ledger, subject, { origin, asOf }));
  const [first] = answers;
  if (first === undefined) throw new Error('a collection answers a question');
  const { reader } = first;
  const indices = indicesOf(answers);
  const last = Math.max(...indices, ...answers.map(({ map }) => map.index)) as LeafIndex;
  const batch = await batchToShow(reader, last);
  const { after } = await anchorsOf(sources.anchored, { reader, index: last });
  const { recordedAt } = parseStatement((await reader.entry(last)).statement);
  const stamped = await stampOf(sources.stamped, { reader, index: last }, recordedAt);
  const witness = await sources.witnessed.covering(reader, last);
  const attached = batch?.signatures ?? [];
  const held = Math.max(
    (await reader.block(Math.max(last, ...attached) as LeafIndex)).size,
    ...[after, stamped, witness].flatMap((head) => (head === null ? [] : [headSize(head)])),
  ) as TreeSize;
  const size = await reader.vouchedSize(held);
  const subjects = new Map(
    questions.map(({ subject }, at) => [answers[at]?.completeness.tag, subject]),
  );
  const leaves = new Set(
    answers.flatMap(({ items }) => items.map(({ leafHash }) => toHex(leafHash))),
  );
  const mayOpen = (index: LeafIndex, statement: Statement): boolean => {
    const subject = 'tags' in statement ? subjects.get(statement.tags.subject) : undefined;
    if (subject === undefined) return false;
    // What it is over is not in the file: it is over a batch, and the subject asked for is the log.
    if (statement.kind === 'signature' && !leaves.has(statement.of)) return false;
    const { recordedAt } = statement;
    const type = statement.kind === 'record' ? statement.type : null;
    return purpose === undefined || purpose.mayOpen({ subject, index, recordedAt, type });
  };
  const { entries, shown } = await collect(ledger, reader, { indices, size, mayOpen });
  const { histories, authors } = await historiesOfAuthors(sources.historyOf, entries);
  const file: CollectionFile = {
    ...(after !== null && { anchors: { after: await evidenceAnchor(reader, after, size) } }),
    ...(batch !== null && { batch: await proved(reader, batch.index, size) }),
    entries,
    ...(histories.length > 0 && { histories }),
    ...(purpose !== undefined && { inspection: purpose.inspection }),
    log: await evidenceLog(sources, reader, size),
    questions: await Promise.all(
      questions.map((question, at) =>
        answered(ledger, question, answers[at] ?? first, indices, size),
      ),
    ),
    ...(batch !== null && {
      signatures: await Promise.all(
        attached.map((index) => evidenceEntry(ledger.vault, reader, index, size)),
      ),
    }),
    ...(stamped !== null && { timeStamp: await evidenceStamp(reader, stamped, size) }),
    ...(witness !== null && { witnessed: await evidenceWitnessed(reader, witness, size) }),
  };
  const development = developmentPartsOfCollection(file);
  const whole = development.length === 0 ? file : { ...file, development };
  const bytes = formatCollection(whole);
  return { bytes, sizes: answers.map((one) => one.size), shown, authors };
}

function indicesOf(answers: readonly CompleteAnswer[]): readonly LeafIndex[] {
  const indices = new Set(answers.flatMap(({ items }) => items.map(({ index }) => index)));
  if (indices.size > MAX_ENTRIES)
    throw new QueryError(
      'QUERY_TOO_BROAD',
      `a file of evidence holds at most ${MAX_ENTRIES} entries: ask as of an earlier size`,
    );
  return [...indices].sort((a, b) => a - b);
}

interface Collecting {
  readonly indices: readonly LeafIndex[];
  readonly size: TreeSize;
  readonly mayOpen: (index: LeafIndex, statement: Statement) => boolean;
}

/** Records of the subjects and signatures are opened; of others' records only that they are there. */
async function collect(
  { vault }: TenantLedger,
  reader: LogReader,
  { indices, size, mayOpen }: Collecting,
): Promise<{ entries: EvidenceEntry[]; shown: DisclosedEntry[] }> {
  const entries: EvidenceEntry[] = [];
  const shown: DisclosedEntry[] = [];
  for (const index of indices) {
    const entry = await reader.entry(index);
    if (!mayOpen(index, parseStatement(entry.statement))) {
      entries.push(await proved(reader, index, size));
      continue;
    }
    entries.push(await evidenceEntry(vault, reader, index, size));
    shown.push(disclosedEntry(await openEntry(vault, entry)));
  }
  return { entries, shown };
}

async function answered(
  ledger: TenantLedger,
  { subject, types, validAt: at }: CollectionQuestion,
  answer: CompleteAnswer,
  indices: readonly LeafIndex[],
  size: TreeSize,
): Promise<AnsweredQuestion> {
  const validAt = validInstant(ledger, at);
  const places = new Map(indices.map((index, place) => [index, place]));
  return {
    completeness: await provedMap(answer, size),
    entries: answer.items.map(({ index }) => places.get(index) ?? 0),
    question: {
      asOf: answer.size,
      ledger: ledger.ledger.identity.name,
      subject,
      ...(types !== undefined && { types: [...new Set(types)].sort() }),
      ...(validAt !== undefined && { validAt }),
    },
  };
}
