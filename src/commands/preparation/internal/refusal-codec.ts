/** Refusals between threads: structured cloning would lose their class, their code and their path. */
import type { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { BaseError, type BaseErrorCode, type ChirographError } from '../../../base/errors.js';
import { IdentityError, type IdentityErrorCode } from '../../../identities/identity-error.js';
import {
  type EscrowErrorCode,
  KeysError,
  type KeysErrorCode,
  type SealKeyErrorCode,
} from '../../../keys/keys-error.js';
import { RecordsError, type RecordsErrorCode } from '../../../records/records-error.js';
import {
  type SchemaFault,
  SchemasError,
  type SchemasErrorCode,
} from '../../../schemas/schemas-error.js';
import { readFaults, writeFaults } from './fault-codec.js';
import type { TextReader, TextWriter } from './text-codec.js';

/** Nothing is sealed there, and no tenant is made. */
type VaultErrorCode = Exclude<KeysErrorCode, EscrowErrorCode | SealKeyErrorCode>;
/** No identity is changed there. */
type ClaimErrorCode = Extract<IdentityErrorCode, `CLAIM_${string}` | 'IDENTITY_CLOCK_BEHIND'>;
type RefusalCode =
  BaseErrorCode | RecordsErrorCode | VaultErrorCode | SchemasErrorCode | ClaimErrorCode;
type Restore = (message: string, path: string, faults: readonly SchemaFault[]) => ChirographError;

/** A code is sent as its place in this table. Causes stay behind: nobody but a debugger reads them. */
const RESTORE = {
  BYTES_MALFORMED: base('BYTES_MALFORMED'),
  JSON_MALFORMED: base('JSON_MALFORMED'),
  JSON_NOT_CANONICAL: base('JSON_NOT_CANONICAL'),
  TIME_MALFORMED: base('TIME_MALFORMED'),
  DATE_NOT_IN_ZONE: base('DATE_NOT_IN_ZONE'),
  RECORD_MALFORMED: records('RECORD_MALFORMED'),
  RECORD_TYPE_RESERVED: records('RECORD_TYPE_RESERVED'),
  RECORD_CLAIM_DIFFERS: records('RECORD_CLAIM_DIFFERS'),
  RECORD_TOO_LARGE: records('RECORD_TOO_LARGE'),
  RECORD_ATTACHMENT_UNKNOWN: records('RECORD_ATTACHMENT_UNKNOWN'),
  RECORD_ATTACHMENT_REFUSED: records('RECORD_ATTACHMENT_REFUSED'),
  RECORD_FORMAT_NEWER: records('RECORD_FORMAT_NEWER'),
  STATEMENT_MALFORMED: records('STATEMENT_MALFORMED'),
  STATEMENT_KIND_UNKNOWN: records('STATEMENT_KIND_UNKNOWN'),
  HEADER_MALFORMED: records('HEADER_MALFORMED'),
  BLOCK_MALFORMED: records('BLOCK_MALFORMED'),
  SEAL_REFUSED: records('SEAL_REFUSED'),
  KEYS_STORE_UNSAFE: keys('KEYS_STORE_UNSAFE'),
  KEYS_FILE_DAMAGED: keys('KEYS_FILE_DAMAGED'),
  KEYS_FORMAT_NEWER: keys('KEYS_FORMAT_NEWER'),
  KEYS_MISSING: keys('KEYS_MISSING'),
  KEYS_EXISTS: keys('KEYS_EXISTS'),
  KEYS_LOCKED: keys('KEYS_LOCKED'),
  KEYS_FAILED: keys('KEYS_FAILED'),
  KEYS_VAULT_DAMAGED: keys('KEYS_VAULT_DAMAGED'),
  KEYS_VAULT_PUSHBACK: keys('KEYS_VAULT_PUSHBACK'),
  SCHEMA_REFUSED: schemas('SCHEMA_REFUSED'),
  SCHEMA_UNKNOWN: schemas('SCHEMA_UNKNOWN'),
  SCHEMA_LIMIT: schemas('SCHEMA_LIMIT'),
  RECORD_SCHEMA_INVALID: schemas('RECORD_SCHEMA_INVALID'),
  RECORD_SCHEMA_MISSING: schemas('RECORD_SCHEMA_MISSING'),
  CLAIM_AUTHOR_UNKNOWN: claims('CLAIM_AUTHOR_UNKNOWN'),
  CLAIM_KEY_UNKNOWN: claims('CLAIM_KEY_UNKNOWN'),
  CLAIM_KEY_REVOKED: claims('CLAIM_KEY_REVOKED'),
  CLAIM_AUTHOR_SUSPENDED: claims('CLAIM_AUTHOR_SUSPENDED'),
  CLAIM_AUTHOR_REVOKED: claims('CLAIM_AUTHOR_REVOKED'),
  CLAIM_BEFORE_KEY: claims('CLAIM_BEFORE_KEY'),
  CLAIM_DATED_AHEAD: claims('CLAIM_DATED_AHEAD'),
  CLAIM_SIGNATURE_INVALID: claims('CLAIM_SIGNATURE_INVALID'),
  IDENTITY_CLOCK_BEHIND: claims('IDENTITY_CLOCK_BEHIND'),
} satisfies Readonly<Record<RefusalCode, Restore>>;

const CODES: readonly string[] = Object.keys(RESTORE);
const RESTORERS: readonly Restore[] = Object.values(RESTORE);

export function writeRefusal(writer: ByteWriter, texts: TextWriter, error: ChirographError): void {
  const at = CODES.indexOf(error.code);
  // Of no folder that prepares: a mistake of ours, and not the record's fault.
  if (at === -1) throw error;
  writer.u8(at);
  texts.add(error.message);
  texts.add(error instanceof RecordsError || error instanceof IdentityError ? error.path : '');
  writeFaults(writer, texts, error instanceof SchemasError ? error.faults : []);
}

/** @throws BaseError BYTES_MALFORMED. */
export function readRefusal(reader: ByteReader, texts: TextReader): ChirographError {
  const restore = RESTORERS[reader.u8()];
  if (restore === undefined) throw new BaseError('BYTES_MALFORMED', 'an unknown refusal');
  return restore(texts.next(), texts.next(), readFaults(reader, texts));
}

function base(code: BaseErrorCode): Restore {
  return (message) => new BaseError(code, message);
}

function records(code: RecordsErrorCode): Restore {
  return (message, path) => new RecordsError(code, message, { path });
}

function claims(code: ClaimErrorCode): Restore {
  return (message, path) => new IdentityError(code, message, { path });
}

function keys(code: KeysErrorCode): Restore {
  return (message) => new KeysError(code, message);
}

function schemas(code: SchemasErrorCode): Restore {
  return (message, _path, faults) => new SchemasError(code, message, { faults });
}
