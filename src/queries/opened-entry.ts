/** An entry with its sealed parts opened, for a reader who may see them. */
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import {
  parseRecordHeader,
  parseSignatureHeader,
  type RecordHeader,
  type SignatureHeader,
} from '../records/header.js';
import { parseStatement } from '../records/parse-statement.js';
import { type OpenedPart, openPart, rowIdOf } from '../records/sealing.js';
import type { RecordStatement, SignatureStatement, Statement } from '../records/statement.js';
import type { ViewedEntry } from '../views/log-view.js';
import { QueryError } from './query-error.js';

export type OpenedEntry = OpenedRecord | OpenedSignature | ErasedEntry | PlainEntry;

export interface OpenedRecord {
  readonly kind: 'record';
  readonly entry: ViewedEntry;
  readonly statement: RecordStatement;
  readonly header: OpenedPart;
  readonly said: RecordHeader;
  readonly payload: OpenedPart;
}

export interface OpenedSignature {
  readonly kind: 'signature';
  readonly entry: ViewedEntry;
  readonly statement: SignatureStatement;
  readonly header: OpenedPart;
  readonly said: SignatureHeader;
  /** CMS, DER. */
  readonly payload: OpenedPart;
}

/** A record or a signature that nobody can open any more: the secret of whom it is about has been destroyed. */
export interface ErasedEntry {
  readonly kind: 'erased';
  readonly entry: ViewedEntry;
  readonly statement: RecordStatement | SignatureStatement;
}

/** An entry that holds nothing sealed. */
export interface PlainEntry {
  readonly kind: 'plain';
  readonly entry: ViewedEntry;
  readonly statement: Exclude<Statement, RecordStatement | SignatureStatement>;
}

/** A record whose payload has not been opened. */
export interface RecordWithHeader {
  readonly entry: ViewedEntry;
  readonly statement: RecordStatement;
  readonly header: OpenedPart;
  readonly said: RecordHeader;
}

/**
 * Every commitment is checked while it is opened. A secret that is missing was destroyed; one that is missing though
 * nobody was forgotten is for `fsck` to find.
 *
 * @throws RecordsError SEAL_REFUSED, LedgerError LEDGER_DAMAGED.
 */
export async function openEntry(vault: Vault, entry: ViewedEntry): Promise<OpenedEntry> {
  const statement = parseStatement(entry.statement);
  if (statement.kind !== 'record' && statement.kind !== 'signature')
    return { kind: 'plain', entry, statement };
  return unlessErased(open(vault, entry, statement), { kind: 'erased', entry, statement });
}

/** As `openEntry`. @throws QueryError ENTRY_ERASED besides. */
export async function openUnerased(
  vault: Vault,
  entry: ViewedEntry,
): Promise<OpenedRecord | OpenedSignature | PlainEntry> {
  const statement = parseStatement(entry.statement);
  if (statement.kind !== 'record' && statement.kind !== 'signature')
    return { kind: 'plain', entry, statement };
  return open(vault, entry, statement);
}

/** What was to be opened, or what stands for it where it has been erased. */
export async function unlessErased<T, E>(opening: Promise<T>, erased: E): Promise<T | E> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof QueryError && error.code === 'ENTRY_ERASED') return erased;
    throw error;
  }
}

async function open(
  vault: Vault,
  entry: ViewedEntry,
  statement: RecordStatement | SignatureStatement,
): Promise<OpenedRecord | OpenedSignature> {
  switch (statement.kind) {
    case 'record':
      return openPayload(vault, await openHeader(vault, entry, statement));
    case 'signature': {
      const header = await openSealed(vault, entry, 0, statement.header);
      const payload = await openSealed(vault, entry, 1, statement.payload);
      const said = parseSignatureHeader(header.bytes);
      return { kind: 'signature', entry, statement, header, said, payload };
    }
  }
}

/** @throws as `openUnerased`. */
export async function openHeader(
  vault: Vault,
  entry: ViewedEntry,
  statement: RecordStatement,
): Promise<RecordWithHeader> {
  const header = await openSealed(vault, entry, 0, statement.header);
  return { entry, statement, header, said: parseRecordHeader(header.bytes) };
}

/** @throws as `openUnerased`: it may be erased between a header and its payload. */
export async function openPayload(vault: Vault, record: RecordWithHeader): Promise<OpenedRecord> {
  const payload = await openSealed(vault, record.entry, 1, record.statement.payload);
  return { kind: 'record', ...record, payload };
}

/** What a record holds of another person. @throws as `openUnerased`. */
export async function openRecordPart(
  vault: Vault,
  entry: ViewedEntry,
  { parts = [] }: RecordStatement,
  at: number,
): Promise<OpenedPart> {
  const part = parts[at];
  if (part === undefined) throw damaged(`entry ${entry.index} has no part ${at}`);
  return openSealed(vault, entry, FIRST_PART + at, part.payload);
}

/** Behind header and payload. */
const FIRST_PART = 2;

async function openSealed(
  vault: Vault,
  entry: ViewedEntry,
  at: number,
  commitment: RecordStatement['header'],
): Promise<OpenedPart> {
  const sealed = entry.sealedParts[at];
  if (sealed === undefined) throw damaged(`entry ${entry.index} lacks a sealed part`);
  const secret = await vault.secretOfRow(rowIdOf(sealed));
  if (secret === null)
    throw new QueryError(
      'ENTRY_ERASED',
      `entry ${entry.index} has been erased: the key that opened it is destroyed`,
    );
  return openPart(sealed, secret.secret, commitment);
}
