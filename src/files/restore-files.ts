/** Files as they were, put again: nothing that came later is taken out of the history. */
import { definedMembers } from '../base/defined-members.js';
import { diffDrive, type FileDifference } from './diff-drive.js';
import type { Condition, DrivePort, FileActor, Version, Written } from './drive-port.js';
import type { FilePut } from './file-change.js';
import type { FilePath } from './file-path.js';
import { FilesError } from './files-error.js';

export interface CopyTo {
  readonly drive: DrivePort;
  readonly path: FilePath;
  /** Whose the copy is; the drive's own without it. */
  readonly subject?: string | undefined;
  readonly condition?: Condition | undefined;
}

/** A new version with the content of an old one, and what was said with it but locks, which are of a version. @throws as `put` and `copyOf`. */
export async function copyVersion(
  source: DrivePort,
  version: Version,
  by: FileActor,
  { drive, path, subject, condition }: CopyTo,
): Promise<Written> {
  const put = await source.open(version);
  const to = { by, ...(subject !== undefined && { subject }) };
  const content = await drive.copyOf(put, version.subject, source, to);
  return drive.put(by, path, content, {
    ...saidWith(put),
    from: { drive: source.name, version: version.id },
    ...(condition !== undefined && { condition }),
  });
}

function saidWith(put: FilePut) {
  const { mediaType, etag, checksums, parts, partSums, headers, metadata, tags } = put;
  return {
    mediaType,
    etag,
    ...definedMembers({ checksums, parts, partSums, headers, metadata, tags }),
  };
}

/** Puts an old version again where another one is the newest. @returns null where it is itself. @throws as `copyVersion`. */
export async function restoreVersion(
  drive: DrivePort,
  version: Version,
  by: FileActor,
  condition?: Condition,
): Promise<Written | null> {
  if (drive.newest(version.path)?.id === version.id) return null;
  const { path, subject } = version;
  return copyVersion(drive, version, by, { drive, path, subject, condition });
}

/**
 * The version that a delete marker stands before is the newest again: the marker is taken out.
 * @throws FilesError FILE_UNKNOWN where nothing is deleted, or no versions are kept; as `DrivePort.remove`.
 */
export async function undelete(drive: DrivePort, path: FilePath, by: FileActor): Promise<Written> {
  const marker = drive.newest(path);
  if (marker?.kind !== 'delete-marker')
    throw new FilesError(
      'FILE_UNKNOWN',
      marker === null
        ? 'nothing is kept of this path: restore it as of a time when it was there'
        : 'the file is not deleted',
    );
  return drive.remove(by, path, marker.id, { condition: unchanged(marker) });
}

export interface RestoredPage {
  readonly restored: number;
  readonly deleted: number;
  /** What could not be made as it was, and why: the code of docs/errors.md. */
  readonly left: readonly { readonly path: string; readonly code: string }[];
  /** The path behind which to go on, or null at the end. */
  readonly next: string | null;
}

export interface RestoreQuestion {
  /** Size of the ledger that it is to be as of. */
  readonly at: number;
  readonly prefix: string;
  readonly after?: string | undefined;
  /** Of changes, at least 1. */
  readonly limit: number;
}

/** Each path is a change of its own: a crash leaves some as they were to be, and asking again does the rest. */
export async function restoreFolder(
  drive: DrivePort,
  by: FileActor,
  { at, prefix, after, limit }: RestoreQuestion,
): Promise<RestoredPage> {
  const { items, next } = diffDrive(drive, { from: at, to: drive.size, prefix, after, limit });
  const left: { path: string; code: string }[] = [];
  let [restored, deleted] = [0, 0];
  for (const difference of items)
    try {
      await undo(drive, by, difference);
      if (difference.before === null) deleted++;
      else restored++;
    } catch (cause) {
      const code = cause instanceof FilesError ? cause.code : null;
      if (code === null || !OF_ONE_FILE.has(code)) throw cause;
      left.push({ path: difference.path, code });
    }
  return { restored, deleted, left, next };
}

async function undo(
  drive: DrivePort,
  by: FileActor,
  { before, after }: FileDifference,
): Promise<void> {
  if (before !== null) await restoreVersion(drive, before, by, unchanged(after));
  else if (after !== null) await drive.delete(by, after.path, unchanged(after));
}

/** These say something of the one file; whatever else goes wrong ends it. */
const OF_ONE_FILE: ReadonlySet<string> = new Set([
  'FILE_ERASED',
  'FILE_LOCKED',
  'FILE_CHANGED',
  'FILE_DAMAGED',
]);

/** What was seen is still the newest. @throws FilesError FILE_CHANGED. */
function unchanged(seen: Version | null): Condition {
  return (newest) => {
    const isMarker = newest?.kind === 'delete-marker' && seen === null;
    if (!isMarker && newest?.id !== seen?.id)
      throw new FilesError('FILE_CHANGED', 'the file has been changed meanwhile: look again');
  };
}
