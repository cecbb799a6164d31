/** What an operation gives back. The server sends it, when what it shows is on record. */
import type { Disclosed } from '../../access/access-log.js';
import type { Action } from '../../access/authorize.js';
import type { TenantName } from '../../access/tenant-name.js';
import type { XmlElement } from './xml-element.js';

export type S3AnswerBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'xml'; readonly document: XmlElement }
  /**
   * Of what may take longer than clients wait (a copy, the end of a multipart upload): it is begun when the
   * disclosure is on record. While it takes its time the server sends blanks, as S3 does; an error is then
   * a document in an answer 200.
   */
  | { readonly kind: 'late-xml'; readonly document: () => Promise<XmlElement> }
  /** Iterated only after the disclosure is on record, and not at all for HEAD. */
  | {
      readonly kind: 'stream';
      /** Exact: an iteration that gives another number of bytes cuts the connection. */
      readonly length: number;
      readonly bytes: AsyncIterable<Uint8Array>;
    };

/** What the answer shows, and of whom. */
export interface S3Disclosure extends Disclosed {
  /** `file:read`. */
  readonly action: Action;
  /** Whose data it is, also where the caller is of another tenant or nobody. */
  readonly tenant: TenantName;
}

export interface S3Answer {
  readonly status: number;
  /** Without `Content-Length`, `Date` and `x-amz-request-id`, which the server sets; with `Content-Type` of a stream. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: S3AnswerBody;
  /** Entered before a byte of the answer leaves; if that fails nothing leaves. */
  readonly disclosure?: S3Disclosure;
}

export const NO_BODY: S3AnswerBody = { kind: 'none' };

export function emptyAnswer(status: number, headers: Record<string, string> = {}): S3Answer {
  return { status, headers, body: NO_BODY };
}

export function xmlAnswer(document: XmlElement, headers: Record<string, string> = {}): S3Answer {
  return { status: 200, headers, body: { kind: 'xml', document } };
}
