/**
 * What an S3 client is told that did not get what it asked for: one of S3's own codes, because clients switch
 * on them. What each means here is in docs/errors.md.
 */
import { ChirographError } from '../../base/errors.js';

/** Every code that the endpoint answers, and its HTTP status (Amazon S3 API Reference, "Error responses"). */
export const S3_STATUS = {
  AccessControlListNotSupported: 400,
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  ConditionalRequestConflict: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IllegalVersioningConfigurationException: 400,
  IncompleteBody: 400,
  IncorrectNumberOfFilesInPostRequest: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketAclWithObjectOwnership: 400,
  InvalidBucketName: 400,
  InvalidBucketState: 409,
  InvalidDigest: 400,
  InvalidLocationConstraint: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidPolicyDocument: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidRetentionPeriod: 400,
  InvalidTag: 400,
  InvalidTagError: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedACLError: 400,
  MalformedPOSTRequest: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MaxPostPreDataLengthExceededError: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  MissingSecurityHeader: 400,
  NoSuchBucket: 404,
  NoSuchBucketPolicy: 404,
  NoSuchCORSConfiguration: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchObjectLockConfiguration: 404,
  NoSuchPublicAccessBlockConfiguration: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NoSuchWebsiteConfiguration: 404,
  NotImplemented: 501,
  ObjectLockConfigurationNotFoundError: 404,
  OperationAborted: 409,
  OwnershipControlsNotFoundError: 404,
  PreconditionFailed: 412,
  QuotaExceeded: 403,
  ReplicationConfigurationNotFoundError: 404,
  RequestTimeTooSkewed: 403,
  RequestTimeout: 400,
  ServerSideEncryptionConfigurationNotFoundError: 404,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  TooManyBuckets: 400,
  UnresolvableGrantByEmailAddress: 400,
  XAmzContentChecksumMismatch: 400,
  XAmzContentSHA256Mismatch: 400,
} as const satisfies Record<string, number>;

export type S3ErrorCode = keyof typeof S3_STATUS;

export interface S3ErrorOptions {
  readonly cause?: unknown;
  /** What it is about, as `/bucket/key`; that of the request without it. */
  readonly resource?: string;
  /** Further elements of the error's document: `{ Header: 'x-amz-storage-class' }`. */
  readonly details?: Readonly<Record<string, string>>;
  /** Further headers of the answer: `{ 'x-amz-delete-marker': 'true' }`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The message tells the caller what to do; it may quote names of headers and operations, never content. */
export class S3Error extends ChirographError<S3ErrorCode> {
  readonly status: number;
  readonly resource: string | undefined;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: S3ErrorCode, message: string, options: S3ErrorOptions = {}) {
    super(code, message, options.cause === undefined ? {} : { cause: options.cause });
    this.status = S3_STATUS[code];
    this.resource = options.resource;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }

  /** The same, with these headers besides. */
  withHeaders(headers: Readonly<Record<string, string>>): S3Error {
    const { code, message, cause, resource, details } = this;
    return new S3Error(code, message, {
      cause,
      details,
      headers: { ...this.headers, ...headers },
      ...(resource !== undefined && { resource }),
    });
  }
}

/** What the endpoint does not serve is told by its name, and never ignored. */
export function notImplemented(what: string, details: Record<string, string> = {}): S3Error {
  return new S3Error('NotImplemented', `${what} is not served here`, { details });
}
