/** What was announced, once its signatures hold. */
import type { LogKeys } from '../../ledger/log-reader.js';
import type { LogAnnouncement } from './announcement.js';
import {
  isSameKey,
  type PinnedLog,
  type SignedHead,
  verifiedHead,
  vouchedKeys,
} from './known-log.js';

export interface Announced {
  readonly announcement: LogAnnouncement;
  readonly keys: readonly LogKeys[];
  readonly head: SignedHead;
  /** Which of the keys has signed the head. */
  readonly by: number;
}

/** @param known keys that are vouched for already. @throws ReplicaError REPLICA_HEAD_UNVERIFIED, REPLICA_KEYS_UNVERIFIED. */
export function announcedBy(
  announcement: LogAnnouncement,
  pinned: PinnedLog,
  known: readonly LogKeys[],
): Announced {
  const { checkpoint, keys } = announcement;
  const vouched = vouchedKeys(pinned, keys, known);
  const head = verifiedHead(checkpoint, pinned.origin, vouched, keys);
  const by = vouched.findIndex((key) => isSameKey(key, head.key));
  return { announcement, keys, head, by };
}
