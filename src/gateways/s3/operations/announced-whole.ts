/** What a client says of the whole that its parts are to make: its size, its checksum. */
import type { DrivePort } from '../../../files/drive-port.js';
import type { CompletedPart, Upload, UploadPart } from '../../../files/uploads-port.js';
import { checksumHeader, startChecksum } from '../checksum.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';
import { algorithmOf } from './checksums.js';

export interface Completing {
  readonly drive: DrivePort;
  readonly upload: Upload;
  readonly named: readonly CompletedPart[];
}

/** Before anything is made of them. @throws S3Error InvalidRequest, BadDigest. */
export async function checkAnnounced(
  headers: S3Headers,
  { drive, upload, named }: Completing,
): Promise<void> {
  const size = headers.get('x-amz-mp-object-size');
  const { sum, sumType } = upload.options;
  const announced = sum === undefined ? undefined : headers.get(checksumHeader(algorithmOf(sum)));
  if (size === undefined && announced === undefined) return;
  const all = await drive.uploads.parts(upload.id, 0, MAX_PARTS);
  const byNumber = new Map(all.map((part) => [part.number, part]));
  const parts = named.flatMap(({ number }) => byNumber.get(number) ?? []);
  // One that is not there is told by `complete`.
  if (parts.length !== named.length) return;
  if (size !== undefined && Number(size) !== parts.reduce((all, part) => all + part.size, 0))
    throw new S3Error('InvalidRequest', 'x-amz-mp-object-size is not the size of these parts');
  if (announced !== undefined && sum !== undefined && sumType === 'COMPOSITE')
    checkComposite(announced.replace(/-\d+$/, ''), sum, parts);
}

const MAX_PARTS = 10_000;

function checkComposite(
  announced: string,
  sum: NonNullable<Upload['options']['sum']>,
  parts: readonly UploadPart[],
): void {
  const checksum = startChecksum(algorithmOf(sum));
  for (const { sums } of parts) checksum.update(Buffer.from(sums[sum] ?? '', 'base64'));
  if (Buffer.from(checksum.digest()).toString('base64') !== announced)
    throw new S3Error('BadDigest', 'the checksum of the whole is not that of these parts');
}
