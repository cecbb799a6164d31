/** Members of a group over real links: they choose a writer, follow it, and go on when it is gone. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../src/base/logger.js';
import { RandomPool } from '../../src/base/random.js';
import { type KeyPair, keyPairOf, signDetached } from '../../src/keys/key-pair.js';
import { Candidates } from '../../src/replication/candidates.js';
import { GroupLinks } from '../../src/replication/group-links.js';
import { GroupMember, type MemberDisk } from '../../src/replication/group-member.js';
import { linkKeyOf, parseLinkSettings } from '../../src/replication/links/link-settings.js';
import { Links } from '../../src/replication/links/links.js';
import { type Group, majorities } from '../../src/replication/protocol/group.js';
import { commonLength, isSameEnd, type LogEnd } from '../../src/replication/protocol/log-end.js';
import type { LogView } from '../../src/replication/protocol/log-view.js';
import { mayAppend, type Remembered } from '../../src/replication/protocol/member-state.js';
import { NO_TERM, type NodeId, type Term } from '../../src/replication/protocol/term.js';
import {
  appended,
  type Block,
  cut,
  EMPTY_SIM_LOG,
  endOf,
  type SimLog,
} from '../../src/replication/simulation/sim-log.js';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakeTimers } from '../support/fake-timers.js';

const ORIGIN = 'log.example/0011223344556677/kyc';
const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

function keysOf(name: string, what: string): KeyPair {
  return keyPairOf(createHash('sha256').update(`${what} of ${name}`).digest());
}

function nodeId(name: string): NodeId {
  return Buffer.from(keysOf(name, 'receipt').publicKey).toString('hex') as NodeId;
}

function nameOf(node: NodeId): Name | undefined {
  return NAMES.find((name) => nodeId(name) === node);
}

const GROUP: Group = {
  members: NAMES.map((name) => ({
    ...{ node: nodeId(name), site: `site ${name}`, hasData: true, mayWrite: true },
  })),
  ...{ sites: 1, ...majorities(3) },
};

let blocks = 0;
let nodes: Map<Name, TestMember>;

/** A member with real links, and a log that is only in memory: Hypercores have tests of their own. */
class TestMember implements MemberDisk {
  readonly name: Name;
  readonly timers = new FakeTimers();
  readonly candidates = new Candidates(this.timers);
  log: SimLog = EMPTY_SIM_LOG;
  remembered: Remembered = { promised: NO_TERM, memory: 'whole' };
  shown = 0;
  readonly failures: unknown[] = [];
  failsToSave = false;
  /** Nodes that are not said to keep the ledger. */
  ignores: readonly Name[] = [];
  #links: Links | null = null;
  #member: GroupMember | null = null;

  constructor(name: Name) {
    this.name = name;
  }

  get member(): GroupMember {
    if (this.#member === null) throw new Error('it is open');
    return this.#member;
  }

  get address(): string {
    return `127.0.0.1:${this.#links?.status().listening?.port ?? 0}`;
  }

  get isWriter(): boolean {
    return this.#member !== null && mayAppend(this.member.state);
  }

  async open(addresses: Partial<Record<Name, string>>): Promise<string> {
    const key = keysOf(this.name, 'receipt');
    const groupLinks = new GroupLinks({
      key: { publicKey: key.publicKey, sign: (bytes) => signDetached(key, bytes) },
      timers: this.timers,
      nodeOf: (peer) => {
        const name = NAMES.find((one) => linkKeyOf(keysOf(one, 'link').publicKey) === peer);
        return name === undefined ? null : nodeId(name);
      },
    });
    this.#links = await Links.open({
      settings: parseLinkSettings({
        listen: '127.0.0.1:0',
        peers: NAMES.filter((name) => name !== this.name).map((name) => ({
          name,
          linkKey: linkKeyOf(keysOf(name, 'link').publicKey),
          ...(addresses[name] !== undefined && { address: addresses[name] }),
        })),
      }),
      keys: keysOf(this.name, 'link'),
      ...{ clock: new FakeClock(), timers: this.timers, random: new RandomPool() },
      logger: silentLogger,
      onLink: (peer, link) => {
        groupLinks.onLink(peer, link);
      },
    });
    this.#member = new GroupMember({
      origin: ORIGIN,
      start: {
        keepsData: true,
        acquaintances: NAMES.filter((name) => !this.ignores.includes(name)).map(nodeId),
        remembered: this.remembered,
        log: this.log.view,
      },
      ...{ disk: this, links: groupLinks, timers: this.timers, random: new RandomPool() },
      candidates: this.candidates,
      onFailure: (cause) => this.failures.push(cause),
    });
    this.timers.advance(0);
    return this.address;
  }

  async close(): Promise<void> {
    this.#member?.close();
    this.#member = null;
    await this.#links?.close();
    this.#links = null;
  }

  append(): void {
    const { role } = this.member.state;
    if (role.kind !== 'writing') throw new Error('only a writer appends');
    this.#write(appended(this.log, [blockOf(role.term)]));
  }

  save(remembered: Remembered): Promise<void> {
    if (this.failsToSave) return Promise.reject(new Error('no space left'));
    this.remembered = remembered;
    return Promise.resolve();
  }

  begin({ term, on }: { readonly term: Term; readonly on: LogEnd }): Promise<LogView> {
    if (isSameEnd(endOf(this.log), on)) this.log = appended(this.log, [blockOf(term)]);
    return Promise.resolve(this.log.view);
  }

  discard(length: number): Promise<LogView> {
    this.log = cut(this.log, length);
    return Promise.resolve(this.log.view);
  }

  know(): Promise<LogView> {
    return Promise.reject(new Error('all of these have data'));
  }

  follow(from: NodeId, end: LogEnd): void {
    queueMicrotask(() => {
      const source = nodes.get(nameOf(from) ?? 'a')?.log ?? EMPTY_SIM_LOG;
      const [have, until] = [this.log.blocks.length, commonLength(endOf(source), end)];
      if (until > have && commonLength(endOf(this.log), end) === have)
        this.#write(appended(this.log, source.blocks.slice(have, until)));
    });
  }

  show(length: number): void {
    this.shown = length;
  }

  #write(log: SimLog): void {
    this.log = log;
    this.#member?.stored(log.view);
  }
}

function blockOf(term: Term, group: Group | null = null): Block {
  return { id: ++blocks, term, key: null, group };
}

beforeEach(async () => {
  nodes = new Map(NAMES.map((name) => [name, new TestMember(name)]));
  const founder = at('a');
  const term = { number: 1, node: nodeId('a') };
  founder.log = appended(EMPTY_SIM_LOG, [blockOf(term, GROUP)]);
  founder.remembered = { promised: term, memory: 'whole' };
  const addresses: Partial<Record<Name, string>> = {};
  for (const [name, one] of nodes) addresses[name] = await one.open({ ...addresses });
});

afterEach(async () => {
  for (const one of nodes.values()) await one.close();
});

function at(name: Name): TestMember {
  const found = nodes.get(name);
  if (found === undefined) throw new Error(`${name} is a node`);
  return found;
}

/** Time goes on for all until it is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  await eventually(() => {
    for (const one of nodes.values()) one.timers.advance(20);
    return isSo();
  }, what);
}

function haveAll(...names: Name[]): boolean {
  const [first, ...others] = names.map((name) => at(name).log.view.end);
  return first !== undefined && others.every((end) => isSameEnd(first, end));
}

describe('a group over real links', () => {
  it('follows its writer, and shows what two of three have', async () => {
    await until('all have the first block', () => haveAll('a', 'b', 'c') && at('a').shown === 1);
    for (let entry = 0; entry < 20; entry++) at('a').append();
    await until('all of it is shown', () => at('a').shown === 21 && haveAll('a', 'b', 'c'));
    expect(at('b').member.state.role.kind).toBe('following');
  });

  it('shows nothing while nobody else is there, and all of it once one is back', async () => {
    await until('all have the first block', () => haveAll('a', 'b', 'c'));
    const address = at('a').address;
    await at('b').close();
    await at('c').close();
    at('a').append();
    for (let round = 0; round < 50; round++) at('a').timers.advance(50);
    expect(at('a').shown).toBeLessThan(2);
    await at('b').open({ a: address });
    await until('it is shown', () => at('a').shown === at('a').log.blocks.length);
    expect(haveAll('a', 'b')).toBe(true);
  });

  it('goes on with another writer when the first is gone, and fences it when it is back', async () => {
    await until('all have the first block', () => haveAll('a', 'b', 'c') && at('a').shown === 1);
    at('a').append();
    await until('it is shown', () => at('a').shown === 2);
    await at('a').close();
    await until('another writes', () => at('b').isWriter || at('c').isWriter);
    const writer = at('b').isWriter ? at('b') : at('c');
    writer.append();
    await until('it is shown', () => writer.shown === writer.log.blocks.length);
    expect(writer.log.blocks.slice(0, 2)).toEqual(at('a').log.blocks.slice(0, 2));
    await at('a').open({ b: at('b').address, c: at('c').address });
    // It says that it writes, and waits for what the others say to that.
    expect(at('a').member.state.role.kind).toBe('writing');
    expect(at('a').isWriter).toBe(false);
    await until('it is fenced', () => at('a').member.state.role.kind !== 'writing');
    await until('all have the same', () => haveAll('a', 'b', 'c'));
  });

  it('stands when it is its turn among the members of all ledgers, and not if its writer is back by then', async () => {
    await until('all have the first block', () => haveAll('a', 'b', 'c') && at('a').shown === 1);
    for (const name of ['b', 'c'] as const) at(name).candidates.hold();
    const addresses = { b: at('b').address, c: at('c').address };
    await at('a').close();
    const isDue = (name: Name): boolean => at(name).candidates.waiting === 1;
    await until('both would stand', () => isDue('b') && isDue('c'));
    for (let round = 0; round < 100; round++)
      for (const name of ['b', 'c'] as const) at(name).timers.advance(100);
    expect([at('b').member.state.role.kind, at('c').member.state.role.kind]).toEqual([
      ...['following', 'following'],
    ]);
    await at('a').open(addresses);
    await until('neither has to', () => !isDue('b') && !isDue('c'));
    for (const name of ['b', 'c'] as const) at(name).candidates.release();
    at('a').append();
    await until('it is shown', () => at('a').shown === 2 && haveAll('a', 'b', 'c'));
    for (const name of ['b', 'c'] as const) at(name).candidates.hold();
    await at('a').close();
    await until('both would stand', () => isDue('b') && isDue('c'));
    for (const name of ['b', 'c'] as const) at(name).candidates.release();
    await until('another writes', () => at('b').isWriter || at('c').isWriter);
  });

  it('hears nobody who is not said to keep the ledger', async () => {
    const address = at('a').address;
    await at('c').close();
    Object.assign(at('c'), { log: EMPTY_SIM_LOG, ignores: ['a', 'b'] });
    at('c').remembered = { promised: NO_TERM, memory: 'whole' };
    await at('c').open({ a: address });
    at('a').append();
    await until('the others have it', () => at('a').shown === 2 && haveAll('a', 'b'));
    expect(at('c').log.blocks).toHaveLength(0);
  });

  it('moves to the member that is asked for', async () => {
    await until('all have the first block', () => haveAll('a', 'b', 'c') && at('a').shown === 1);
    at('a').member.move(nodeId('c'));
    expect(at('a').isWriter).toBe(false);
    await until('it writes', () => at('c').isWriter);
    at('c').append();
    await until('all have it', () => haveAll('a', 'b', 'c') && at('c').shown === 3);
  });

  it('has a member less where its disk fails: it says nothing more', async () => {
    await until('all have the first block', () => haveAll('a', 'b', 'c') && at('a').shown === 1);
    at('b').failsToSave = true;
    at('c').failsToSave = true;
    await at('a').close();
    await until('both have failed', () => at('b').failures.length + at('c').failures.length > 0);
    expect(at('b').isWriter || at('c').isWriter).toBe(false);
  });
});
