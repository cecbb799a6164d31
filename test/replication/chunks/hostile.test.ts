/** What a peer can do on the channel of chunks that no node of ours does: real links, one end of which says what it likes. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/logger.js';
import {
  CHUNK_CODEC,
  type ChunkMessage,
  type HoldAnswer,
  MAX_CHUNK_MESSAGE_BYTES,
  MAX_WANTED,
} from '../../../src/replication/chunks/chunk-message.js';
import { type Holdings, SharedChunks } from '../../../src/replication/chunks/shared-chunks.js';
import type { Channel, MessageCodec } from '../../../src/replication/links/channel.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import type { SharingPeer } from '../../../src/replication/replication-settings.js';
import type { SharedLedger } from '../../../src/replication/shared/shared-ledger.js';
import { eventually } from '../../support/eventually.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { linked, TestNode } from '../links/links-fixture.js';
import { groupOfThree, stateOf } from './group-state.js';

const KEPT = 'log.example/1/kept';
/** A ledger of which the peer is no member. */
const OTHERS = 'log.example/1/others';
const TENANT = 'tenant of all';

const RAW: MessageCodec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes.slice(),
};

class Victim {
  readonly blocks = new Map<string, Uint8Array>();
  readonly held: string[] = [];
  readonly asked: string[] = [];
  answer: () => Promise<HoldAnswer | null> = () => Promise.resolve('held');
  #chunks: SharedChunks | null = null;
  /** Apart from those of its links, which are not to be found idle. */
  readonly timers = new FakeTimers();

  get chunks(): SharedChunks {
    if (this.#chunks === null) throw new Error('it is open');
    return this.#chunks;
  }

  async open(): Promise<TestNode> {
    const holdings: Holdings = {
      get: (tenant, address) => {
        this.asked.push(tenant);
        return Promise.resolve(this.blocks.get(hex(address)) ?? null);
      },
      hold: (origin) => {
        this.held.push(origin);
        return this.answer();
      },
    };
    const ledgers = new Map<string, SharedLedger>([
      [KEPT, ledgerOf(['a', 'b', 'c'])],
      [OTHERS, ledgerOf(['a', 'c', 'd'])],
    ]);
    const node = await TestNode.open('a', {
      peers: { b: null },
      onLink: ({ name }, link) => {
        this.chunks.onLink({ name, receiptKey: name as NodeId } as SharingPeer, link);
      },
    });
    this.#chunks = new SharedChunks({
      sharing: { of: (origin) => ledgers.get(origin) },
      ...{ holdings, timers: this.timers, logger: silentLogger },
    });
    return node;
  }
}

/** What is looked at of one. */
function ledgerOf(members: readonly string[]): SharedLedger {
  const state = stateOf(groupOfThree(members), 'a');
  return { state, store: { tenant: TENANT } } as unknown as SharedLedger;
}

let victim: Victim;
let a: TestNode;
let b: TestNode;
let channel: Channel<Uint8Array>;
let heard: ChunkMessage[];

beforeEach(async () => {
  victim = new Victim();
  a = await victim.open();
  heard = [];
  b = await TestNode.open('b', {
    peers: { a: a.address },
    onLink: (_, link) => {
      channel = link.openChannel({
        ...{ name: 'chunks/1', codec: RAW, maxBytes: 1024 * 1024 },
        budget: { perSecond: 1e6, burst: 1e6 },
        onMessage: (bytes) => heard.push(CHUNK_CODEC.decode(bytes)),
      });
    },
  });
  await linked(a, b);
  await eventually(() => victim.chunks.askable(KEPT) === 1, 'open');
});
afterEach(async () => {
  victim.chunks.close();
  await b.close();
  await a.close();
});

function say(message: ChunkMessage): void {
  channel.send(CHUNK_CODEC.encode(message));
}

async function dropped(offence: 'garbage' | 'too-large' | 'too-many'): Promise<void> {
  await eventually(() => a.peer('b').dropped[offence] === 1, offence);
  expect(a.peer('b').state).toBe('banned');
}

const address = (n: number): Buffer => Buffer.alloc(32, n);
const want = (origin: string, ...numbers: readonly number[]): void => {
  say({ kind: 'want', origin, addresses: numbers.map(address) });
};

describe('a peer that breaks the rules is dropped and banned', () => {
  it.each<[what: string, bytes: () => Uint8Array]>([
    ['is none of the messages', () => new Uint8Array(40).fill(0xff)],
    ['wants nothing', () => Buffer.from([1, 0, 1, 0x61])],
    ['wants too many', () => Buffer.concat([Buffer.from([1, 0, 1, 0x61]), Buffer.alloc(65 * 32)])],
    ['is a chunk that nobody asked for', () => chunkOf(address(1), randomBytes(100))],
    ['is cut short', () => Buffer.from([2, 1, 2, 3])],
    ['says not to have what nobody asked for', () => Buffer.concat([Buffer.from([3]), address(1)])],
    ['says to hold what it was not asked to', () => Buffer.from([5, 0, 0, 0, 9, 1])],
    ['is empty', () => new Uint8Array(0)],
  ])('for what %s', async (_, bytes) => {
    channel.send(bytes());
    await dropped('garbage');
  });

  it('for a message that is larger than any', async () => {
    channel.send(new Uint8Array(MAX_CHUNK_MESSAGE_BYTES + 1).fill(2));
    await dropped('too-large');
  });

  it('for wanting more at once than any node does', async () => {
    // Nothing is answered while the disk is busy.
    victim.blocks.get = () => undefined;
    const addresses = Array.from({ length: MAX_WANTED }, (_, n) => address(n));
    for (let times = 0; times < 6; times++) say({ kind: 'want', origin: KEPT, addresses });
    await dropped('too-many');
  });
});

it('is dropped for content that is none, too', async () => {
  victim.answer = () => Promise.resolve(null);
  say({ kind: 'hold', id: 1, origin: KEPT, content: new Uint8Array(7) });
  await dropped('garbage');
});

describe('a peer gets what it may have, and nothing else', () => {
  it('of ledgers that it keeps, of their tenant', async () => {
    victim.blocks.set(hex(address(1)), Buffer.from('a chunk'));
    want(KEPT, 1, 2);
    await eventually(() => heard.length === 2, 'answers');
    expect(heard).toContainEqual({
      ...{ kind: 'chunk', address: plain(address(1)), block: plain(Buffer.from('a chunk')) },
    });
    expect(heard).toContainEqual({ kind: 'none', address: plain(address(2)) });
    expect(new Set(victim.asked)).toEqual(new Set([TENANT]));
  });

  it.each([OTHERS, 'log.example/1/unknown'])(
    'nothing of %s: not even whether it is there',
    async (origin) => {
      victim.blocks.set(hex(address(1)), Buffer.from('a chunk'));
      want(origin, 1);
      await eventually(() => heard.length === 1, 'an answer');
      expect(heard).toEqual([{ kind: 'none', address: plain(address(1)) }]);
      expect(victim.asked).toEqual([]);
    },
  );

  it('has content held for ledgers that it keeps alone, sixteen at a time, and so many wait', async () => {
    say({ kind: 'hold', id: 1, origin: OTHERS, content: new Uint8Array(72) });
    await eventually(() => heard.length === 1, 'an answer');
    expect(heard).toEqual([{ kind: 'held', id: 1, answer: 'later' }]);
    expect(victim.held).toEqual([]);
    const ends: (() => void)[] = [];
    victim.answer = () =>
      new Promise((resolve) =>
        ends.push(() => {
          resolve('held');
        }),
      );
    for (let id = 10; id < 300; id++)
      say({ kind: 'hold', id, origin: KEPT, content: new Uint8Array(72) });
    // Of 290, beside those that are got and those that wait.
    await eventually(() => heard.length === 1 + 290 - 16 - 256, 'those beyond');
    expect(victim.held).toHaveLength(16);
    for (let answered = 0; answered < 272; answered++) {
      await eventually(() => ends.length > answered, 'the next');
      expect(ends.length).toBeLessThanOrEqual(answered + 16);
      ends[answered]?.();
    }
    await eventually(() => heard.length === 291, 'all answers');
    const answers = heard.map((one) => one.kind === 'held' && one.answer);
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(272);
  });
});

describe('a peer that is asked', () => {
  const isIt = (block: Uint8Array): boolean => Buffer.from(block).toString() === 'right';
  const fetch = (n: number): Promise<Uint8Array | null> =>
    victim.chunks.fetch({
      ...{ origin: KEPT, address: address(n), isIt, isUrgent: true, patience: 5_000 },
    });

  it('and sends something else gives nothing; alone it is not found to lie', async () => {
    const fetched = fetch(1);
    await eventually(() => heard.length === 1, 'asked');
    expect(heard).toEqual([{ kind: 'want', origin: KEPT, addresses: [plain(address(1))] }]);
    channel.send(chunkOf(address(1), Buffer.from('wrong')));
    expect(await fetched).toBeNull();
    expect(victim.chunks.status()).toMatchObject([{ name: 'b', lies: 0, isSetAside: false }]);
    expect(a.isLinkedTo('b')).toBe(true);
  });

  it('and says nothing is not waited for, and owes its answers', async () => {
    const fetched = Promise.all(Array.from({ length: 40 }, (_, n) => fetch(n)));
    await eventually(() => heard.length > 0, 'asked');
    victim.timers.advance(9_000);
    const asked = heard.length;
    expect(asked).toBeLessThan(10);
    for (let millis = 0; millis < 8_000; millis += 100) victim.timers.advance(100);
    expect((await fetched).every((block) => block === null)).toBe(true);
    expect(heard.length).toBe(asked);
    // Late, it is no garbage.
    channel.send(chunkOf(address(0), Buffer.from('right')));
    channel.send(chunkOf(address(1), Buffer.from('right')));
    channel.send(chunkOf(address(99), Buffer.from('right')));
    await dropped('garbage');
  });

  it('and is gone has others asked, or nobody', async () => {
    const fetched = fetch(1);
    await eventually(() => heard.length === 1, 'asked');
    await b.close();
    await eventually(() => victim.chunks.askable(KEPT) === 0, 'gone');
    victim.timers.advance(6_000);
    expect(await fetched).toBeNull();
  });
});

function chunkOf(of: Uint8Array, block: Uint8Array): Uint8Array {
  return CHUNK_CODEC.encode({ kind: 'chunk', address: of, block });
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
