/** What the API shows of an entry. */
import { toBase64, toHex, utf8ToString } from '../base/bytes.js';
import type { JsonValue } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import type { AttachmentDescription } from '../records/attachment.js';
import type { ErasedEntry, OpenedEntry, OpenedRecord, OpenedSignature } from './opened-entry.js';
import { type MarksOf, type Finality, finalityOf } from './receipt.js';

export interface EntryView {
  readonly id: string;
  readonly index: number;
  readonly leafHash: string;
  readonly kind: string;
  readonly recordedAt: string;
  readonly finality: Finality;
  readonly origin: string;
  readonly prev?: string;
  readonly of?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly key?: string;
  readonly author?: string;
  readonly retention?: string;
  readonly schema?: string;
  /** Whose word the record is: checked when it was appended. */
  readonly claimSignature?: { readonly keyId: string; readonly alg: string };
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly retracts?: string;
  readonly attachments?: readonly AttachmentView[];
  readonly mediaType?: string;
  /** JSON of a record, base64 of a signature's CMS. */
  readonly payload?: JsonValue;
  /** Only there where what it held has been erased: of that nothing is left but what stands in clear. */
  readonly erased?: true;
}

/** A file of the same ledger, as the record names it. */
export interface AttachmentView {
  /** Leaf hash of the entry that brought it. */
  readonly file: string;
  readonly name?: string;
  readonly mediaType: string;
  /** Bytes of the content. */
  readonly size: number;
  readonly sha256: string;
}

export function entryView(origin: string, opened: OpenedEntry, marksOf: MarksOf): EntryView {
  const { entry, statement } = opened;
  const id = toHex(entry.leafHash);
  const common = {
    id,
    index: entry.index,
    leafHash: id,
    kind: statement.kind,
    recordedAt: formatInstant(statement.recordedAt),
    finality: finalityOf(entry.index, marksOf(origin)),
    origin,
  };
  switch (opened.kind) {
    case 'record':
      return { ...common, ...recordMembers(opened) };
    case 'signature':
      return { ...common, ...signatureMembers(opened) };
    case 'erased':
      return { ...common, ...erasedMembers(opened) };
    case 'plain':
      return common;
  }
}

function recordMembers({ statement, said, payload }: OpenedRecord): Partial<EntryView> {
  const {
    attachments,
    author,
    claimSignature,
    key,
    retention,
    retracts,
    schema,
    subject,
    type,
    validFrom,
    validTo,
  } = said;
  return {
    type,
    subject,
    author,
    retention,
    schema,
    mediaType: said.payload.mediaType,
    payload: JSON.parse(utf8ToString(payload.bytes)) as JsonValue,
    ...(statement.prev !== undefined && { prev: statement.prev }),
    ...(claimSignature !== undefined && {
      claimSignature: { keyId: claimSignature.keyId, alg: claimSignature.alg },
    }),
    ...(key !== undefined && { key }),
    ...(attachments !== undefined && { attachments: attachments.map(attachmentView) }),
    ...(retracts !== undefined && { retracts }),
    ...(validFrom !== undefined && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
  };
}

export function attachmentView({ entry, name, ...content }: AttachmentDescription): AttachmentView {
  return { file: entry, ...(name !== undefined && { name }), ...content };
}

function erasedMembers({ statement }: ErasedEntry): Partial<EntryView> {
  return {
    erased: true,
    ...(statement.kind === 'record' ? { type: statement.type } : { of: statement.of }),
    ...(statement.prev !== undefined && { prev: statement.prev }),
  };
}

function signatureMembers({ statement, said, payload }: OpenedSignature): Partial<EntryView> {
  const { author, retention, subject } = said;
  return {
    of: statement.of,
    ...(statement.prev !== undefined && { prev: statement.prev }),
    subject,
    author,
    retention,
    mediaType: said.payload.mediaType,
    payload: toBase64(payload.bytes),
  };
}
