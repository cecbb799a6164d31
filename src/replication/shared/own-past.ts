/**
 * What this node wrote of a log before it started, as the others have it: a machine that was put back as a whole, keys and
 * marks included, learns of it in no other way. Whatever else a member says of more than there is counts for nothing.
 */
import type { LogKeys } from '../../ledger/log-reader.js';
import type { Message } from '../protocol/messages.js';
import { announcedBy } from '../replica/announced.js';
import type { LogAnnouncement } from '../replica/announcement.js';
import { areSameKeys } from '../replica/key-order.js';
import type { PinnedLog } from '../replica/known-log.js';
import { ReplicaError } from '../replica/replica-error.js';

export interface OwnLog {
  readonly pinned: PinnedLog;
  /** Oldest first; empty before there are any. */
  readonly keys: readonly LogKeys[];
  /** Blocks that the protocol knows of. */
  readonly known: number;
  /** Blocks on disk, which may be more. */
  readonly stored: number;
  /** Of a node that has written since it started, there is more than anybody can have of its past. */
  readonly hasWritten: boolean;
}

/**
 * @param heard what the member has said last of the log.
 * @returns what the protocol is to hear; null for nothing.
 */
export function believed(
  message: Message,
  own: OwnLog,
  heard: () => LogAnnouncement | undefined,
): Message | null {
  if (message.kind !== 'receipt' || message.length <= own.known) return message;
  const capped = { ...message, length: own.known };
  if (message.length <= own.stored || own.hasWritten) return capped;
  const announcement = heard();
  return announcement !== undefined && isSigned(announcement, message.length, own) ? message : null;
}

/** Whether it has a head over so many blocks by the very key that this log goes on with. */
function isSigned(
  announcement: LogAnnouncement,
  length: number,
  { keys, pinned }: OwnLog,
): boolean {
  // Of other keys nothing is looked at: whoever makes some up would have this node check their signatures.
  if (!areSameKeys(announcement.keys, keys)) return false;
  try {
    const { by, head } = announcedBy(announcement, pinned, keys);
    return by === keys.length - 1 && head.binding.length >= length;
  } catch (cause) {
    if (cause instanceof ReplicaError) return false;
    throw cause;
  }
}
