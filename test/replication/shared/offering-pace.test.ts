/** Ledgers offered over a real link, however many and however often this is asked for. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/logger.js';
import { openChannel } from '../../../src/replication/links/channel.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import {
  formatOffer,
  type LedgerOffer,
  MAX_OFFER_BYTES,
  parseOffer,
} from '../../../src/replication/shared/offer.js';
import { Offering, type OfferingParts } from '../../../src/replication/shared/offering.js';
import type { SharedEntry } from '../../../src/replication/shared/shared-ledger.js';
import { eventually } from '../../support/eventually.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { linked, TestNode } from '../links/links-fixture.js';

const PEER = 'b'.repeat(64) as NodeId;
const LEDGERS = 250;
/** As a node takes them. */
const BUDGET = { perSecond: 200, burst: 1_000 } as const;
const TENANT = { handle: '0011223344556677', name: 'acme', recoveryKey: 'a.example+11111111+AAAA' };
const KEYS = [
  { corePublicKey: '3'.repeat(64), verifierKey: 'a.example+22222222+BBBB', ended: null },
];

let timers: FakeTimers;
let a: TestNode;
let b: TestNode;
let offering: Offering;
/** How often each was offered. */
let offered: Map<string, number>;

/** What a writer shows of itself; nobody looks at it here. */
const CLAIM: LedgerOffer['claim'] = {
  group: {
    members: [{ node: PEER, site: 'ber1', hasData: true, mayWrite: true }],
    ...{ sites: 1, voteQuorum: 1, writeQuorum: 1 },
  },
  term: { number: 1, node: PEER },
  votes: [],
};

/** A ledger as far as an offer shows it. */
function entry(at: number): SharedEntry {
  const ledger = {
    ...{ claim: CLAIM, origin: `a.example/0011223344556677/l${at}` },
    state: { log: { groups: [{ block: 1, group: CLAIM.group }] } },
    store: { keys: KEYS },
  };
  return { handle: at.toString(16).padStart(16, '0'), ledger: ledger as never };
}

beforeEach(async () => {
  timers = new FakeTimers();
  offered = new Map();
  const store = {
    ledgerOf: (handle: string) => ({ identity: { handle, name: 'l', tenant: TENANT.handle } }),
    tenantOf: () => TENANT,
  };
  offering = new Offering({
    ...{ store: store as unknown as OfferingParts['store'], timers, logger: silentLogger },
    settings: { peers: [] } as unknown as OfferingParts['settings'],
    keyStore: { tenantRoot: () => Promise.resolve(new Uint8Array(32).fill(7)) },
    mayTake: () => false,
    claim: () => Promise.reject(new Error('it is offered nothing')),
    take: () => Promise.reject(new Error('it is offered nothing')),
  });
  a = await TestNode.open('a', {
    ...{ peers: { b: null }, timers },
    onLink: (_peer, link) => {
      offering.onLink(PEER, link, () => undefined);
    },
  });
  b = await TestNode.open('b', {
    ...{ peers: { a: a.address }, timers },
    onLink: (_peer, link) => {
      openChannel(link, {
        ...{ name: 'offers', maxBytes: MAX_OFFER_BYTES, budget: BUDGET },
        codec: { encode: formatOffer, decode: parseOffer },
        onMessage: ({ origin }) => {
          offered.set(origin, (offered.get(origin) ?? 0) + 1);
        },
      });
    },
  });
  timers.advance(0);
  await linked(a, b);
});

afterEach(async () => {
  await b.close();
  await a.close();
});

it('offers many ledgers at the pace that a peer takes, and again what it has not taken after a while', async () => {
  const wanting = Array.from({ length: LEDGERS }, (_, at) => entry(at));
  for (let asked = 0; asked < 40; asked++) offering.offerTo(PEER, wanting);
  await eventually(() => offered.size === 100, 'as many as go at once');
  expect(Math.max(...offered.values())).toBe(1);
  for (let second = 0; second < 10; second++) {
    timers.advance(1_000);
    for (let asked = 0; asked < 40; asked++) offering.offerTo(PEER, wanting);
  }
  const each = (): number[] => [...offered.values()];
  await eventually(() => each().length === LEDGERS && Math.min(...each()) >= 3, 'all, again');
  expect(Math.max(...each())).toBeLessThanOrEqual(4);
  expect(b.peer('a')).toMatchObject({ state: 'linked', lastDrop: null });
});
