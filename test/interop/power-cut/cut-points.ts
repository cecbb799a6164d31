/** When the power goes, and which way. */
import { type Way } from './cut-chances.js';
import { seeded } from './random.js';
import type { Trace } from './trace.js';

export interface CutPoint {
  readonly position: number;
  readonly way: Way;
}

/** Just before each sync returns, and at the end: see power-cut.ts for what this proves. */
export function syncCuts(trace: Trace): CutPoint[] {
  const ways: readonly Way[] = ['synced only', 'names without data', 'torn'];
  const positions = positionsOf(trace, 'sync-end');
  return [...positions, trace.events.length].flatMap((position) =>
    ways.map((way) => ({ position, way })),
  );
}

/** Half of them anywhere, half just after an acknowledgement: the moment with most to lose. */
export function drawnCuts(trace: Trace, seed: number, count: number): CutPoint[] {
  const random = seeded([seed]);
  const ways: readonly Way[] = [
    'synced only',
    'names without data',
    'data without names',
    'torn',
    'torn',
    'torn',
  ];
  const acknowledged = trace.events.flatMap((event, at) =>
    event.kind === 'send' && event.acknowledged.length > 0 ? [at + 1] : [],
  );
  const anywhere = (): number => random.below(trace.events.length + 1);
  return Array.from({ length: count }, () => ({
    position:
      acknowledged.length > 0 && random.below(2) === 0 ? random.pick(acknowledged) : anywhere(),
    way: random.pick(ways),
  })).sort((a, b) => a.position - b.position);
}

function positionsOf(trace: Trace, kind: Trace['events'][number]['kind']): number[] {
  return trace.events.flatMap((event, at) => (event.kind === kind ? [at] : []));
}
