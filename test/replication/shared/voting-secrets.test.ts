/** What a node is given of a ledger that it has a vote for alone, and what it would be given if it kept it: over real links. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { GroupLinks } from '../../../src/replication/group-links.js';
import { parseLinkSettings } from '../../../src/replication/links/link-settings.js';
import { Links } from '../../../src/replication/links/links.js';
import { systemTimers } from '../../../src/replication/links/timers.js';
import type { Message } from '../../../src/replication/protocol/messages.js';
import type { LogAnnouncement } from '../../../src/replication/replica/announcement.js';
import { LogChannels } from '../../../src/replication/shared/log-channels.js';
import { OfferChannels } from '../../../src/replication/shared/offer-channels.js';
import type { LedgerOffer } from '../../../src/replication/shared/offer.js';
import { SecretChannels } from '../../../src/replication/shared/secret-channels.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';
import { freePort } from '../../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { LEDGER, majorityOf, type NodeKeys, SharingNode, TENANT } from './sharing-node.js';

const PATIENCE = 20_000;
let root: string;
let writer: SharingNode;
let curious: Curious;
let keys: NodeKeys[];

/** Takes whatever it is told, and asks for more than it is due. */
class Curious {
  readonly node: SharingNode;
  readonly offers: LedgerOffer[] = [];
  readonly announced: LogAnnouncement[] = [];
  readonly heard: Message[] = [];
  readonly secrets = new SecretChannels({
    timers: systemTimers,
    give: () => Promise.resolve(null),
    onFailure: () => undefined,
  });
  links: Links | null = null;

  constructor(node: SharingNode) {
    this.node = node;
  }

  async open(own: NodeKeys, other: NodeKeys): Promise<void> {
    const kept = await this.node.opened?.keyStore.beginReplicationKeys();
    if (kept === undefined) throw new Error('a node that is open');
    const groups = new GroupLinks({
      ...{ key: kept.receipt, timers: systemTimers },
      nodeOf: () => other.receiptKey,
    });
    groups.join(ORIGIN(), {
      takesPart: () => true,
      hear: (_, message) => this.heard.push(message),
    });
    const logs = new LogChannels(systemTimers, (_, one) => this.announced.push(one));
    const offers = new OfferChannels((_, one) => this.offers.push(one));
    const { name, linkKey, address } = other;
    this.links = await Links.open({
      settings: parseLinkSettings({ listen: own.address, peers: [{ name, linkKey, address }] }),
      keys: kept.link,
      ...{ clock: new FakeClock(), random: new RandomPool(), logger: silentLogger },
      onLink: (peer, link) => {
        groups.onLink(peer, link);
        logs.onLink(other.receiptKey, link);
        this.secrets.onLink(other.receiptKey, link);
        offers.onLink(other.receiptKey, link, () => undefined);
      },
    });
  }

  async close(): Promise<void> {
    await this.links?.close();
    await this.node.close();
  }
}

const ORIGIN = (): string => writer.ledger.reader.origin;

beforeEach(async () => {
  root = await temporaryDirectory();
  writer = new SharingNode(root, 'a');
  curious = new Curious(new SharingNode(root, 'v'));
  keys = [];
  for (const node of [writer, curious.node]) {
    await node.openStore();
    keys.push(await node.keys(await freePort()));
  }
  const { store } = writer;
  await store.createLedger(await store.createTenant(TENANT, 'a.example'), LEDGER);
  await writer.append('alice', 'k0');
});
afterEach(async () => {
  await curious.close();
  await writer.close();
  await removeDirectory(root);
});

/** The ledger is shared with a node that has the data, or a vote alone. */
async function begun(hasData: boolean): Promise<NodeKeys> {
  const [own, other] = keys;
  if (own === undefined || other === undefined) throw new Error('two nodes');
  await writer.share(own, keys);
  const group = majorityOf(keys);
  const members = group.members.map((member, at) =>
    at === 0 ? member : { ...member, hasData, mayWrite: hasData },
  );
  await writer.shared.setGroup(writer.ledger, { ...group, members, writeQuorum: 1 });
  await curious.open(other, own);
  // It is told, again and again, that the writer is there.
  await eventually(
    () =>
      curious.offers.length > 1 &&
      curious.heard.filter(({ kind }) => kind === 'announce').length > 5,
    'offers and announcements',
    PATIENCE,
  );
  return own;
}

const asked = (of: NodeKeys) =>
  curious.secrets.ask(of.receiptKey, { origin: ORIGIN(), from: 0, to: 2 });

describe('a member', () => {
  it('that has a vote alone is told no key, no name and no secret', async () => {
    const own = await begun(false);
    expect(curious.offers.map(({ data }) => data)).toEqual(curious.offers.map(() => null));
    expect(curious.offers[0]?.claim.term).toEqual({ number: 1, node: own.receiptKey });
    expect(curious.announced).toEqual([]);
    await expect(asked(own)).rejects.toMatchObject({ code: 'REPLICATION_UNANSWERED' });
    const [message] = curious.heard;
    expect(message).toMatchObject({ kind: 'announce', groups: expect.any(Array) });
  }, 60_000);

  it('that keeps the data is told all of them', async () => {
    const own = await begun(true);
    expect(curious.offers[0]?.data?.tenant).toMatchObject({ name: TENANT });
    expect(curious.announced.length).toBeGreaterThan(0);
    expect((await asked(own)).secrets.length).toBeGreaterThan(0);
    expect(curious.heard.every((one) => !('groups' in one))).toBe(true);
  }, 60_000);
});
