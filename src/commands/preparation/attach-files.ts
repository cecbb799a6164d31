/** Finds the files that records of a batch attach, before any secret is asked for. */
import { ChirographError } from '../../base/errors.js';
import { type HexDigest, hexDigest } from '../../base/hex-digest.js';
import type { AttachmentDescription } from '../../records/attachment.js';
import type { RecordInput } from '../../records/record-input.js';
import { RecordsError } from '../../records/records-error.js';
import type { AttachableFile, FindFiles, FoundFile } from './preparer.js';
import type { CheckedRequest } from './record-request.js';

/** @param requests may be refused already; a refusal is passed on in its place. */
export async function attachFiles(
  requests: readonly (CheckedRequest | ChirographError)[],
  find: FindFiles,
): Promise<(CheckedRequest | ChirographError)[]> {
  const entries = new Set<HexDigest>();
  for (const request of requests)
    if (!(request instanceof ChirographError))
      for (const { file } of request.record.attachments ?? []) entries.add(hexDigest(file));
  if (entries.size === 0) return [...requests];
  const files = await find([...entries]);
  const found = new Map([...entries].map((entry, at) => [entry, files[at] ?? UNKNOWN] as const));
  return requests.map((request) =>
    request instanceof ChirographError ? request : withFiles(request, found),
  );
}

const UNKNOWN: FoundFile = { kind: 'unknown' };

function withFiles(
  request: CheckedRequest,
  found: ReadonlyMap<HexDigest, FoundFile>,
): CheckedRequest | ChirographError {
  const attachments: AttachmentDescription[] = [];
  for (const [at, { file, name }] of (request.record.attachments ?? []).entries()) {
    const entry = hexDigest(file);
    const attached = attachable(found.get(entry) ?? UNKNOWN, request.record, `/attachments/${at}`);
    if (attached instanceof RecordsError) return refused(request, attached);
    const { mediaType, sha256, size } = attached;
    attachments.push({ entry, mediaType, sha256, size, ...(name !== undefined && { name }) });
  }
  return { ...request, attachments };
}

/** Only the log knows whether a request with a key is one that was taken before, with files that were there then. */
function refused(request: CheckedRequest, refusal: RecordsError): CheckedRequest | ChirographError {
  if (request.idempotencyKey === null) return refusal;
  return { ...request, attachments: null, refusal: request.refusal ?? refusal };
}

function attachable(
  file: FoundFile,
  { subject }: RecordInput,
  path: string,
): AttachableFile | RecordsError {
  if (file.kind === 'unknown')
    return new RecordsError(
      'RECORD_ATTACHMENT_UNKNOWN',
      'an attachment names no entry of this ledger: put the file into it first',
      { path },
    );
  if (file.kind !== 'file') return refusal(REASONS[file.kind], path);
  // Or a SHA-256 that stays with one person would confirm guesses at a file of another who was forgotten.
  if (file.subject !== subject)
    return refusal('an attachment is of another subject than the record', path);
  return file;
}

const REASONS = {
  'no-content': 'an attachment names an entry that brings no content: name one that put a file',
  erased: 'an attachment has been erased',
} as const;

function refusal(reason: string, path: string): RecordsError {
  return new RecordsError('RECORD_ATTACHMENT_REFUSED', reason, { path });
}
