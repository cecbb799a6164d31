/** Settings of S3 that are read back from a drive, and are not what was written there. */
import { FilesError } from '../../../files/files-error.js';

export function damagedSettings(what: string, reason: string): FilesError {
  return new FilesError('FILES_DAMAGED', `${what} of a drive is not what was written: ${reason}`);
}
