/** Names of drives: what buckets of S3 may be called, so that every drive is one. */
import { isIP } from 'node:net';
import { FilesError } from './files-error.js';

/** @throws FilesError DRIVE_NAME_REFUSED unless it is 3–63 of a-z, 0-9, `.` and `-`, as S3 has it. */
export function parseDriveName(name: string): void {
  if (
    !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) ||
    /\.\.|\.-|-\./.test(name) ||
    isIP(name) !== 0
  )
    throw new FilesError(
      'DRIVE_NAME_REFUSED',
      'a drive is called by 3 to 63 of a-z, 0-9, . and -, begins and ends with a letter or digit, has no dot beside another or beside -, and is no IP address',
    );
}
