/** What files and ledgers refuse, as S3 names it. */
import { ChirographError } from '../../../base/errors.js';
import { FilesError, type FilesErrorCode } from '../../../files/files-error.js';
import { S3Error, type S3ErrorCode } from '../s3-error.js';

/** Any other is no answer to a client of S3: the server logs it and says InternalError. */
const OF_FILES: Readonly<Partial<Record<FilesErrorCode, S3ErrorCode>>> = {
  DRIVE_UNKNOWN: 'NoSuchBucket',
  DRIVE_EXISTS: 'BucketAlreadyExists',
  DRIVE_NAME_REFUSED: 'InvalidBucketName',
  DRIVE_NOT_EMPTY: 'BucketNotEmpty',
  DRIVE_SETTINGS_REFUSED: 'InvalidBucketState',
  FILE_PATH_REFUSED: 'InvalidArgument',
  FILE_UNKNOWN: 'NoSuchKey',
  FILE_VERSION_UNKNOWN: 'NoSuchVersion',
  FILE_DELETED: 'MethodNotAllowed',
  FILE_LOCKED: 'AccessDenied',
  FILE_LOCK_REFUSED: 'AccessDenied',
  FILE_CHANGED: 'PreconditionFailed',
  FILE_ERASED: 'NoSuchKey',
  FILE_CONTENT_DIFFERS: 'BadDigest',
  FILE_TOO_LARGE: 'EntityTooLarge',
  FILES_QUOTA: 'QuotaExceeded',
  FILES_STALE: 'OperationAborted',
  FILES_BUSY: 'SlowDown',
  UPLOAD_UNKNOWN: 'NoSuchUpload',
  UPLOAD_PART_UNKNOWN: 'InvalidPart',
  UPLOAD_PARTS_REFUSED: 'EntityTooSmall',
  UPLOAD_LIMIT: 'InvalidRequest',
  FILES_FAILED: 'ServiceUnavailable',
};

/** Of ledgers, those that a client can do something about. */
const OF_LEDGERS: Readonly<Partial<Record<string, S3ErrorCode>>> = {
  LEDGER_PUSHBACK: 'SlowDown',
  LEDGER_CLOSED: 'ServiceUnavailable',
  LEDGER_FAILED: 'ServiceUnavailable',
  LEDGER_READ_ONLY: 'ServiceUnavailable',
  LEDGER_ELSEWHERE: 'ServiceUnavailable',
  LEDGER_UNSETTLED: 'ServiceUnavailable',
  LEDGER_HANDOVER: 'SlowDown',
  LEDGER_ENTRY_TOO_LARGE: 'EntityTooLarge',
};

/** The error itself where S3 has no name for it. */
export function toS3Error(error: unknown): unknown {
  if (error instanceof FilesError) return named(error, OF_FILES[error.code]);
  if (error instanceof ChirographError && !(error instanceof S3Error))
    return named(error, OF_LEDGERS[String(error.code)]);
  return error;
}

function named(error: Error, code: S3ErrorCode | undefined): unknown {
  return code === undefined ? error : new S3Error(code, error.message, { cause: error });
}
