/** What a monitor remembers after a look, from what it remembered before. */
import type { UnixMillis } from '../../base/brand.js';
import { MAX_SOURCES, type MonitorState, type Source } from './monitor-state.js';
import type { Round } from './round.js';
import { headOf, type VerifiedHead } from './verified-head.js';

export interface Looked {
  readonly before: MonitorState | null;
  /** The largest that continues all before it. */
  readonly best: VerifiedHead;
  /** By place, the size that was shown there and followed. */
  readonly seen: ReadonlyMap<string, number>;
  readonly at: UnixMillis;
}

export function stateAfter({ before, best, seen, at }: Looked): MonitorState {
  return {
    checkpoint: best.view.checkpoint,
    ...best.log,
    grownAt: changeOf(before, best) === 'none' && before !== null ? before.grownAt : at,
    seenAt: at,
    sources: sourcesAfter(before?.sources ?? [], seen),
    ...(before?.epochs !== undefined && { epochs: before.epochs }),
  };
}

export function changeOf(before: MonitorState | null, { head }: VerifiedHead): Round['change'] {
  if (before === null) return 'first';
  return head.size > headOf(before.checkpoint).size ? 'grown' : 'none';
}

/** The largest size of each place, those of this look at the end. */
function sourcesAfter(before: readonly Source[], seen: Looked['seen']): readonly Source[] {
  const now = [...seen].map(([place, size]) => ({
    place,
    size: Math.max(size, before.find((source) => source.place === place)?.size ?? 0),
  }));
  return [...before.filter(({ place }) => !seen.has(place)), ...now].slice(-MAX_SOURCES);
}
