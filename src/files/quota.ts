/** How much a drive may hold. Pure. */
import type { Version } from './drive-port.js';
import type { DriveSettings } from './drive-settings.js';
import { FilesError } from './files-error.js';

/**
 * Of newest versions: what a new one takes the place of counts no more.
 * @throws FilesError FILES_QUOTA.
 */
export function checkQuota(
  { quota }: DriveSettings,
  used: { readonly files: number; readonly bytes: number },
  before: Version | null,
  size: number,
): void {
  if (quota === undefined) return;
  const isNew = before?.kind !== 'file';
  const files = used.files + (isNew ? 1 : 0);
  const bytes = used.bytes + size - (isNew ? 0 : before.size);
  if (quota.files !== undefined && files > quota.files)
    throw new FilesError('FILES_QUOTA', `the drive may hold ${quota.files} files, and holds them`);
  if (quota.bytes !== undefined && bytes > quota.bytes)
    throw new FilesError(
      'FILES_QUOTA',
      `the drive may hold ${quota.bytes} bytes, and would hold ${bytes}: take files out, or ask an admin for more`,
    );
}
