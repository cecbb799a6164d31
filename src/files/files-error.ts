/** Operating errors of files. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type FilesErrorCode =
  | 'DRIVE_UNKNOWN'
  /** A drive or a ledger has the name. */
  | 'DRIVE_EXISTS'
  | 'DRIVE_NAME_REFUSED'
  | 'DRIVE_NOT_EMPTY'
  /** The settings do not fit one another, or what there is: locks without versions. */
  | 'DRIVE_SETTINGS_REFUSED'
  | 'FILE_PATH_REFUSED'
  /** There is no such path, or none as of then. */
  | 'FILE_UNKNOWN'
  | 'FILE_VERSION_UNKNOWN'
  /** The newest version, or the one named, is a delete marker. */
  | 'FILE_DELETED'
  /** A lock, a legal hold: it cannot be taken out, nor the lock shortened. */
  | 'FILE_LOCKED'
  | 'FILE_LOCK_REFUSED'
  /** Not what the writer thinks it is: a condition of the write does not hold. */
  | 'FILE_CHANGED'
  /** Whom it is about has been forgotten. */
  | 'FILE_ERASED'
  /** Chunks of it are missing or are not what was written: `files verify` says which. */
  | 'FILE_DAMAGED'
  /** What came is not what its sender said: a checksum, a size. */
  | 'FILE_CONTENT_DIFFERS'
  | 'FILE_TOO_LARGE'
  | 'FILES_QUOTA'
  /** Somebody was forgotten while content came in: send it again. */
  | 'FILES_STALE'
  | 'FILES_BUSY'
  /** No byte of the content is in the range. */
  | 'FILE_RANGE_REFUSED'
  /** Too few of the nodes that keep the drive have the content: nothing refers to it yet. */
  | 'FILES_QUORUM'
  | 'UPLOAD_UNKNOWN'
  | 'UPLOAD_PART_UNKNOWN'
  | 'UPLOAD_PARTS_REFUSED'
  | 'UPLOAD_LIMIT'
  /** Bytes for another place than the upload has come to, or while others are coming in. */
  | 'UPLOAD_OFFSET'
  /** Bytes that are not what their checksum says; none of them is kept. */
  | 'UPLOAD_CHECKSUM_DIFFERS'
  /** The client speaks another version of tus. */
  | 'UPLOAD_PROTOCOL'
  | 'SNAPSHOT_UNKNOWN'
  | 'SNAPSHOT_EXISTS'
  | 'SNAPSHOT_LIMIT'
  | 'FOLDER_GRANT_UNKNOWN'
  | 'FOLDER_GRANT_LIMIT'
  | 'FILES_FORMAT_NEWER'
  /** What lies in `files/` is not what was written. */
  | 'FILES_DAMAGED'
  /** Nothing more is taken: chunks could not be written or synced. */
  | 'FILES_FAILED';

export class FilesError extends ChirographError<FilesErrorCode> {}
