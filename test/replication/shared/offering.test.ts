/** Offers of ledgers: taken of those that may offer, each once at a time, and as many as there is room for. */
import { afterEach, expect, it } from '@jest/globals';
import type { Logger } from '../../../src/base/logger.js';
import { silentLogger } from '../../../src/base/logger.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import { OfferChannels } from '../../../src/replication/shared/offer-channels.js';
import type { LedgerOffer } from '../../../src/replication/shared/offer.js';
import { Offering, type OfferingParts } from '../../../src/replication/shared/offering.js';
import { eventually } from '../../support/eventually.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { linkKey, TestNode } from '../links/links-fixture.js';

const nodes: TestNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const HEX = 'ab'.repeat(32) as NodeId;
const KEY = 'a.example+22222222+BBBB';

/** What a writer shows of itself; nobody looks at it here. */
const CLAIM: LedgerOffer['claim'] = {
  group: {
    members: [{ node: HEX, site: 'ber1', hasData: true, mayWrite: true }],
    ...{ sites: 1, voteQuorum: 1, writeQuorum: 1 },
  },
  term: { number: 1, node: HEX },
  votes: [],
};

function offerOf(origin: string): LedgerOffer {
  return {
    origin,
    ...{ claim: CLAIM, members: [HEX] },
    data: {
      keys: [{ corePublicKey: HEX, verifierKey: KEY, ended: null }],
      ledger: { handle: '8899aabbccddeeff', name: 'kyc' },
      tenant: {
        ...{ handle: '0011223344556677', name: 'acme', recoveryKey: KEY },
        root: new Uint8Array(32).fill(7),
      },
    },
  };
}

/** One node offers, and the other takes. */
async function offeringTo({
  offers,
  ...parts
}: Partial<OfferingParts> & { readonly offers: boolean }): Promise<{
  readonly say: (offer: LedgerOffer) => boolean;
  readonly warned: string[];
}> {
  const warned: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (event) => warned.push(event) };
  const sender = new OfferChannels(() => undefined);
  const taker = new Offering({
    settings: {
      peers: [{ name: 'one', linkKey: linkKey('one'), receiptKey: HEX, offers }],
    } as unknown as OfferingParts['settings'],
    ...{ store: {} as never, keyStore: {} as never, logger, timers: new FakeTimers() },
    mayTake: () => true,
    claim: () => Promise.resolve(),
    take: () => Promise.resolve(),
    ...parts,
  });
  const other = await TestNode.open('other', {
    peers: { one: null },
    onLink: (_, link) => {
      taker.onLink(HEX, link, () => undefined);
    },
  });
  nodes.push(other);
  const one = await TestNode.open('one', {
    peers: { other: other.address },
    onLink: (_, link) => {
      sender.onLink(HEX, link, () => undefined);
    },
  });
  nodes.push(one);
  const say = (offer: LedgerOffer): boolean => sender.send(HEX, offer);
  await eventually(() => say(offerOf('a.example/0011223344556677/first')), 'a link');
  return { say, warned };
}

it('are taken of nobody who may not offer, of whom the operator is told once', async () => {
  const taken: string[] = [];
  const { say, warned } = await offeringTo({
    offers: false,
    take: (_, { origin }) => {
      taken.push(origin);
      return Promise.resolve();
    },
  });
  for (const n of [1, 2]) expect(say(offerOf(`a.example/t/l${n}`))).toBe(true);
  await eventually(() => warned.length > 0, 'a warning');
  expect([taken, warned.length]).toEqual([[], 1]);
});

it('are taken once at a time, however often they are said', async () => {
  const taken: string[] = [];
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { say } = await offeringTo({
    offers: true,
    take: (_, { origin }) => {
      taken.push(origin);
      return held;
    },
  });
  for (const origin of ['a.example/t/a', 'a.example/t/a', 'a.example/t/b'])
    expect(say(offerOf(origin))).toBe(true);
  await eventually(() => taken.includes('a.example/t/b'), 'the last of them');
  expect(taken.slice(1)).toEqual(['a.example/t/a', 'a.example/t/b']);
  release();
});

it('are not taken where there is no room', async () => {
  const taken: string[] = [];
  const { say } = await offeringTo({
    offers: true,
    mayTake: ({ origin }) => origin !== 'a.example/t/a',
    take: (_, { origin }) => {
      taken.push(origin);
      return Promise.resolve();
    },
  });
  for (const origin of ['a.example/t/a', 'a.example/t/b']) say(offerOf(origin));
  await eventually(() => taken.includes('a.example/t/b'), 'the last of them');
  expect(taken).not.toContain('a.example/t/a');
});
