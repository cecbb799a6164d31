/** What a client says of the size of the whole that its parts are to make. */
import type { DrivePort } from '../../../files/drive-port.js';
import type { CompletedPart, Upload } from '../../../files/uploads-port.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';

export interface Completing {
  readonly drive: DrivePort;
  readonly upload: Upload;
  readonly named: readonly CompletedPart[];
}

/** Before anything is made of them. @throws S3Error InvalidRequest. */
export async function checkSize(
  headers: S3Headers,
  { drive, upload, named }: Completing,
): Promise<void> {
  const announced = headers.get('x-amz-mp-object-size');
  if (announced === undefined) return;
  const all = await drive.uploads.parts(upload.id, 0, MAX_PARTS);
  const sizes = new Map(all.map(({ number, size }) => [number, size]));
  // One that is not there is told by `complete`.
  const size = named.reduce((sum, { number }) => sum + (sizes.get(number) ?? NaN), 0);
  if (!Number.isNaN(size) && Number(announced) !== size)
    throw new S3Error('InvalidRequest', 'x-amz-mp-object-size is not the size of these parts');
}

const MAX_PARTS = 10_000;
