/** An entry with its sealed parts opened, for a reader who may see them. */
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { StoredEntry } from '../ledger/log-reader.js';
import {
  parseRecordHeader,
  parseSignatureHeader,
  type RecordHeader,
  type SignatureHeader,
} from '../records/header.js';
import { parseStatement } from '../records/parse-statement.js';
import { type OpenedPart, openPart, rowIdOf } from '../records/sealing.js';
import type { RecordStatement, SignatureStatement, Statement } from '../records/statement.js';

export type OpenedEntry = OpenedRecord | OpenedSignature | PlainEntry;

export interface OpenedRecord {
  readonly kind: 'record';
  readonly entry: StoredEntry;
  readonly statement: RecordStatement;
  readonly header: OpenedPart;
  readonly said: RecordHeader;
  readonly payload: OpenedPart;
}

export interface OpenedSignature {
  readonly kind: 'signature';
  readonly entry: StoredEntry;
  readonly statement: SignatureStatement;
  readonly header: OpenedPart;
  readonly said: SignatureHeader;
  /** CMS, DER. */
  readonly payload: OpenedPart;
}

/** An entry that holds nothing sealed. */
export interface PlainEntry {
  readonly kind: 'plain';
  readonly entry: StoredEntry;
  readonly statement: Exclude<Statement, RecordStatement | SignatureStatement>;
}

/**
 * Every commitment is checked while it is opened.
 *
 * @throws RecordsError SEAL_REFUSED, LedgerError LEDGER_DAMAGED if a secret is missing.
 */
export async function openEntry(vault: Vault, entry: StoredEntry): Promise<OpenedEntry> {
  const statement = parseStatement(entry.statement);
  switch (statement.kind) {
    case 'record': {
      const header = await open(vault, entry, 0, statement.header);
      const payload = await open(vault, entry, 1, statement.payload);
      const said = parseRecordHeader(header.bytes);
      return { kind: 'record', entry, statement, header, said, payload };
    }
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

async function open(
  vault: Vault,
  entry: StoredEntry,
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
