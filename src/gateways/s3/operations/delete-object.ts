/** DeleteObject: a delete marker, or, of a version that is named, the version out of the drive. */
import type { DrivePort } from '../../../files/drive-port.js';
import type { FilePath } from '../../../files/file-path.js';
import { FilesError } from '../../../files/files-error.js';
import { emptyAnswer } from '../s3-answer.js';
import { notImplemented } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { openBucket } from './bucket-access.js';
import { writeCondition } from './conditions.js';
import { pathOf, versionId } from './object-access.js';
import { readBypass } from './object-lock.js';
import type { S3Operation } from './operation.js';
import { actorOf } from './owner.js';

export interface Deleted {
  /** Version that was taken out, as clients name it; null where a path was deleted. */
  readonly taken: string | null;
  /** Whether that was a delete marker, or one was made. */
  readonly isMarker: boolean;
  /** Of the marker; null where there is none. */
  readonly marker: string | null;
}

export const deleteObject: S3Operation = async (parts, request) => {
  const { headers, query } = request;
  refuseConditions(request);
  const path = pathOf(request.key ?? '');
  const bucket = await openBucket(parts, request, 'WRITE');
  const id = query.get('versionId');
  const bypass = id !== undefined && (await readBypass(parts, request, bucket));
  const { taken, isMarker, marker } = await deleteIn(
    bucket.drive,
    request,
    { path, id },
    {
      bypass,
      condition: writeCondition(headers),
    },
  );
  const named = taken ?? marker;
  return emptyAnswer(204, {
    ...(isMarker && { 'x-amz-delete-marker': 'true' }),
    ...(named !== null && { 'x-amz-version-id': named }),
  });
};

export async function deleteIn(
  drive: DrivePort,
  request: Pick<S3Request, 'caller'>,
  { path, id }: { readonly path: FilePath; readonly id: string | undefined },
  { bypass, condition }: { bypass: boolean; condition: ReturnType<typeof writeCondition> },
): Promise<Deleted> {
  const by = actorOf(request);
  if (id === undefined) {
    const written = await drive.delete(by, path, condition);
    if (written?.version.kind !== 'delete-marker')
      return { taken: null, isMarker: false, marker: null };
    return { taken: null, isMarker: true, marker: versionId(written.version) };
  }
  try {
    const options = { bypass, ...(condition !== undefined && { condition }) };
    const { version } = await drive.remove(by, path, id, options);
    const isMarker = version.kind === 'delete-marker';
    return { taken: versionId(version), isMarker, marker: isMarker ? versionId(version) : null };
  } catch (error) {
    // What is not there is deleted: clients repeat what they have had no answer to.
    if (!(error instanceof FilesError) || error.code !== 'FILE_VERSION_UNKNOWN') throw error;
    return { taken: id, isMarker: false, marker: null };
  }
}

function refuseConditions({ headers }: S3Request): void {
  for (const name of ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size', 'x-amz-mfa'])
    if (headers.get(name) !== undefined)
      throw notImplemented(`the header ${name}`, { Header: name });
}
