/** How far a blind peer has come with one log: from what it says, and what was here when. */
import type { UnixMillis } from '../../base/brand.js';
import type { HeldElsewhere } from '../../ledger/given-core.js';

/** As `GivenCore`. */
export interface SeenCore {
  readonly length: number;
  readonly end: number;
  readonly held: HeldElsewhere | null;
}

/** What is remembered of it until the node ends; nothing of it is on disk. */
export interface KeptLog {
  readonly received: number | null;
  readonly longer: number | null;
  readonly isCut: boolean;
  /** So many blocks were here at that time: until it has them, it is behind since then. */
  readonly mark: { readonly blocks: number; readonly at: UnixMillis };
}

/**
 * What is known once a log was looked at again.
 *
 * @param cores of the log, oldest first. @param isShared others write it too, and may be ahead of this node.
 */
export function lookedAt(
  before: KeptLog | null,
  cores: readonly SeenCore[],
  isShared: boolean,
  now: UnixMillis,
): KeptLog {
  const blocks = blocksIn(cores);
  const received = receivedOf(cores) ?? before?.received ?? null;
  const said = isShared ? [] : cores.filter(({ held, length }) => (held?.length ?? 0) > length);
  const longer = Math.max(before?.longer ?? 0, ...said.map(({ held }) => held?.length ?? 0));
  const mark = before?.mark ?? { blocks, at: now };
  const isReached = (received ?? 0) >= mark.blocks;
  return {
    received,
    longer: longer === 0 ? null : longer,
    isCut: before?.isCut === true || cores.some(({ held }) => (held?.fork ?? 0) > 0),
    mark: isReached ? { blocks, at: now } : mark,
  };
}

/** Of the log, here. */
export function blocksIn(cores: readonly Pick<SeenCore, 'length' | 'end'>[]): number {
  return cores.findLast(({ length }) => length > 0)?.end ?? 0;
}

export function behindSince({ mark, received }: KeptLog): UnixMillis | null {
  return (received ?? 0) < mark.blocks ? mark.at : null;
}

/** Null where it has not opened the first Hypercore: it is not there, or has not come to it yet. */
function receivedOf(cores: readonly SeenCore[]): number | null {
  let received: number | null = null;
  for (const { end, held } of cores) {
    if (held === null) break;
    received = Math.max(received ?? 0, Math.min(held.held, end));
    if (held.held < end) break;
  }
  return received;
}
