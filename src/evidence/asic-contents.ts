/**
 * The data files of a container, made from the evidence in it: for the writer to put in, and for the verifier
 * to compare, so that what people read beside a proof is what is proven (docs/formats/asic.md).
 */
import { toBase64, utf8 } from '../base/bytes.js';
import {
  canonicalJson,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../base/canonical-json.js';
import { JSON_MEDIA_TYPE, parseRecordHeader, parseSignatureHeader } from '../records/header.js';
import { parseStatement } from '../records/parse-statement.js';
import {
  COLLECTION_NAME,
  type ContainerFile,
  EVIDENCE_NAME,
  README_NAME,
  SIGNATURE_TYPE,
} from './asic-container.js';
import type { CollectionFile } from './collection-file.js';
import type { EvidenceEntry, EvidenceFile } from './evidence-file.js';
import { COLLECTION_README, ENTRY_README } from './internal/container-readme.js';

/**
 * @param bytes those that `file` was read from.
 * @throws ChirographError if a statement or header in it cannot be read.
 */
export function evidenceContents(bytes: Uint8Array, file: EvidenceFile): ContainerFile[] {
  const { batch, entry, signatures = [] } = file;
  return [
    { name: EVIDENCE_NAME, mediaType: JSON_MEDIA_TYPE, bytes },
    { name: 'statement.json', mediaType: JSON_MEDIA_TYPE, bytes: entry.statement },
    ...payloadFile(entry),
    ...(batch === undefined
      ? []
      : [{ name: 'batch.json', mediaType: JSON_MEDIA_TYPE, bytes: batch.statement }]),
    ...signatures.flatMap(({ payload }, at): ContainerFile[] => {
      const name = `signatures/${String(at + 1).padStart(3, '0')}.p7s`;
      return payload === undefined
        ? []
        : [{ name, mediaType: SIGNATURE_TYPE, bytes: payload.bytes }];
    }),
    readme(ENTRY_README),
  ];
}

/** As `evidenceContents`. */
export function collectionContents(bytes: Uint8Array, file: CollectionFile): ContainerFile[] {
  const lines = file.entries.map((entry) => `${canonicalJson(lineOf(entry))}\n`);
  return [
    { name: COLLECTION_NAME, mediaType: JSON_MEDIA_TYPE, bytes },
    { name: 'entries.jsonl', mediaType: 'application/x-ndjson', bytes: utf8(lines.join('')) },
    readme(COLLECTION_README),
  ];
}

function readme(bytes: Uint8Array): ContainerFile {
  return { name: README_NAME, mediaType: 'text/plain', bytes };
}

/** The media types of records are anyone's text: those of a container are of this table. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  [JSON_MEDIA_TYPE]: 'json',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  [SIGNATURE_TYPE]: 'p7s',
};

function payloadFile(entry: EvidenceEntry): ContainerFile[] {
  if (entry.payload === undefined) return [];
  const mediaType = mediaTypeOf(entry);
  const isKnown = mediaType !== null && Object.hasOwn(EXTENSIONS, mediaType);
  return [
    {
      name: `payload.${isKnown ? (EXTENSIONS[mediaType] ?? '') : 'bin'}`,
      mediaType: isKnown ? mediaType : 'application/octet-stream',
      bytes: entry.payload.bytes,
    },
  ];
}

function mediaTypeOf({ statement, header }: EvidenceEntry): string | null {
  if (header === undefined) return null;
  const { kind } = parseStatement(statement);
  const parsed =
    kind === 'signature' ? parseSignatureHeader(header.bytes) : parseRecordHeader(header.bytes);
  return parsed.payload.mediaType;
}

function lineOf(entry: EvidenceEntry): JsonObject {
  const { header, payload, statement } = entry;
  return {
    statement: parseCanonicalJson(statement),
    ...(header !== undefined && { header: parseCanonicalJson(header.bytes) }),
    ...(payload !== undefined && payloadMember(mediaTypeOf(entry), payload.bytes)),
  };
}

function payloadMember(mediaType: string | null, bytes: Uint8Array): Record<string, JsonValue> {
  return mediaType === JSON_MEDIA_TYPE
    ? { payload: parseCanonicalJson(bytes) }
    : { payloadBase64: toBase64(bytes) };
}
