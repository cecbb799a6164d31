/**
 * Everything that a ledger holds of one person, for that person (GDPR, Art. 15; docs/formats/
 * subject-export.md): all versions as they were recorded, and what others' records say of them. Nothing
 * of other persons; what was left out for that reason is listed. Plain data, so that it can be given as
 * JSON or printed.
 */
import { toHex, utf8ToString } from '../base/bytes.js';
import type { JsonValue } from '../base/canonical-json.js';
import { digestToHex } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { LogView } from '../views/log-view.js';
import { type AttachmentView, attachmentView } from './entry-view.js';
import { openEntry, openPayload, type RecordWithHeader } from './opened-entry.js';
import { QueryError } from './query-error.js';
import {
  type AttachedSignature,
  currentVersions,
  type Mention,
  type SubjectEntries,
  subjectEntries,
  type SubjectVersion,
} from './subject-entries.js';
import { type MentionView, mentionView } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';

export interface SubjectExport {
  readonly $v: 1;
  readonly ledger: string;
  readonly subject: string;
  readonly exportedAt: string;
  /** All logs of the ledger, and the state of each that was read. */
  readonly logs: readonly {
    readonly origin: string;
    readonly size: number;
    readonly rootHash: string;
  }[];
  /** Every version, oldest first, log by log. */
  readonly records: readonly ExportedRecord[];
  readonly mentions: readonly (MentionView & { readonly origin: string })[];
  readonly signatures: readonly ExportedSignature[];
  readonly leftOut: readonly LeftOut[];
}

export interface ExportedRecord {
  readonly origin: string;
  readonly index: number;
  /** Leaf hash. */
  readonly id: string;
  readonly recordedAt: string;
  readonly type: string;
  readonly key?: string;
  readonly author: string;
  /** Class that it is kept under. */
  readonly retention: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly retracts?: string;
  /** Whether it is the version that stands now. */
  readonly isCurrent: boolean;
  readonly attachments?: readonly AttachmentView[];
  readonly payload: JsonValue;
}

export interface ExportedSignature {
  readonly origin: string;
  readonly index: number;
  readonly id: string;
  /** Leaf hash of what is signed: a record, or a signature that is countersigned. */
  readonly of: string;
  /** Leaf hash of the version of the same signature before it, if it is not the first. */
  readonly prev?: string;
  readonly recordedAt: string;
  readonly retention: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
}

export interface LeftOut {
  readonly origin: string;
  readonly index: number;
  readonly id: string;
  readonly what: 'part' | 'record' | 'signature' | 'signature-value';
  /** Number of the part, from 0. */
  readonly part?: number;
  readonly why: 'of-another-person' | 'names-its-signer' | 'erased';
}

/** Of what is opened: the answer is made as a whole. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface SubjectExportQuestion {
  readonly subject: string;
  /**
   * Types of which the person is told nothing, not even whether there are any: to tell of a report of
   * suspicion, say, may be an offence (Directive (EU) 2015/849, Art. 39).
   */
  readonly withheldTypes: ReadonlySet<string>;
}

/** @throws QueryError QUERY_TOO_BROAD; ViewsError VIEW_BEHIND, VIEW_FAILED; as `openEntry`. */
export async function subjectExport(
  ledger: TenantLedger,
  question: SubjectExportQuestion,
): Promise<SubjectExport> {
  const { subject } = question;
  const collected = new Collected();
  for (const reader of ledger.ledger.logs) await collect(ledger, question, reader, collected);
  const { logs, records, mentions, signatures, leftOut } = collected;
  return {
    $v: 1,
    ledger: ledger.ledger.identity.name,
    subject,
    exportedAt: formatInstant(ledger.clock.now()),
    logs,
    records,
    mentions,
    signatures,
    leftOut,
  };
}

class Collected {
  readonly logs: SubjectExport['logs'][number][] = [];
  readonly records: ExportedRecord[] = [];
  readonly mentions: SubjectExport['mentions'][number][] = [];
  readonly signatures: ExportedSignature[] = [];
  readonly leftOut: LeftOut[] = [];
  #bytes = 0;

  /** Asked before anything is opened. @throws QueryError QUERY_TOO_BROAD. */
  weigh(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES)
      throw new QueryError(
        'QUERY_TOO_BROAD',
        `more than ${MAX_BYTES} bytes are recorded of this person: read the timeline, page by page`,
      );
  }
}

async function collect(
  { vault, views }: TenantLedger,
  { subject, withheldTypes }: SubjectExportQuestion,
  reader: LogReader,
  into: Collected,
): Promise<void> {
  const { origin } = reader;
  const { size, rootHash } = reader.head;
  into.logs.push({ origin, size, rootHash: toHex(rootHash) });
  const view: LogView = await views.of(reader);
  await view.reached(size);
  const found = await subjectEntries(vault, view, subject, size);
  if (found === null) return;
  const entries = withoutTypes(found, withheldTypes);
  const standing = new Set(currentVersions(entries, undefined).map(({ index }) => index));
  for (const version of entries.versions) {
    if (version.said === null) {
      into.leftOut.push({ ...place(origin, version), what: 'record', why: 'erased' });
      continue;
    }
    into.weigh(version.said.payload.size);
    into.records.push(await record(vault, origin, version, standing.has(version.index)));
    for (const [part, { subject: tag }] of (version.statement.parts ?? []).entries())
      if (tag !== entries.tag)
        into.leftOut.push({
          ...place(origin, version),
          what: 'part',
          part,
          why: 'of-another-person',
        });
  }
  for (const mention of entries.mentions) {
    into.weigh(sealedSize(mention));
    into.mentions.push({ origin, ...(await mentionView(vault, mention)) });
    if (mention.statement.tags.subject !== entries.tag)
      into.leftOut.push({ ...place(origin, mention), what: 'record', why: 'of-another-person' });
  }
  for (const attached of entries.signatures) {
    const shown = await signature(vault, origin, attached);
    if (shown === 'erased') {
      into.leftOut.push({ ...place(origin, attached), what: 'signature', why: 'erased' });
      continue;
    }
    into.signatures.push(shown);
    into.leftOut.push({
      ...place(origin, attached),
      what: 'signature-value',
      why: 'names-its-signer',
    });
  }
}

/** Nor the signatures of what is withheld: they would tell that it is there. */
function withoutTypes(entries: SubjectEntries, types: ReadonlySet<string>): SubjectEntries {
  const isGiven = ({ statement }: SubjectVersion | Mention): boolean => !types.has(statement.type);
  const versions = entries.versions.filter(isGiven);
  const given = new Set(versions.map(({ leafHash }) => leafHash));
  return {
    ...entries,
    versions,
    mentions: entries.mentions.filter(isGiven),
    signatures: entries.signatures.filter(({ entry, statement }) => {
      const isShown = given.has(statement.of);
      // What countersigns it comes after it.
      if (isShown) given.add(digestToHex(entry.leafHash));
      return isShown;
    }),
  };
}

async function record(
  vault: Vault,
  origin: string,
  version: Extract<SubjectVersion, RecordWithHeader>,
  isCurrent: boolean,
): Promise<ExportedRecord> {
  const { payload, said, statement } = await openPayload(vault, version);
  const { attachments, author, key, retention, retracts, type, validFrom, validTo } = said;
  return {
    ...place(origin, version),
    recordedAt: formatInstant(statement.recordedAt),
    type,
    ...(key !== undefined && { key }),
    author,
    retention,
    ...(validFrom !== undefined && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
    ...(retracts !== undefined && { retracts }),
    isCurrent,
    ...(attachments !== undefined && { attachments: attachments.map(attachmentView) }),
    payload: JSON.parse(utf8ToString(payload.bytes)) as JsonValue,
  };
}

/** That there is one, and not whose: the certificate in it names a person too. */
async function signature(
  vault: Vault,
  origin: string,
  { entry, statement }: AttachedSignature,
): Promise<ExportedSignature | 'erased'> {
  const opened = await openEntry(vault, entry);
  if (opened.kind === 'erased') return 'erased';
  if (opened.kind !== 'signature') throw damaged(`entry ${entry.index} is no signature any more`);
  const { mediaType, sha256, size } = opened.said.payload;
  return {
    ...place(origin, { entry }),
    of: statement.of,
    ...(statement.prev !== undefined && { prev: statement.prev }),
    recordedAt: formatInstant(statement.recordedAt),
    retention: opened.said.retention,
    mediaType,
    size,
    sha256,
  };
}

function place(
  origin: string,
  { entry }: Pick<SubjectVersion, 'entry'>,
): Pick<ExportedRecord, 'origin' | 'index' | 'id'> {
  return { origin, index: entry.index, id: toHex(entry.leafHash) };
}

function sealedSize(mention: Mention): number {
  if (mention.role === 'party') return 0;
  // Header and payload come first.
  return mention.entry.sealedParts[2 + mention.part]?.length ?? 0;
}
