/** A completion that is asked for again, by a client that lost its answer. */
import { createHash } from 'node:crypto';
import type { DrivePort, Version } from '../../../files/drive-port.js';
import type { FilePath } from '../../../files/file-path.js';
import type { CompletedPart } from '../../../files/uploads-port.js';
import { noSuchUpload } from './create-upload.js';

/**
 * The newest version, if it is what these parts make: the client knows all of it that the answer tells.
 * @throws S3Error NoSuchUpload.
 */
export async function completedBefore(
  drive: DrivePort,
  path: FilePath,
  parts: readonly CompletedPart[],
): Promise<Version> {
  await drive.upToDate();
  const newest = drive.newest(path);
  if (newest?.etag !== etagOf(parts)) throw noSuchUpload();
  return newest;
}

/** Null of parts whose ETags are none. */
function etagOf(parts: readonly CompletedPart[]): string | null {
  const hash = createHash('md5');
  for (const { etag } of parts) {
    if (etag === undefined || !/^[0-9a-f]{32}$/.test(etag)) return null;
    hash.update(Buffer.from(etag, 'hex'));
  }
  return `${hash.digest('hex')}-${parts.length}`;
}
