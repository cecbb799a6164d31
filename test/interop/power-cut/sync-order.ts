/** Shows of every acknowledgement in a trace that it left after the sync that covers it. */
import { asBuffer } from '../../../src/base/bytes.js';
import type { Inode, Trace } from './trace.js';

interface Written {
  readonly inode: Inode;
  readonly data: Buffer;
}

/**
 * The ids whose acknowledgement began to leave while what it rests on was not synced yet: no write
 * with these bytes in it was covered by a sync that had returned. Unlike a power cut this takes no
 * time and so can look at every acknowledgement; but it says nothing of names, nor whether a reopened
 * store finds what the bytes say.
 *
 * @param restsOn bytes that a write holds, whole, and that no earlier write can hold.
 */
export function acknowledgedBeforeSynced(
  trace: Trace,
  restsOn: (id: string) => Uint8Array,
): string[] {
  const early: string[] = [];
  const synced: Written[] = [];
  const covered = new Map<number, readonly Written[]>();
  let unsynced: Written[] = [];
  for (const event of trace.events) {
    if (event.kind === 'write') {
      unsynced.push({ inode: event.inode, data: asBuffer(event.data) });
    } else if (event.kind === 'sync-begin') {
      const { inode } = event;
      covered.set(
        event.sync,
        unsynced.filter((written) => inode === null || written.inode === inode),
      );
    } else if (event.kind === 'sync-end') {
      const now = new Set(covered.get(event.sync));
      synced.push(...unsynced.filter((written) => now.has(written)));
      unsynced = unsynced.filter((written) => !now.has(written));
    } else if (event.kind === 'send') {
      early.push(...event.acknowledged.filter((id) => !holds(synced, restsOn(id))));
    }
  }
  return early;
}

/** Newest first: that is where it should be. */
function holds(synced: readonly Written[], bytes: Uint8Array): boolean {
  return synced.findLast(({ data }) => data.includes(asBuffer(bytes))) !== undefined;
}
