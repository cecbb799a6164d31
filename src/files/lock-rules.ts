/** What locks and holds forbid (S3 Object Lock): nobody shortens one, and what is locked is not taken out. Pure. */
import type { UnixMillis } from '../base/brand.js';
import { asDate, DAY_MILLIS, formatInstant } from '../base/time.js';
import type { Version } from './drive-port.js';
import type { DriveSettings } from './drive-settings.js';
import type { FileLock, FileSayings } from './file-change.js';
import { FilesError } from './files-error.js';

/** @throws FilesError FILE_LOCKED. @param bypass of a governance lock, by somebody who may. */
export function checkRemovable(version: Version, now: UnixMillis, bypass: boolean): void {
  const { lock, hold } = version;
  if (hold)
    throw new FilesError(
      'FILE_LOCKED',
      'the version is under a legal hold: it stays until that is released',
    );
  if (!isInForce(lock, now)) return;
  if (lock.mode === 'governance' && bypass) return;
  throw new FilesError(
    'FILE_LOCKED',
    `the version is locked (${lock.mode}) until ${formatInstant(lock.until)}: it stays until then`,
  );
}

/** @throws FilesError FILE_LOCKED, FILE_LOCK_REFUSED. */
export function checkSayings(
  version: Version,
  { lock, hold }: FileSayings,
  settings: DriveSettings,
  now: UnixMillis,
  bypass: boolean,
): void {
  if (lock === undefined && hold === undefined) return;
  if (settings.lock === undefined)
    throw new FilesError(
      'FILE_LOCK_REFUSED',
      'versions of this drive cannot be locked: it was made without locks',
    );
  if (version.kind === 'delete-marker')
    throw new FilesError('FILE_LOCK_REFUSED', 'a delete marker cannot be locked');
  if (lock === undefined) return;
  if (lock !== null && lock.until <= now)
    throw new FilesError('FILE_LOCK_REFUSED', 'a lock must end in the future');
  const old = version.lock;
  if (!isInForce(old, now) || isAsStrict(old, lock)) return;
  if (old.mode === 'governance' && bypass) return;
  throw new FilesError(
    'FILE_LOCKED',
    `the version is locked (${old.mode}) until ${formatInstant(old.until)}: that can be made longer, and not less`,
  );
}

/** What a new version is locked with. @throws FilesError FILE_LOCK_REFUSED. */
export function lockOfNew(
  { lock, hold }: FileSayings,
  settings: DriveSettings,
  now: UnixMillis,
): Pick<FileSayings, 'lock' | 'hold'> {
  if (settings.lock === undefined) {
    if ((lock !== undefined && lock !== null) || hold === true)
      throw new FilesError(
        'FILE_LOCK_REFUSED',
        'versions of this drive cannot be locked: it was made without locks',
      );
    return {};
  }
  if (lock !== undefined && lock !== null && lock.until <= now)
    throw new FilesError('FILE_LOCK_REFUSED', 'a lock must end in the future');
  const byDefault = lock === undefined ? defaultLock(settings, now) : (lock ?? undefined);
  return {
    ...(byDefault !== undefined && { lock: byDefault }),
    ...(hold !== undefined && { hold }),
  };
}

function defaultLock(settings: DriveSettings, now: UnixMillis): FileLock | undefined {
  const set = settings.lock?.default;
  if (set === undefined) return undefined;
  if ('days' in set) return { mode: set.mode, until: (now + set.days * DAY_MILLIS) as UnixMillis };
  const until = asDate(now);
  until.setUTCFullYear(until.getUTCFullYear() + set.years);
  return { mode: set.mode, until: until.getTime() as UnixMillis };
}

/** Whether nobody may take it out, other than a governance lock by somebody who may pass it over. */
export function isLocked({ lock, hold }: Pick<Version, 'lock' | 'hold'>, now: UnixMillis): boolean {
  return hold || isInForce(lock, now);
}

function isInForce(lock: FileLock | null, now: UnixMillis): lock is FileLock {
  return lock !== null && lock.until > now;
}

function isAsStrict(old: FileLock, next: FileLock | null): boolean {
  if (next === null || next.until < old.until) return false;
  // From governance to compliance, too, takes somebody who may pass over it: nobody can go back.
  return next.mode === old.mode;
}
