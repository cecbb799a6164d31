/** A node whose backend goes and comes back, and what it says of that meanwhile. */
import { mkdir } from 'node:fs/promises';
import { answer } from '../api/support/ledger-client.js';
import { FakeClock } from '../support/fake-clock.js';
import { openTestService, type TestService } from '../support/test-service.js';
import type { Anchors, Backend } from './away.js';

export const HOUR_MILLIS = 3_600_000;
const MINUTE_MILLIS = 60_000;

export interface Backlog {
  /** Epochs that wait for the backend. */
  readonly waiting: number;
  /** What `/readyz` says of it. */
  readonly reasons: readonly string[];
  readonly isReady: boolean;
  /** The gauge of the backend; null where it has no value. */
  readonly gauge: number | null;
}

export interface Outage {
  /** Another one after a restart. */
  readonly node: () => TestService;
  readonly clock: FakeClock;
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Anchors now, whatever comes of it. */
  anchor(): Promise<void>;
  /** Asks until it is so. @throws after that many looks. */
  until(isSo: (backlog: Backlog) => boolean): Promise<Backlog>;
  close(): Promise<void>;
}

/** Some 50 are enough; the timer of the node waits longer after each failure. */
const MAX_LOOKS = 3_000;

/** By the clock of the machine, as the timer of a node runs: so that what fails is tried again. */
const INTERVAL_MILLIS = 300;

export async function startOutage(backend: Backend, root: string): Promise<Outage> {
  await mkdir(root, { recursive: true });
  const clock = new FakeClock();
  const away = await backend.open({ root, clock });
  const options = {
    ...away.settings,
    clock,
    epochIntervalMillis: INTERVAL_MILLIS,
    metricsPort: 0,
  };
  let node = await openTestService(root, options, away.adminKey);
  const again = async (): Promise<void> => {
    if (backend.restarts !== true) return;
    await node.service.close();
    node = await openTestService(root, options, node.adminKey);
  };
  const backlog = async (): Promise<Backlog> => {
    const anchors = await answer<Anchors>(node.request('/v1/anchors'));
    const ready = await node.request('/readyz', { key: '' });
    const { reasons } = (await ready.json()) as { reasons: string[] };
    return {
      waiting: backend.waiting(anchors),
      reasons: reasons.filter((reason) => backend.reason?.test(reason) === true),
      isReady: ready.status === 200,
      gauge: await gaugeOf(node, backend.metric),
    };
  };
  return {
    node: () => node,
    clock,
    begin: async () => {
      await away.begin();
      await again();
    },
    end: async () => {
      await away.end();
      await again();
    },
    anchor: async () => {
      await (await node.request('/v1/anchors', { method: 'POST' })).arrayBuffer();
      await away.meanwhile();
    },
    until: async (isSo) => {
      for (let look = 0; ; look++) {
        const now = await backlog();
        if (isSo(now)) return now;
        if (look === MAX_LOOKS) throw new Error(`it does not come: ${JSON.stringify(now)}`);
        await away.meanwhile();
        // What failed rests, and what was promised is asked about in its time.
        clock.advance(MINUTE_MILLIS);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: async () => {
      await node.service.close();
      await away.close();
    },
  };
}

async function gaugeOf({ service }: TestService, name: string): Promise<number | null> {
  const text = await (await fetch(`${service.metricsUrl ?? ''}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length));
}
