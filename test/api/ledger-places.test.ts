/** How far a ledger is that is read here, and where it is written. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { LedgerPlaces } from '../../src/api/ledger-places.js';
import type { UnixMillis } from '../../src/base/brand.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import type { ReadLag, ReplicationPort } from '../../src/replication/replication-port.js';
import { eventually } from '../support/eventually.js';
import { FakeTimers } from '../support/fake-timers.js';
import { startTestNode, type TestNode } from './support/test-node.js';

/** Grows when it is told to. */
class TestLog {
  readonly origin = 'test.example/1/kyc';
  head = { size: 3, length: 2 };
  waiting: (() => void)[] = [];

  grow(size: number): void {
    this.head = { size, length: this.head.length + 1 };
    for (const wake of this.waiting.splice(0)) wake();
  }

  grown(length: number, signal: AbortSignal): Promise<void> {
    if (this.head.length > length || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
  }
}

const timers = new FakeTimers();
const stopping = new AbortController();
const log = new TestLog();
let lag: ReadLag | null = null;
let url: string | null = null;
const port: Pick<ReplicationPort, 'lagOf' | 'writerUrl'> = {
  lagOf: () => lag,
  writerUrl: () => url,
};
const node: TestNode = await startTestNode({
  places: new LedgerPlaces({
    logOf: (_tenant, ledger) => (ledger === 'kyc' ? log : null),
    ...{ port, timers, stopping: stopping.signal, waitMillis: 5_000 },
  }),
  testRoutes: (guard) => {
    const elsewhere = (): never => {
      throw new LedgerError('LEDGER_ELSEWHERE', 'another node writes it');
    };
    return Router()
      .get(
        '/ledgers/:ledger/read',
        guard('ledger:read', (_principal, _request, response) => {
          response.json({ size: log.head.size });
        }),
      )
      .post('/ledgers/:ledger/write', guard('record:append', elsewhere))
      .post(
        '/ledgers/:ledger/act',
        guard.administering('ledger:create', () => ({
          question: {},
          take: elsewhere,
        })),
      );
  },
});

afterEach(() => {
  lag = null;
  url = null;
});

function read(minSize?: string, ledger = 'kyc'): Promise<Response> {
  const headers = minSize === undefined ? {} : { 'Chirograph-Min-Size': minSize };
  return node.fetch(`/test/ledgers/${ledger}/read`, { key: node.adminKey, headers });
}

function write(path: string): Promise<Response> {
  const init = { key: node.adminKey, method: 'POST', redirect: 'manual' } as const;
  return node.fetch(`/test/ledgers/kyc/${path}?a=b`, init);
}

const waits = (): Promise<void> => eventually(() => log.waiting.length > 0, 'a read that waits');

describe('a read of a ledger', () => {
  it('waits until the ledger is as large as it asks for', async () => {
    expect((await read('3')).status).toBe(200);
    const answer = read('5');
    await waits();
    log.grow(4);
    await waits();
    log.grow(5);
    expect(await (await answer).json()).toEqual({ size: 5 });
    // Nothing is left that would wake.
    expect(timers.pauses).toEqual([]);
  });

  it('ends when it has waited long enough', async () => {
    const answer = read('100');
    await waits();
    timers.advance(4_999);
    expect(timers.pauses).toEqual([1]);
    timers.advance(1);
    const { status, headers } = await answer;
    expect([status, headers.get('retry-after')]).toEqual([412, '1']);
    expect(await (await answer).json()).toMatchObject({ code: 'READ_BEHIND' });
    log.waiting.splice(0);
  });

  it('waits for no ledger that is not there, and takes sizes alone', async () => {
    expect((await read('100', 'none')).status).toBe(200);
    for (const wrong of ['-1', '1.5', 'x']) {
      const answer = await read(wrong);
      expect([answer.status, timers.pauses]).toEqual([400, []]);
    }
  });

  it('waits for nobody without a key', async () => {
    const headers = { 'Chirograph-Min-Size': '100' };
    expect((await node.fetch('/test/ledgers/kyc/read', { headers })).status).toBe(401);
  });

  it('says how far behind it is, and since when no writer was heard, as far as that is known', async () => {
    const said = async (): Promise<(string | null)[]> => {
      const { headers } = await read();
      return [headers.get('chirograph-lag'), headers.get('chirograph-silent-since')];
    };
    expect(await said()).toEqual([null, null]);
    lag = { lag: 12, silentSince: null };
    expect(await said()).toEqual(['12', null]);
    lag = { lag: null, silentSince: 1_700_000_000_000 as UnixMillis };
    expect(await said()).toEqual([null, '2023-11-14T22:13:20.000Z']);
  });

  it('ends when the node stops', async () => {
    const answer = read('100');
    await waits();
    stopping.abort();
    expect((await answer).status).toBe(412);
  });
});

describe('a write to a ledger that another node writes', () => {
  it.each(['write', 'act'])('is sent on to that node, where it is known (%s)', async (path) => {
    const here = await write(path);
    expect([here.status, here.headers.get('location')]).toEqual([503, null]);
    expect(here.headers.get('retry-after')).toBe('2');
    expect(await here.json()).toMatchObject({ code: 'LEDGER_ELSEWHERE' });
    url = 'https://paris.example/base';
    const { status, headers } = await write(path);
    const location = `https://paris.example/base/test/ledgers/kyc/${path}?a=b`;
    expect([status, headers.get('location')]).toEqual([307, location]);
  });
});
