/**
 * The export of a person as a report: the same data, for reading, with the JSON inside. Pure but for the
 * printing, which is handed in.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { utf8 } from '../base/bytes.js';
import { hexDigest } from '../base/hex-digest.js';
import { parseInstant } from '../base/time.js';
import type { PrintJob } from '../reports/print-job.js';
import type { EmbeddedFile } from '../reports/report-document.js';
import { type ReportLanguage, speaker } from '../reports/report-language.js';
import type {
  EntryPlace,
  ExportedMention,
  ExportedThing,
  ExportedType,
  ExportedVersion,
  Notice,
  Omission,
  SubjectExportData,
} from '../reports/subject-export-data.js';
import { attachedFiles } from './attached-file.js';
import type {
  ExportedRecord,
  ExportedSignature,
  LeftOut,
  SubjectExport,
} from './subject-export.js';

export interface SubjectExportPages {
  readonly language: ReportLanguage;
  /** By the name it has in law, if that is known. */
  readonly controller: string;
  readonly notices: readonly Notice[];
}

/** The PDF in pieces, until the signal is aborted. */
export type PrintSubjectExport = (
  made: SubjectExport,
  pages: SubjectExportPages,
  signal: AbortSignal,
) => AsyncIterable<Uint8Array>;

export function subjectExportPrinter(print: PrintJob): PrintSubjectExport {
  return (made, pages, signal) =>
    print({ kind: 'subject-export', data: subjectExportData(made, pages) }, signal);
}

export function subjectExportData(
  made: SubjectExport,
  { language, controller, notices }: SubjectExportPages,
): SubjectExportData {
  const { logs, mentions, records, signatures, subject } = made;
  return {
    language,
    createdAt: parseInstant(made.exportedAt),
    // Of the log that is written; the table names those before it.
    log: logs.at(-1)?.origin ?? made.ledger,
    controller,
    subject,
    notices,
    logs: logs.map(({ origin, size, rootHash }) => ({
      origin,
      size: size as TreeSize,
      rootHash: hexDigest(rootHash),
    })),
    types: typesOf(records),
    mentions: mentions.map(mentionOf),
    signatures: signatures.map(signatureOf),
    // The access ledger is read by those who may, and is not the person's to be given as it is.
    accesses: null,
    omissions: omissionsOf(made.leftOut),
    // Each id leads to an evidence file, which shows what is not the person's.
    proofs: [],
    files: [exportFile(made, language)],
  };
}

/** Types and keys in the order in which they first occur; a record without a key is a thing of its own. */
function typesOf(records: readonly ExportedRecord[]): ExportedType[] {
  const types = new Map<string, Map<string, ExportedRecord[]>>();
  for (const record of records) {
    const things = entryOf(types, record.type, () => new Map<string, ExportedRecord[]>());
    const name = record.key === undefined ? `id ${record.id}` : `key ${record.key}`;
    entryOf(things, name, () => []).push(record);
  }
  return [...types].map(([type, things]) => ({
    type,
    things: [...things.values()].map((versions): ExportedThing => ({
      key: versions[0]?.key ?? null,
      versions: versions.map(versionOf),
    })),
  }));
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function versionOf(record: ExportedRecord): ExportedVersion {
  const { attachments, author, isCurrent, payload, retention, retracts } = record;
  const { validFrom, validTo } = record;
  return {
    ...placeOf(record),
    valid: {
      from: validFrom === undefined ? null : parseInstant(validFrom),
      to: validTo === undefined ? null : parseInstant(validTo),
    },
    author,
    retentionClass: retention,
    isCurrent,
    retracts: retracts === undefined ? null : hexDigest(retracts),
    ...attachedFiles(attachments),
    content: { kind: 'json', value: payload },
  };
}

function mentionOf(mention: SubjectExport['mentions'][number]): ExportedMention {
  const { payload, role, type, erased = false } = mention;
  const content = erased
    ? ({ kind: 'withheld', reason: 'erased' } as const)
    : payload === undefined
      ? null
      : ({ kind: 'json', value: payload } as const);
  return { ...placeOf(mention), type, role, content };
}

function signatureOf(signature: ExportedSignature): SubjectExportData['signatures'][number] {
  const { mediaType, of, retention, sha256, size } = signature;
  return {
    ...placeOf(signature),
    of: hexDigest(of),
    retentionClass: retention,
    mediaType,
    size,
    sha256: hexDigest(sha256),
  };
}

interface Placed {
  readonly origin: string;
  readonly index: number;
  readonly id: string;
  readonly recordedAt: string;
}

function placeOf({ origin, index, id, recordedAt }: Placed): EntryPlace {
  return {
    origin,
    index: index as LeafIndex,
    id: hexDigest(id),
    recordedAt: parseInstant(recordedAt),
  };
}

const REASONS = {
  'of-another-person': 'others',
  'names-its-signer': 'names-signer',
  erased: 'erased',
} as const;

/** How many of each kind; the JSON inside lists them one by one. */
function omissionsOf(leftOut: readonly LeftOut[]): Omission[] {
  const counted = new Map<string, Omission>();
  for (const { what, why } of leftOut) {
    const count = (counted.get(`${what} ${why}`)?.count ?? 0) + 1;
    counted.set(`${what} ${why}`, { what, reason: REASONS[why], count });
  }
  return [...counted.values()];
}

/** Byte for byte what is given as JSON. */
function exportFile(made: SubjectExport, language: ReportLanguage): EmbeddedFile {
  return {
    name: 'subject-export.json',
    mediaType: 'application/json',
    relationship: 'Data',
    description: speaker(language)('file.subject-export'),
    modifiedAt: parseInstant(made.exportedAt),
    bytes: utf8(JSON.stringify(made)),
  };
}
