/** A collection with everything in it read that its checks need. Nothing is verified. */
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import { personTagsOf } from '../../records/person-tags.js';
import type {
  BatchStatement,
  MapStatement,
  RecordStatement,
  SignatureStatement,
} from '../../records/statement.js';
import type { AnsweredQuestion, CollectionFile } from '../collection-file.js';
import {
  isUnreadable,
  readSignedLog,
  type ReadLogFile,
  statementsOfLog,
  type Unreadable,
} from './read-evidence.js';
import { isFinding, readAll } from './read-part.js';
import { type ReadEntry, readEntry, type ReadStatement, readStatement } from './read-statement.js';

export type CollectedEntry = ReadEntry<RecordStatement | SignatureStatement>;

/** As the log's other checks see it, its `entry` is the newest of all entries and maps. */
export interface ReadCollection extends ReadLogFile {
  readonly file: CollectionFile;
  readonly entries: readonly CollectedEntry[];
  /** By leaf hash. */
  readonly byLeaf: ReadonlyMap<HexDigest, CollectedEntry>;
  /** By each person tag that they carry. */
  readonly byTag: ReadonlyMap<HexDigest, readonly CollectedEntry[]>;
  readonly questions: readonly ReadQuestion[];
  /** Null if the file has none. */
  readonly batch: ReadStatement<BatchStatement> | null;
  /** Over the batch, or over one another. */
  readonly signatures: readonly ReadEntry<SignatureStatement>[];
}

export interface ReadQuestion extends AnsweredQuestionParts {
  readonly map: ReadEntry<MapStatement>;
  readonly shown: readonly CollectedEntry[];
}

type AnsweredQuestionParts = Pick<AnsweredQuestion, 'question' | 'completeness'>;

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function readCollection(file: CollectionFile): ReadCollection | Unreadable {
  const entries = readAll(file.entries, (entry, at) =>
    readEntry(entry, `entry ${at} of the file`, 'record', 'signature'),
  );
  if (isFinding(entries)) return { check: 'statement', finding: entries };
  const questions = readAll(file.questions, (answered, at) => readQuestion(answered, at, entries));
  if (isFinding(questions)) return { check: 'statement', finding: questions };
  const batch = file.batch === undefined ? null : readStatement(file.batch, 'the batch', 'batch');
  if (batch !== null && isFinding(batch)) return { check: 'statement', finding: batch };
  const signatures = readAll(file.signatures ?? [], (signature, at) =>
    readEntry(signature, `signature ${at + 1}`, 'signature'),
  );
  if (isFinding(signatures)) return { check: 'statement', finding: signatures };
  const signed = readSignedLog(file.log);
  if (isUnreadable(signed)) return signed;
  const maps = questions.map(({ map }) => map);
  return {
    file,
    ...signed,
    entries,
    questions,
    batch,
    signatures,
    entry: newest([...entries, ...maps]),
    statements: [
      ...statementsOfLog(signed.log),
      ...entries,
      ...maps,
      ...(batch === null ? [] : [batch]),
      ...signatures,
    ],
    byLeaf: new Map(entries.map((entry) => [digestToHex(entry.leafHash), entry])),
    byTag: tagged(entries),
  };
}

/** Those of the log that are neither its own history nor entries of answers. */
export function mapsOf({ questions }: ReadCollection): readonly ReadStatement<MapStatement>[] {
  return questions.map(({ map }) => map);
}

function readQuestion(
  { completeness, entries: places, question }: AnsweredQuestion,
  at: number,
  entries: readonly CollectedEntry[],
) {
  const map = readEntry(completeness.map, `the map of question ${at + 1}`, 'map');
  if (isFinding(map)) return map;
  // The parser has seen that there is an entry at each of the places.
  const shown = places.flatMap((place) => entries[place] ?? []);
  return { question, completeness, map, shown };
}

/** There is a question, and so a map. */
function newest(entries: readonly ReadEntry[]): ReadEntry {
  return entries.reduce((last, each) => (each.content.index > last.content.index ? each : last));
}

function tagged(entries: readonly CollectedEntry[]): Map<HexDigest, CollectedEntry[]> {
  const byTag = new Map<HexDigest, CollectedEntry[]>();
  for (const entry of entries)
    for (const tag of personTagsOf(entry.content)) {
      const others = byTag.get(tag);
      if (others === undefined) byTag.set(tag, [entry]);
      else others.push(entry);
    }
  return byTag;
}
