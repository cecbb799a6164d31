/** The parts that a completion names. */
import type { DrivePort } from '../../../files/drive-port.js';
import type { CompletedPart, Upload } from '../../../files/uploads-port.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';

export interface Completing {
  readonly drive: DrivePort;
  readonly upload: Upload;
  readonly named: readonly CompletedPart[];
}

const MAX_PARTS = 10_000;

/** Of all together; NaN where one is not there, which `complete` tells. */
export async function sizeOf({ drive, upload, named }: Completing): Promise<number> {
  const all = await drive.uploads.parts(upload.id, 0, MAX_PARTS);
  const sizes = new Map(all.map(({ number, size }) => [number, size]));
  return named.reduce((sum, { number }) => sum + (sizes.get(number) ?? NaN), 0);
}

/** What the client says of it. @throws S3Error InvalidRequest. */
export function checkAnnounced(headers: S3Headers, size: number): void {
  const announced = headers.get('x-amz-mp-object-size');
  if (announced !== undefined && !Number.isNaN(size) && Number(announced) !== size)
    throw new S3Error('InvalidRequest', 'x-amz-mp-object-size is not the size of these parts');
}
