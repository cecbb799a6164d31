/** The statements and headers of an evidence file, read and not yet verified. */
import type { Sha256Digest } from '../../base/brand.js';
import {
  parseRecordHeader,
  parseSignatureHeader,
  type RecordHeader,
  type SignatureHeader,
} from '../../records/header.js';
import { parseStatement } from '../../records/parse-statement.js';
import type { Statement, StatementKind } from '../../records/statement.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import type { EvidenceEntry, ProvedStatement } from '../evidence-file.js';
import { type Finding, finding } from './outcome.js';
import { isFinding, readPart } from './read-part.js';

type StatementOf<K extends StatementKind> = Extract<Statement, { kind: K }>;

export interface ReadStatement<S extends Statement = Statement> {
  readonly bytes: Uint8Array;
  readonly content: S;
  readonly inclusion: readonly Sha256Digest[];
  readonly leafHash: Sha256Digest;
}

export interface ReadEntry<S extends Statement = Statement> extends ReadStatement<S> {
  readonly file: EvidenceEntry;
  /** Null if the file does not open it; a finding if it cannot be read. */
  readonly header: RecordHeader | SignatureHeader | Finding | null;
}

/** @param kinds those that may stand there. */
export function readStatement<K extends StatementKind>(
  { statement: bytes, inclusion }: ProvedStatement,
  where: string,
  ...kinds: readonly K[]
): ReadStatement<StatementOf<K>> | Finding {
  const content = readPart('statement.malformed', where, () => parseStatement(bytes));
  if (isFinding(content)) return content;
  if (!isOfKind(content, kinds))
    return finding('statement.kind', { where, kind: content.kind, kinds: kinds.join(' or ') });
  return { bytes, content, inclusion, leafHash: leafHash(bytes) };
}

export function readEntry<K extends StatementKind>(
  file: EvidenceEntry,
  where: string,
  ...kinds: readonly K[]
): ReadEntry<StatementOf<K>> | Finding {
  const statement = readStatement(file, where, ...kinds);
  if (isFinding(statement)) return statement;
  return { ...statement, file, header: readHeader(file, statement.content.kind, where) };
}

function isOfKind<K extends StatementKind>(
  statement: Statement,
  kinds: readonly K[],
): statement is StatementOf<K> {
  return kinds.some((kind) => kind === statement.kind);
}

function readHeader(
  { header }: EvidenceEntry,
  kind: StatementKind,
  where: string,
): ReadEntry['header'] {
  if (header === undefined) return null;
  switch (kind) {
    case 'record':
      return readPart('header.malformed', where, () => parseRecordHeader(header.bytes));
    case 'signature':
      return readPart('header.malformed', where, () => parseSignatureHeader(header.bytes));
    default:
      return null;
  }
}
