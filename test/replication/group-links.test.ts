/** What groups say over real links: in full, and by number what is said again. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type KeyPair, keyPairOf, signDetached } from '../../src/keys/key-pair.js';
import {
  type Again,
  formatAgain,
  MAX_AGAIN,
  MAX_AGAIN_BYTES,
  parseAgain,
} from '../../src/replication/group-again.js';
import { GroupLinks } from '../../src/replication/group-links.js';
import {
  formatGroupMessage,
  type GroupMessage,
  MAX_GROUP_MESSAGE_BYTES,
  parseGroupMessage,
  signGroupMessage,
} from '../../src/replication/group-message.js';
import { type Channel, openChannel } from '../../src/replication/links/channel.js';
import type { Link } from '../../src/replication/links/link.js';
import type { Announce, Message, Receipt } from '../../src/replication/protocol/messages.js';
import type { NodeId } from '../../src/replication/protocol/term.js';
import { eventually } from '../support/eventually.js';
import { FakeTimers } from '../support/fake-timers.js';
import { linkKey, TestNode } from './links/links-fixture.js';

const ORIGINS = ['kyc', 'aml'].map((name) => `log.example/0011223344556677/${name}`);
const [KYC = ''] = ORIGINS;
/** More than what is said again waits for others. */
const GATHERED = 60;
const RATE = { perSecond: 10_000, burst: 10_000 };

type Name = 'a' | 'b';

function receiptKey(name: Name): KeyPair {
  return keyPairOf(createHash('sha256').update(`receipt of ${name}`).digest());
}

function nodeId(name: Name): NodeId {
  return Buffer.from(receiptKey(name).publicKey).toString('hex') as NodeId;
}

const term = { number: 1, node: nodeId('a') };
const announce = (length: number): Announce => ({
  ...{ kind: 'announce', term, shown: length },
  end: { length, segments: [{ begins: 0, term }] },
});
const receipt = (length: number): Receipt => ({ kind: 'receipt', term, length });

/** The groups of a node: a writes, b follows and answers each announcement as a member does. */
class Speaker {
  readonly name: Name;
  readonly groups: GroupLinks;
  readonly heard: Message[] = [];
  signatures = 0;
  takesPart = true;
  answers = true;

  constructor(name: Name, timers: FakeTimers) {
    this.name = name;
    const key = receiptKey(name);
    const other = name === 'a' ? 'b' : 'a';
    this.groups = new GroupLinks({
      key: {
        publicKey: key.publicKey,
        sign: (bytes) => {
          this.signatures++;
          return signDetached(key, bytes);
        },
      },
      nodeOf: (peer) => (peer === linkKey(other) ? nodeId(other) : null),
      timers,
    });
    for (const origin of ORIGINS)
      this.groups.join(origin, {
        takesPart: () => this.takesPart,
        hear: (from, message) => {
          this.heard.push(message);
          if (message.kind === 'announce' && this.answers)
            this.groups.send(origin, from, receipt(message.end.length));
        },
      });
  }
}

let timers: FakeTimers;
let a: TestNode;
let b: TestNode;
let writer: Speaker;
let follower: Speaker;

async function open(onLink: (link: Link) => void): Promise<void> {
  a = await TestNode.open('a', {
    ...{ peers: { b: null }, timers },
    onLink: (peer, link) => {
      writer.groups.onLink(peer, link);
    },
  });
  b = await TestNode.open('b', {
    ...{ peers: { a: a.address }, timers },
    onLink: (_peer, link) => {
      onLink(link);
    },
  });
  timers.advance(0);
  await eventually(() => a.isLinkedTo('b') && b.isLinkedTo('a'), 'a link');
}

beforeEach(() => {
  timers = new FakeTimers();
  writer = new Speaker('a', timers);
  follower = new Speaker('b', timers);
});

afterEach(async () => {
  await b.close();
  await a.close();
});

/** One announcement of each ledger, answered. */
async function beat(length: number): Promise<void> {
  const [heard, answered] = [follower.heard.length, writer.heard.length];
  for (const origin of ORIGINS) writer.groups.send(origin, nodeId('b'), announce(length));
  await eventually(() => {
    timers.advance(GATHERED);
    return (
      follower.heard.length === heard + ORIGINS.length &&
      writer.heard.length === answered + ORIGINS.length
    );
  }, 'a beat');
}

const linkB = (link: Link): void => {
  follower.groups.onLink({ name: 'a', linkKey: linkKey('a'), address: null }, link);
};

describe('ledgers at rest', () => {
  it('are spoken of in full once, and by number from then on', async () => {
    await open(linkB);
    for (let round = 0; round < 20; round++) await beat(7);
    expect([writer.signatures, follower.signatures]).toEqual([ORIGINS.length, ORIGINS.length]);
    expect(follower.heard).toEqual(Array.from({ length: 40 }, () => announce(7)));
    expect(writer.heard).toEqual(Array.from({ length: 40 }, () => receipt(7)));
    await beat(8);
    expect(writer.signatures).toBe(2 * ORIGINS.length);
    expect(follower.heard.at(-1)).toEqual(announce(8));
    await beat(8);
    expect([writer.signatures, follower.signatures]).toEqual([4, 4]);
  });

  it('are spoken of in full where nobody answers, and on every other link', async () => {
    await open(linkB);
    follower.takesPart = false;
    for (let round = 0; round < 3; round++) writer.groups.send(KYC, nodeId('b'), announce(7));
    expect(writer.signatures).toBe(3);
    // Behind what it does not heed.
    a.say('b', 'next');
    await eventually(() => b.heard.includes('a: next'), 'all of it');
    expect(follower.heard).toEqual([]);
    follower.takesPart = true;
    await beat(7);
    await beat(7);
    const before = writer.signatures;
    await beat(7);
    expect(writer.signatures).toBe(before);
    a.stood.at(-1)?.drop('unread');
    await eventually(() => {
      timers.advance(5_000);
      return a.stood.length > 1 && a.isLinkedTo('b') && b.isLinkedTo('a');
    }, 'another link');
    await beat(7);
    expect(writer.signatures).toBe(before + ORIGINS.length);
  });
});

describe('a peer', () => {
  /** By the channels alone. */
  function openChannels(
    link: Link,
    onSaid: (said: GroupMessage) => void,
  ): { readonly group: Channel<GroupMessage>; readonly openAgain: () => Channel<Again> } {
    return {
      group: openChannel(link, {
        ...{ name: 'group', maxBytes: MAX_GROUP_MESSAGE_BYTES, budget: RATE, onMessage: onSaid },
        codec: { encode: formatGroupMessage, decode: parseGroupMessage },
      }),
      openAgain: () =>
        openChannel<Again>(link, {
          ...{ name: 'again', maxBytes: MAX_AGAIN_BYTES, budget: RATE },
          codec: { encode: formatAgain, decode: parseAgain },
          onMessage: () => undefined,
        }),
    };
  }

  const signed = (message: Message): GroupMessage =>
    signGroupMessage({ from: nodeId('b'), origin: KYC, message }, (bytes) =>
      signDetached(receiptKey('b'), bytes),
    );

  it('that does not know numbers is told everything in full', async () => {
    let told = 0;
    await open((link) => {
      const { group } = openChannels(link, () => {
        told++;
        group.send(signed(receipt(7)));
      });
    });
    for (let round = 1; round <= 4; round++) {
      writer.groups.send(KYC, nodeId('b'), announce(7));
      await eventually(() => told === round && writer.heard.length === round, 'an answer');
      timers.advance(GATHERED);
    }
    expect(writer.signatures).toBe(4);
  });

  it('says nothing by numbers that it never used, and is dropped for too many', async () => {
    const channels: { again?: Channel<Again>; group?: Channel<GroupMessage> } = {};
    await open((link) => {
      const { group, openAgain } = openChannels(link, () => undefined);
      Object.assign(channels, { group, again: openAgain() });
    });
    channels.again?.send([0, 1, 2]);
    channels.group?.send(signed(receipt(7)));
    await eventually(() => writer.heard.length === 1, 'what it says');
    channels.again?.send([0]);
    await eventually(() => writer.heard.length === 2, 'what it says again');
    const most = Array.from({ length: MAX_AGAIN }, (_, at) => at + 5);
    for (let round = 0; round < 60; round++) channels.again?.send(most);
    await eventually(() => a.peer('b').lastDrop === 'too-many', 'dropped');
    expect(writer.heard).toHaveLength(2);
  });
});
