/** Prepared records on their way back from the worker, in one buffer that is handed over. */
import { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { assert, BaseError, ChirographError } from '../../../base/errors.js';
import { type HexDigest, hexDigest } from '../../../base/hex-digest.js';
import type { PreparedEntry } from '../../../records/prepared-entry.js';
import type { Preparation, PreparedRecord } from '../preparer.js';
import { readFlag, readMany } from './batch-codec.js';
import { readFaults, writeFaults } from './fault-codec.js';
import { readRefusal, writeRefusal } from './refusal-codec.js';
import { TextReader, TextWriter } from './text-codec.js';

/** Texts first, so that they can be had while the fields are read. */
export function encodeResults(results: readonly Preparation[]): Uint8Array {
  const fields = new ByteWriter(results.length * EXPECTED_LENGTH);
  const texts = new TextWriter(fields);
  fields.u32(results.length);
  for (const result of results) {
    fields.u8(result instanceof ChirographError ? REFUSED : PREPARED);
    if (result instanceof ChirographError) writeRefusal(fields, texts, result);
    else writePrepared(fields, texts, result);
  }
  const text = texts.finish();
  const writer = new ByteWriter(4 + text.length + fields.length);
  writer.bytes32(text);
  writer.bytes(fields.finish());
  return writer.finish();
}

/**
 * Sealed parts are views of `bytes`.
 * @param month of the batch that these are the results of.
 * @throws BaseError BYTES_MALFORMED unless `encodeResults` wrote it.
 */
export function decodeResults(bytes: Uint8Array, month: string): Preparation[] {
  const reader = new ByteReader(bytes);
  const texts = new TextReader(reader, reader.bytes32(reader.remaining));
  const results = readMany(reader, () => {
    const kind = reader.u8();
    if (kind === PREPARED) return readPrepared(reader, texts, month);
    if (kind === REFUSED) return readRefusal(reader, texts);
    throw new BaseError('BYTES_MALFORMED', 'neither a record nor a refusal');
  });
  texts.end();
  reader.end();
  return results;
}

/** Fields of an ordinary record; a larger one costs a copy. */
const EXPECTED_LENGTH = 1024;
const REFUSED = 0;
const PREPARED = 1;
const TAG_LENGTH = 32;
const ROW_ID_LENGTH = 16;

function writePrepared(
  fields: ByteWriter,
  texts: TextWriter,
  { entry, idempotencyTag, warnings, refusal }: PreparedRecord,
): void {
  const { kind, template, subjectTag, thing, isFirst, retracts, of } = entry;
  const { recordTag, rowIds, sealedParts } = entry;
  assert(kind === 'record' && of === null && thing !== null, 'only records are prepared here');
  texts.add(template.beforeIndex);
  texts.add(template.beforePrev);
  texts.add(template.afterRecordedAt);
  texts.add(subjectTag);
  texts.add(thing);
  texts.add(retracts ?? '');
  fields.u8(isFirst ? 1 : 0);
  for (const tag of [recordTag, idempotencyTag]) {
    fields.u8(tag === null ? 0 : 1);
    if (tag !== null) fields.bytes(tag);
  }
  fields.u32(rowIds.length);
  for (const rowId of rowIds) fields.bytes(rowId);
  fields.u32(sealedParts.length);
  for (const part of sealedParts) fields.bytes32(part);
  writeFaults(fields, texts, warnings);
  fields.u8(refusal === null ? 0 : 1);
  if (refusal !== null) writeRefusal(fields, texts, refusal);
}

function readPrepared(reader: ByteReader, texts: TextReader, month: string): PreparedRecord {
  const template = {
    beforeIndex: texts.next(),
    beforePrev: texts.next(),
    afterRecordedAt: texts.next(),
  };
  const subjectTag = hexDigest(texts.next());
  const thing = hexDigest(texts.next());
  const retracts = digestOrNull(texts.next());
  const isFirst = readFlag(reader);
  const recordTag = readTag(reader);
  const idempotencyTag = readTag(reader);
  const rowIds = readMany(reader, () => reader.bytes(ROW_ID_LENGTH));
  const sealedParts = readMany(reader, () => reader.bytes32(reader.remaining));
  const warnings = readFaults(reader, texts);
  const refusal = readFlag(reader) ? readRefusal(reader, texts) : null;
  const entry: PreparedEntry = {
    kind: 'record',
    template,
    sealedParts,
    subjectTag,
    thing,
    isFirst,
    retracts,
    of: null,
    follows: null,
    recordTag,
    rowIds,
    month,
  };
  return { entry, idempotencyTag, warnings, refusal };
}

function readTag(reader: ByteReader): Uint8Array | null {
  return readFlag(reader) ? reader.bytes(TAG_LENGTH) : null;
}

function digestOrNull(text: string): HexDigest | null {
  return text === '' ? null : hexDigest(text);
}
