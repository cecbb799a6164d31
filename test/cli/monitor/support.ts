/** A log in memory as a monitor's place, and the parts of a monitor whose clock and waits are a test's. */
import { join } from 'node:path';
import type { MonitorSystem } from '../../../src/cli/monitor/monitor-parts.js';
import { MonitorStore } from '../../../src/cli/monitor/monitor-store.js';
import type { RemoteLog } from '../../../src/cli/monitor/remote-log.js';
import type { MonitorParts } from '../../../src/cli/monitor/round.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { consistencyProofOf } from '../../../src/tlog/tile-reader.js';
import type { History } from '../../evidence/misbehaviour/support/history.js';
import { LOG_KEY } from '../../evidence/misbehaviour/support/history.js';
import { FakeClock } from '../../support/fake-clock.js';

/** What a node shows; a test puts another history or size in its place. */
export interface Shown {
  history: History;
  size: number;
}

export function placeOf(shown: Shown, place = 'http://node.example kyc'): RemoteLog {
  return {
    place,
    checkpoint: () => Promise.resolve(shown.history.checkpoint(shown.size)),
    consistency: (from, to) =>
      Promise.resolve(consistencyProofOf(from as never, to as never, shown.history.readTile)),
    fetchTile: (tile) =>
      shown.history.view(shown.size).fetchTile?.(tile) ?? Promise.resolve(new Uint8Array()),
    evidence: () => Promise.reject(new Error('nobody asks for evidence where the key is pinned')),
  };
}

export interface TestMonitor {
  readonly parts: MonitorParts & MonitorSystem;
  readonly clock: FakeClock;
  readonly state: string;
}

export function monitorOf(
  root: string,
  places: MonitorParts['places'],
  more: Partial<MonitorParts & MonitorSystem> = {},
): TestMonitor {
  const clock = new FakeClock();
  const state = join(root, 'monitor');
  const parts = {
    places,
    saved: [],
    evidence: [],
    trust: { ...NO_TRUST, logs: [LOG_KEY.key] },
    store: new MonitorStore(state),
    clock,
    staleMillis: null,
    progress: () => undefined,
    wait: () => Promise.resolve(),
    ...more,
  };
  return { parts, clock, state };
}
