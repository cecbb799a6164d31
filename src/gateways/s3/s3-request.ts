/**
 * A request as an operation gets it: authenticated or anonymous, its names decoded, its body decoded and
 * checked while it is read. What an operation makes of it is in `s3-answer.ts`.
 */
import type { Principal } from '../../access/authorize.js';
import type { TenantName } from '../../access/tenant-name.js';
import type { S3Answer } from './s3-answer.js';
import type { S3OperationName } from './s3-operation-names.js';

/** Whoever signed the request with a key in force. */
export interface S3Caller {
  /** Its own role only: what grants add for a drive is asked of `S3Access`. */
  readonly principal: Principal;
  /** 20 capital letters and digits. */
  readonly accessKeyId: string;
}

/** Names are asked for in lower case. */
export interface S3Headers {
  /** Values of repeated ones with `, ` between them, without the blanks around. */
  get(name: string): string | undefined;
  /** Every header of that beginning, as `[rest of the name in lower case, value]`, in order of names: `x-amz-meta-`. */
  startingWith(prefix: string): readonly (readonly [string, string])[];
}

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

export interface S3Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, as in `x-amz-checksum-…`: 4, 8, 20 or 32 bytes. */
  readonly value: string;
}

/** What is known of a body that has been read to its end, and found to be what was announced. */
export interface BodyFacts {
  /** Bytes of content, without the framing of `aws-chunked`. */
  readonly length: number;
  /** 16 bytes: what the ETag of an object that came in one piece is made of. */
  readonly md5: Uint8Array;
  /** The one of `x-amz-checksum-…` or of a trailer; empty where the client sent none. */
  readonly checksums: readonly S3Checksum[];
}

/**
 * The content, in pieces of any size, read once. The iteration ends only if everything fits: length, checksum,
 * `Content-MD5`, `x-amz-content-sha256`, the signature of each chunk and of the trailer. Otherwise it throws
 * S3Error BadDigest, InvalidDigest, IncompleteBody, EntityTooLarge, EntityTooSmall, SignatureDoesNotMatch,
 * XAmzContentSHA256Mismatch, MalformedTrailerError, InvalidRequest or RequestTimeout: by then pieces have been
 * given out that must not be kept.
 */
export interface S3Body extends AsyncIterable<Uint8Array> {
  /** Bytes of content that the client announced; null of the file in a form, and where nothing says it. */
  readonly expectedLength: number | null;
  /** Whether `Content-MD5` or a checksum was announced, so that the end of the iteration means more than its length. */
  readonly hasDigest: boolean;
  /** Only after the iteration has ended. */
  facts(): BodyFacts;
}

/** Of a browser's upload (`POST /bucket`): the fields before the file, names in lower case. */
export type S3Form = ReadonlyMap<string, string>;

export interface S3Request {
  /** Of the answer's `x-amz-request-id`, of log lines and of entries of the access ledger. */
  readonly id: string;
  readonly operation: S3OperationName;
  readonly method: string;
  /** As it was asked for, at most 255 characters, and not known to be a name that a bucket can have. */
  readonly bucket: string | null;
  /** Decoded: 1 to 1,024 bytes of UTF-8. Of a form that of its field `key`, with `${filename}` filled in. */
  readonly key: string | null;
  /** Decoded; the first of each name; without what a presigned URL adds (`X-Amz-…` of the signature). */
  readonly query: ReadonlyMap<string, string>;
  /** Of a form these are its fields: `content-type`, `x-amz-meta-…`, `x-amz-acl` (from its `acl`). */
  readonly headers: S3Headers;
  /** Of a preflight, which is never signed: whose key the link is signed with that is asked about, if it says so. */
  readonly claimedTenant?: TenantName;
  /** Null of an anonymous request: whether that may do anything the operation decides. */
  readonly caller: S3Caller | null;
  /**
   * Reading it is what lets a client that sent `Expect: 100-continue` send it: an operation that refuses
   * before it reads costs neither side the bytes.
   */
  readonly body: S3Body;
  readonly form: S3Form | null;
  /** `http://host:port` as the client sees it, of answers that name a place. */
  readonly origin: string;
  /** `/bucket/key` as it was asked for, of errors. */
  readonly resource: string;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** @throws S3Error, or what the parts throw: the server answers InternalError and logs it. */
export type S3Handler = (request: S3Request) => Promise<S3Answer>;
