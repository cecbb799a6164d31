/** Whom chunks are asked of, and when: peers on a clock that is moved by hand, each as fast and as honest as it is told. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ANSWER_MILLIS, Asking, type WantedChunk } from '../../../src/replication/chunks/asking.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import { FakeTimers } from '../../support/fake-timers.js';

const ORIGIN = 'log.example/1/drive';
const LATENCY_MILLIS = 20;

/** Sends one chunk after the other. */
class Peer {
  readonly node: NodeId;
  /** Chunks that it was asked for. */
  readonly asked: Uint8Array[] = [];
  answers: (address: Uint8Array) => Uint8Array | null | 'nothing' = blockOf;
  readonly swarm: Swarm;
  readonly #millisEach: number;
  #freeAt = 0;

  constructor(swarm: Swarm, name: string, millisEach: number) {
    this.node = name as NodeId;
    this.swarm = swarm;
    this.#millisEach = millisEach;
    swarm.asking.join(this.node, (_, address) => this.#ask(address));
  }

  #ask(address: Uint8Array): boolean {
    this.asked.push(address);
    const answer = this.answers(address);
    if (answer === 'nothing') return true;
    const { timers } = this.swarm;
    this.#freeAt = Math.max(timers.now() + LATENCY_MILLIS, this.#freeAt + this.#millisEach);
    timers.after(this.#freeAt - timers.now(), () => {
      expect(this.swarm.asking.hear(this.node, address, answer)).toBe(true);
    });
    return true;
  }
}

class Swarm {
  readonly timers = new FakeTimers();
  readonly lies: NodeId[] = [];
  readonly given: NodeId[] = [];
  keeps: (node: NodeId, origin: string) => boolean = () => true;
  readonly asking = new Asking({
    timers: this.timers,
    keeps: (node, origin) => this.keeps(node, origin),
    onLie: (node) => this.lies.push(node),
    onChunk: (node) => this.given.push(node),
  });

  peer(name: string, millisEach = 1): Peer {
    return new Peer(this, name, millisEach);
  }

  fetch(n: number, more: Partial<WantedChunk> = {}): Promise<Uint8Array | null> {
    const address = addressOf(n);
    return this.asking.fetch({
      ...{ origin: ORIGIN, address, isUrgent: false, patience: 60_000 },
      isIt: (block) => Buffer.compare(block, blockOf(address)) === 0,
      ...more,
    });
  }

  /** @returns how long it took, by the clock that is moved. */
  async all(count: number): Promise<number> {
    const begun = this.timers.now();
    const end: { at: number | null } = { at: null };
    const blocks = Promise.all(Array.from({ length: count }, (_, n) => this.fetch(n)));
    void blocks.then(() => {
      end.at = this.timers.now();
    });
    while (end.at === null) await this.move(5);
    const isIt = (block: Uint8Array | null, n: number): boolean =>
      block !== null && Buffer.compare(block, blockOf(addressOf(n))) === 0;
    expect((await blocks).every(isIt)).toBe(true);
    return end.at - begun;
  }

  async move(millis: number): Promise<void> {
    this.timers.advance(millis);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
}

function addressOf(n: number): Buffer {
  return createHash('sha256').update(`chunk ${n}`).digest();
}

function blockOf(address: Uint8Array): Buffer {
  return createHash('sha256').update(address).digest();
}

/** What a promise has come to. */
async function now<T>(promise: Promise<T>): Promise<T | 'waits'> {
  return Promise.race([promise, new Promise<'waits'>((resolve) => setImmediate(resolve, 'waits'))]);
}

describe('chunks that are wanted', () => {
  it('come from three peers at two and a half times the speed of one, and more', async () => {
    const one = new Swarm();
    one.peer('b', 30);
    const alone = await one.all(600);
    const three = new Swarm();
    const peers = ['b', 'c', 'd'].map((name) => three.peer(name, 30));
    const together = await three.all(600);
    expect(alone / together).toBeGreaterThan(2.5);
    // And few of them twice, at the end.
    expect(peers.reduce((sum, { asked }) => sum + asked.length, 0)).toBeLessThan(660);
  });

  it('do not wait for a peer that is fifty times as slow as the others', async () => {
    const quick = new Swarm();
    for (const name of ['b', 'c']) quick.peer(name, 20);
    const without = await quick.all(400);
    const slow = new Swarm();
    for (const name of ['b', 'c']) slow.peer(name, 20);
    slow.peer('d', 1_000);
    expect(await slow.all(400)).toBeLessThan(without * 1.2);
  });

  it('are asked of another where the first does not have them, and are missing where nobody does', async () => {
    const swarm = new Swarm();
    const b = swarm.peer('b');
    const c = swarm.peer('c');
    b.answers = () => null;
    expect(await now(moved(swarm, swarm.fetch(1)))).toEqual(blockOf(addressOf(1)));
    c.answers = () => null;
    expect(await now(moved(swarm, swarm.fetch(2)))).toBeNull();
    expect(swarm.lies).toEqual([]);
  });

  it('are taken from another where a peer sends something else, which is told of once the right one came', async () => {
    const swarm = new Swarm();
    const b = swarm.peer('b');
    b.answers = () => Buffer.from('something else');
    // Nobody has it otherwise: then it may be the one who said what is wanted that is wrong.
    expect(await now(moved(swarm, swarm.fetch(1)))).toBeNull();
    expect(swarm.lies).toEqual([]);
    swarm.peer('c', 10);
    expect(await now(moved(swarm, swarm.fetch(2)))).toEqual(blockOf(addressOf(2)));
    expect([swarm.lies, swarm.given]).toEqual([['b'], ['c']]);
  });

  it('are asked of nobody who does not keep the log', async () => {
    const swarm = new Swarm();
    const [b, c] = [swarm.peer('b'), swarm.peer('c')];
    swarm.keeps = (node, origin) => node === 'c' && origin === ORIGIN;
    await moved(swarm, swarm.fetch(1));
    expect([b.asked.length, c.asked.length]).toEqual([0, 1]);
  });

  it('are not waited for where a peer does not answer, nor is it asked for more than it owes', async () => {
    const swarm = new Swarm();
    const b = swarm.peer('b');
    b.answers = () => 'nothing';
    const fetched = Array.from({ length: 100 }, (_, n) => swarm.fetch(n));
    const asked = b.asked.length;
    expect(asked).toBeLessThan(10);
    await swarm.move(ANSWER_MILLIS + 1_000);
    for (const one of fetched.slice(0, asked)) expect(await now(one)).toBeNull();
    expect(b.asked.length).toBe(asked);
    // The others wait for somebody who answers.
    expect(await now(fetched[50] as Promise<Buffer>)).toBe('waits');
    swarm.peer('c');
    for (let step = 0; step < 50; step++) await swarm.move(20);
    expect(await now(fetched[50] as Promise<Buffer>)).toEqual(blockOf(addressOf(50)));
  });

  it('are waited for as long as was said where nobody is there, and given up where nobody waits any more', async () => {
    const swarm = new Swarm();
    const patient = swarm.fetch(1, { patience: 2_000 });
    const stopped = new AbortController();
    const aborted = swarm.fetch(2, { signal: stopped.signal });
    await swarm.move(1_900);
    expect(await now(patient)).toBe('waits');
    await swarm.move(200);
    expect(await now(patient)).toBeNull();
    expect(await now(aborted)).toBe('waits');
    stopped.abort();
    expect(await now(aborted)).toBeNull();
    const later = swarm.fetch(3);
    swarm.asking.close();
    expect(await now(later)).toBeNull();
    expect(await now(swarm.fetch(4))).toBeNull();
    expect(swarm.timers.pauses).toEqual([]);
  });

  it('go to somebody who waits before all others', async () => {
    const swarm = new Swarm();
    const b = swarm.peer('b');
    for (let n = 0; n < 50; n++) void swarm.fetch(n);
    const asked = b.asked.length;
    void swarm.fetch(99, { isUrgent: true });
    await swarm.move(LATENCY_MILLIS + 1);
    expect(b.asked[asked]).toEqual(addressOf(99));
  });

  it('are asked of another at once where a link is gone', async () => {
    const swarm = new Swarm();
    const b = swarm.peer('b');
    b.answers = () => 'nothing';
    const fetched = swarm.fetch(1);
    const c = swarm.peer('c');
    expect(c.asked).toEqual([]);
    swarm.asking.leave('b' as NodeId);
    expect(c.asked).toHaveLength(1);
    expect(await now(moved(swarm, fetched))).toEqual(blockOf(addressOf(1)));
    expect(swarm.asking.hear('b' as NodeId, addressOf(1), null)).toBe(false);
  });

  it('are asked of a peer again that is there by a newer link', async () => {
    const swarm = new Swarm();
    swarm.peer('b').answers = () => 'nothing';
    const fetched = swarm.fetch(1);
    swarm.peer('b');
    expect(await now(moved(swarm, fetched))).toEqual(blockOf(addressOf(1)));
  });

  it('are wanted by two, and asked for once', async () => {
    const swarm = new Swarm();
    const b = swarm.peer('b');
    const both = Promise.all([swarm.fetch(1), swarm.fetch(1)]);
    expect(b.asked).toHaveLength(1);
    expect(await now(moved(swarm, both))).toEqual([blockOf(addressOf(1)), blockOf(addressOf(1))]);
    // What was not asked for, or was given already, is nothing that an honest peer sends.
    expect(swarm.asking.hear('b' as NodeId, addressOf(1), blockOf(addressOf(1)))).toBe(false);
  });
});

async function moved<T>(swarm: Swarm, promise: Promise<T>): Promise<T> {
  for (let step = 0; step < 20; step++) await swarm.move(10);
  return promise;
}
