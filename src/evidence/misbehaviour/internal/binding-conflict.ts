/**
 * Whether two heads cannot be bound to one Hypercore: every block holds an entry at least, so lengths go
 * as sizes do, and of one length there is one tree hash (docs/formats/misbehaviour.md, `binding`).
 */
import { equalBytes } from '../../../base/bytes.js';
import type { LogBinding } from '../../../tlog/log-binding.js';

export interface BoundHead {
  readonly size: number;
  /** Null if the head binds no core. */
  readonly binding: LogBinding | null;
}

/** Of two cores, or two fork numbers of one, nothing can be said. */
export function bindingsConflict(one: BoundHead, other: BoundHead): boolean {
  const [a, b] = [one.binding, other.binding];
  if (a === null || b === null || !equalBytes(a.discoveryKey, b.discoveryKey) || a.fork !== b.fork)
    return false;
  if (Math.sign(one.size - other.size) !== Math.sign(a.length - b.length)) return true;
  return a.length === b.length && !equalBytes(a.treeHash, b.treeHash);
}
