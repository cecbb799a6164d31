/** Why a backup cannot be made or used. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type BackupErrorCode =
  /** No directory that can be written to and read: mount it, make room, give it to the node. */
  | 'BACKUP_TARGET_UNUSABLE'
  /** Of another node, or another one than before, or full of something else. */
  | 'BACKUP_TARGET_OTHER'
  /** The node has no such target: it is set with `backupDirectories`. */
  | 'BACKUP_TARGET_UNKNOWN'
  /** What lies there is not what was written; the message names the file. */
  | 'BACKUP_DAMAGED'
  /** Written by a newer version of the program. */
  | 'BACKUP_FORMAT_NEWER'
  /** There is no complete one, or none of that number. */
  | 'BACKUP_MISSING'
  /** One is being made. */
  | 'BACKUP_RUNNING'
  /** No vault that the key store has the key of; the message names the generation. */
  | 'BACKUP_VAULT_LACKING'
  /** A restore goes into an empty directory. */
  | 'BACKUP_NOT_EMPTY';

export class BackupError extends ChirographError<BackupErrorCode> {}

/** Something at a target is not what was written. @param file its path there. */
export function damagedBackup(file: string, what: string): BackupError {
  return new BackupError(
    'BACKUP_DAMAGED',
    `${file} of the backup ${what}: restore an earlier one, or from another target`,
  );
}
