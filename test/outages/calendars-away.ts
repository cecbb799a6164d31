/** Calendars, of strangers and of another node: away for all, or only where roots are sent, or only where promises are kept. */
import { join } from 'node:path';
import { Secret } from '../../src/base/secret.js';
import { CalendarDouble } from '../anchoring/calendar-double.js';
import { openTestService } from '../support/test-service.js';
import { type Backend, shownAs } from './away.js';
import { type Failing, FAILING_TEXTS, FAILINGS, FaultyWay } from './faulty-way.js';

const TAKES_NOTHING = /^too few calendars take roots/;
const NAMES_NO_BLOCK = /^calendars have named no block/;
const WHERE = [
  { what: 'roots are sent', path: /\/digest$/, reason: TAKES_NOTHING },
  { what: 'promises are asked for', path: /\/timestamp\//, reason: NAMES_NO_BLOCK },
] as const;
const CONTENT_FAILINGS = ['broken', 'hanging', 'garbage'] as const satisfies readonly Failing[];

export const CALENDARS_AWAY: readonly Backend[] = [
  { ...row('a calendar, which refuses connections'), open: calendar('refused', /^/) },
  ...WHERE.flatMap(({ what, path, reason }) =>
    CONTENT_FAILINGS.map((how) => ({
      ...row(`a calendar, which ${FAILING_TEXTS[how]} where ${what}`, reason),
      open: calendar(how, path),
    })),
  ),
  {
    ...row('a calendar, which gets nothing into a block', NAMES_NO_BLOCK),
    open: calendar(null, /^/),
  },
];

export const UPSTREAMS_AWAY: readonly Backend[] = FAILINGS.map((how) => ({
  ...row(`an upstream node, which ${FAILING_TEXTS[how]}`),
  open: upstream(how),
}));

function row(name: string, reason: RegExp = TAKES_NOTHING): Omit<Backend, 'open'> {
  return { ...shownAs('calendars'), name, reason };
}

const EVERY_EPOCH = { calendarIntervalMillis: 0, outboundTimeoutMillis: 2_000 };

/** @param how null for one that answers, and has no block. */
function calendar(how: Failing | null, where: RegExp): Backend['open'] {
  return async () => {
    const double = await CalendarDouble.open();
    const way = await FaultyWay.open();
    way.target = double.url.slice(0, -1);
    double.promisedUri = way.url;
    let isMining = true;
    return {
      settings: {
        ...EVERY_EPOCH,
        calendars: [{ url: `${way.url}/`, host: way.host, promises: [] }],
      },
      begin: async () => {
        isMining = how !== null;
        if (how !== null) await way.begin(how, where);
      },
      end: async () => {
        isMining = true;
        await way.end();
      },
      meanwhile: () => {
        if (isMining) double.mine(800_000);
        return Promise.resolve();
      },
      close: async () => {
        await way.close();
        await double.close();
      },
    };
  };
}

/** Its calendar is behind the way; it is anchored by itself, whoever reaches it. */
function upstream(how: Failing): Backend['open'] {
  return async ({ root, clock }) => {
    const way = await FaultyWay.open();
    const url = `${way.url}/v1/calendar/`;
    const node = await openTestService(join(root, 'upstream'), { clock, calendarUri: url });
    way.target = node.service.url;
    return {
      settings: {
        ...EVERY_EPOCH,
        anchorChain: 'upstream',
        anchorUpstream: { url, host: way.host, promises: [] },
        secrets: { anchorUpstreamKey: new Secret(node.adminKey) },
      },
      begin: () => way.begin(how),
      end: () => way.end(),
      meanwhile: async () => {
        const response = await node.request('/v1/anchors', { method: 'POST' });
        await response.arrayBuffer();
      },
      close: async () => {
        await way.close();
        await node.service.close();
      },
    };
  };
}
