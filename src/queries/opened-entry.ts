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

export type OpenedEntry = OpenedRecord | OpenedSignature | PlainEntry;

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
 * Every commitment is checked while it is opened.
 *
 * @throws RecordsError SEAL_REFUSED, LedgerError LEDGER_DAMAGED if a secret is missing.
 */
export async function openEntry(vault: Vault, entry: ViewedEntry): Promise<OpenedEntry> {
  const statement = parseStatement(entry.statement);
  switch (statement.kind) {
    case 'record':
      return openPayload(vault, await openHeader(vault, entry, statement));
    case 'signature': {
      const header = await open(vault, entry, 0, statement.header);
      const payload = await open(vault, entry, 1, statement.payload);
      const said = parseSignatureHeader(header.bytes);
      return { kind: 'signature', entry, statement, header, said, payload };
    }
    default:
      return { kind: 'plain', entry, statement };
  }
}

/** @throws as `openEntry`. */
export async function openHeader(
  vault: Vault,
  entry: ViewedEntry,
  statement: RecordStatement,
): Promise<RecordWithHeader> {
  const header = await open(vault, entry, 0, statement.header);
  return { entry, statement, header, said: parseRecordHeader(header.bytes) };
}

/** @throws as `openEntry`. */
export async function openPayload(vault: Vault, record: RecordWithHeader): Promise<OpenedRecord> {
  const payload = await open(vault, record.entry, 1, record.statement.payload);
  return { kind: 'record', ...record, payload };
}

/** What a record holds of another person. @throws as `openEntry`. */
export async function openRecordPart(
  vault: Vault,
  entry: ViewedEntry,
  { parts = [] }: RecordStatement,
  at: number,
): Promise<OpenedPart> {
  const part = parts[at];
  if (part === undefined) throw damaged(`entry ${entry.index} has no part ${at}`);
  return open(vault, entry, FIRST_PART + at, part.payload);
}

/** Behind header and payload. */
const FIRST_PART = 2;

async function open(
  vault: Vault,
  entry: ViewedEntry,
  at: number,
  commitment: RecordStatement['header'],
): Promise<OpenedPart> {
  const sealed = entry.sealedParts[at];
  if (sealed === undefined) throw damaged(`entry ${entry.index} lacks a sealed part`);
  const secret = await vault.secretOfRow(rowIdOf(sealed));
  if (secret === null)
    throw damaged(`entry ${entry.index}: the secret it is sealed under is missing from the vault`);
  return openPart(sealed, secret.secret, commitment);
}
