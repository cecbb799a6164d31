import { systemErrorMessage } from '../../base/system-error.js';

/**
 * Whether RocksDB could not be opened because somebody else has it open. It says so in words only, and
 * of damage it speaks of blocks: that must not pass for a lock.
 */
export function isLockHeld(cause: unknown): boolean {
  return /\block\b/i.test(systemErrorMessage(cause));
}
