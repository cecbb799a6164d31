/** Operating errors of records. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type RecordsErrorCode =
  /** Not a record: `path` says where. */
  | 'RECORD_MALFORMED'
  /** A type that only the node itself writes. */
  | 'RECORD_TYPE_RESERVED'
  /** The claim says something else than the record: `path` names the member of the claim. */
  | 'RECORD_CLAIM_DIFFERS'
  | 'RECORD_TOO_LARGE'
  /** An attachment names no entry of the ledger: `path` names the attachment. */
  | 'RECORD_ATTACHMENT_UNKNOWN'
  /** What it names is no file whose content can be attached to this record: `path` names the attachment. */
  | 'RECORD_ATTACHMENT_REFUSED'
  | 'STATEMENT_MALFORMED'
  /** A kind of entry that this version does not know; it can be kept and proved all the same. */
  | 'STATEMENT_KIND_UNKNOWN'
  | 'HEADER_MALFORMED'
  | 'BLOCK_MALFORMED'
  /** A sealed part or block does not open: another key, or changed. Which cannot be told. */
  | 'SEAL_REFUSED'
  /** Written by a newer version of the program. */
  | 'RECORD_FORMAT_NEWER';

export class RecordsError extends ChirographError<RecordsErrorCode> {
  /** JSON Pointer (RFC 6901) to the member in question, `''` where there is none. */
  readonly path: string;

  constructor(
    code: RecordsErrorCode,
    message: string,
    options: { path?: string; cause?: unknown } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.path = options.path ?? '';
  }
}

export function formatNewer(what: string, found: number, known: number): RecordsError {
  return new RecordsError(
    'RECORD_FORMAT_NEWER',
    `the ${what} has format ${found}; this version reads ${known}`,
  );
}
