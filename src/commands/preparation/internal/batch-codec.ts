/** A batch on its way to the worker, in one buffer that is handed over, not copied. */
import type { UnixMillis } from '../../../base/brand.js';
import { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { utf8, utf8ToString } from '../../../base/bytes.js';
import { BaseError } from '../../../base/errors.js';
import type { ClaimAuthor } from '../../../identities/claim-signature.js';
import type { TypeClasses } from '../../../records/record-scopes.js';
import { UNKNOWN_TYPES } from '../../../schemas/schema-document.js';
import type { ClaimContext, PreparationBatch, SchemaCheck } from '../preparer.js';
import type { RecordText } from '../record-request.js';

export function encodeBatch(batch: PreparationBatch): Uint8Array {
  const { tenant, ledger, author, month, texts } = batch;
  const length = texts.reduce((sum, { bytes }) => sum + 5 + bytes.length, CONTEXT_LENGTH);
  const writer = new ByteWriter(length);
  for (const text of [tenant, ledger, author, month]) writer.bytes16(utf8(text));
  writer.bytes16(batch.idempotencyKey);
  writeClaims(writer, batch.claims);
  writeSchemaCheck(writer, batch.schemas);
  writeClasses(writer, batch.typeClasses);
  writer.u32(batch.vaultEdition);
  writer.u8(Number(batch.isShared));
  writer.u32(batch.maxPayloadBytes);
  writer.u32(texts.length);
  for (const text of texts) writeText(writer, text);
  return writer.finish();
}

/** @throws BaseError BYTES_MALFORMED unless `encodeBatch` wrote it. */
export function decodeBatch(bytes: Uint8Array): PreparationBatch {
  const reader = new ByteReader(bytes);
  const text = (): string => utf8ToString(reader.bytes16());
  const batch = {
    tenant: text(),
    ledger: text(),
    author: text(),
    month: text(),
    idempotencyKey: reader.bytes16(),
    claims: readClaims(reader),
    schemas: readSchemaCheck(reader),
    typeClasses: readClasses(reader),
    vaultEdition: reader.u32(),
    isShared: readFlag(reader),
    maxPayloadBytes: reader.u32(),
    texts: readMany(reader, () => readText(reader)),
  };
  reader.end();
  return batch;
}

/** `u32 count`, then so many. Grows item by item: a wrong count ends with the bytes. */
export function readMany<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(read());
  return items;
}

export function readFlag(reader: ByteReader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw new BaseError('BYTES_MALFORMED', 'a flag is neither 0 nor 1');
  return flag === 1;
}

/** All but the texts; a longer author and keys of headers cost one copy. */
const CONTEXT_LENGTH = 512;
const KEY_IN_TEXT = 0;
const NO_KEY = 1;
const KEY_OF_HEADER = 2;

const CHECKED_MODES = ['strict', 'warn'] as const;

function writeSchemaCheck(writer: ByteWriter, check: SchemaCheck | null): void {
  writer.u8(check === null ? 0 : 1);
  if (check === null) return;
  writer.u8(CHECKED_MODES.indexOf(check.mode));
  writer.u8(UNKNOWN_TYPES.indexOf(check.unknownTypes));
  writer.u32(check.epoch);
}

function readSchemaCheck(reader: ByteReader): SchemaCheck | null {
  if (!readFlag(reader)) return null;
  const mode = CHECKED_MODES[reader.u8()];
  const unknownTypes = UNKNOWN_TYPES[reader.u8()];
  if (mode === undefined || unknownTypes === undefined)
    throw new BaseError('BYTES_MALFORMED', 'not a way of checking');
  return { mode, unknownTypes, epoch: reader.u32() };
}

function writeClasses(writer: ByteWriter, classes: TypeClasses): void {
  const rows = Object.entries(classes);
  writer.u32(rows.length);
  for (const texts of rows) for (const text of texts) writer.bytes16(utf8(text));
}

function readClasses(reader: ByteReader): TypeClasses {
  const text = (): string => utf8ToString(reader.bytes16());
  return Object.fromEntries(readMany(reader, () => [text(), text()]));
}

function writeClaims(writer: ByteWriter, { author, now, recordedAt }: ClaimContext): void {
  writer.u64(now);
  writer.u64(recordedAt);
  writer.bytes32(utf8(author === null ? '' : JSON.stringify(author)));
}

/** What the other thread wrote is what it says: it has been read strictly where it came from. */
function readClaims(reader: ByteReader): ClaimContext {
  const now = reader.u64() as UnixMillis;
  const recordedAt = reader.u64() as UnixMillis;
  const author = utf8ToString(reader.bytes32(reader.remaining));
  return { author: author === '' ? null : (JSON.parse(author) as ClaimAuthor), now, recordedAt };
}

function writeText(writer: ByteWriter, { bytes, idempotencyKey }: RecordText): void {
  if (idempotencyKey === undefined) writer.u8(KEY_IN_TEXT);
  else if (idempotencyKey === null) writer.u8(NO_KEY);
  else {
    writer.u8(KEY_OF_HEADER);
    writer.bytes16(utf8(idempotencyKey));
  }
  writer.bytes32(bytes);
}

function readText(reader: ByteReader): RecordText {
  const kind = reader.u8();
  if (kind > KEY_OF_HEADER) throw new BaseError('BYTES_MALFORMED', 'not a text of a batch');
  const idempotencyKey = kind === KEY_OF_HEADER ? utf8ToString(reader.bytes16()) : null;
  const bytes = reader.bytes32(reader.remaining);
  return kind === KEY_IN_TEXT ? { bytes } : { bytes, idempotencyKey };
}
