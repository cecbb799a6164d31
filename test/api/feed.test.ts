import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { openSuiteService } from '../support/suite-service.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import {
  append,
  appendLines,
  createLedger,
  foundTenant,
  problem,
} from './support/ledger-client.js';

interface FeedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What an EventSource does, without its reconnecting by itself. */
class FeedClient {
  readonly comments: string[] = [];
  readonly #events: AsyncGenerator<FeedEvent>;
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.#events = this.#read(response);
  }

  static async open(
    node: TestService,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<FeedClient> {
    const asked = httpRequest(`${node.service.url}${path}`, {
      headers: { authorization: `Bearer ${node.adminKey}`, ...headers },
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/event-stream');
    return new FeedClient(response);
  }

  async take(count: number): Promise<FeedEvent[]> {
    const taken: FeedEvent[] = [];
    while (taken.length < count) {
      const { value, done } = (await this.#events.next()) as IteratorResult<FeedEvent, undefined>;
      if (done === true) throw new Error(`the feed ended after ${taken.length} events`);
      taken.push(value);
    }
    return taken;
  }

  /** Events until the node ends the feed; throws if it is cut instead. */
  async rest(): Promise<FeedEvent[]> {
    const events: FeedEvent[] = [];
    for await (const event of this.#events) events.push(event);
    return events;
  }

  cut(): void {
    this.#response.destroy();
  }

  async *#read(response: IncomingMessage): AsyncGenerator<FeedEvent> {
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk);
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const fields = Object.fromEntries(
          block.split('\n').map((line) => {
            const colon = line.indexOf(':');
            return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
          }),
        );
        if (fields['event'] === undefined) this.comments.push(block);
        else
          yield {
            id: fields['id'] ?? '',
            event: fields['event'],
            data: JSON.parse(fields['data'] ?? '') as FeedEvent['data'],
          };
      }
    }
  }
}

function note(n: number): object {
  return { type: 'test.Note', subject: `secret-name-${n}`, payload: { words: `secret-word-${n}` } };
}

function ids(events: readonly FeedEvent[]): number[] {
  return events.map(({ id }) => Number(id));
}

let node: TestService;
openSuiteService((opened) => {
  node = opened;
});

describe('a feed', () => {
  it('gives what is there and then what comes, and of both nothing that is sealed', async () => {
    const { origin } = await createLedger(node, 'first');
    const receipt = await append(node, 'first', note(1));
    const feed = await FeedClient.open(node, '/v1/ledgers/first/feed?from=0');
    const there = await feed.take(2);
    expect(there[0]?.data).toMatchObject({ index: 0, kind: 'ledger', origin });
    expect(there[1]).toEqual({
      id: '1',
      event: 'entry',
      data: {
        index: 1,
        id: receipt.id,
        kind: 'record',
        type: 'test.Note',
        recordedAt: receipt.recordedAt,
        origin,
      },
    });
    const coming = feed.take(3);
    await appendLines(node, 'first', [note(2), note(3)]);
    await append(node, 'first', note(4));
    const came = await coming;
    expect(ids(came)).toEqual([2, 3, 4]);
    expect(JSON.stringify([...there, ...came])).not.toContain('secret-');
    feed.cut();
  });

  it('goes on after a cut where the client has come to', async () => {
    await createLedger(node, 'second');
    await appendLines(node, 'second', [1, 2, 3, 4, 5].map(note));
    const path = '/v1/ledgers/second/feed?from=0';
    const before = await FeedClient.open(node, path);
    const seen = await before.take(3);
    before.cut();
    await append(node, 'second', note(6));
    // With the query of the first time, as an EventSource does.
    const after = await FeedClient.open(node, path, { 'last-event-id': seen.at(-1)?.id ?? '' });
    expect(ids([...seen, ...(await after.take(4))])).toEqual([0, 1, 2, 3, 4, 5, 6]);
    after.cut();
  });

  it('without a beginning gives what comes from now on', async () => {
    await createLedger(node, 'third');
    const feed = await FeedClient.open(node, '/v1/ledgers/third/feed');
    const coming = feed.take(1);
    await append(node, 'third', note(1));
    expect(ids(await coming)).toEqual([1]);
    feed.cut();
  });

  it('is the same for ten clients at a time, in the same order', async () => {
    await createLedger(node, 'many');
    const feeds = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        FeedClient.open(node, `/v1/ledgers/many/feed?from=${at % 2}`),
      ),
    );
    const count = 600;
    const seen = feeds.map((feed, at) => feed.take(count + 1 - (at % 2)));
    for (let n = 0; n < count; n += 200)
      await appendLines(
        node,
        'many',
        Array.from({ length: 200 }, (_, at) => note(n + at)),
      );
    const [first = [], ...others] = await Promise.all(seen);
    expect(ids(first)).toEqual(Array.from({ length: count + 1 }, (_, at) => at));
    for (const [at, other] of others.entries()) expect(other).toEqual(first.slice((at + 1) % 2));
    for (const feed of feeds) feed.cut();
  });

  it('refuses what cannot be followed', async () => {
    await createLedger(node, 'odd');
    const ask = (query: string, headers = {}): Promise<Response> =>
      node.request(`/v1/ledgers/odd/feed?${query}`, { headers });
    expect(await problem(ask('from=7'), 400)).toBe('LEDGER_SIZE_UNKNOWN');
    expect(await problem(ask('from=-1'), 400)).toBe('REQUEST_INVALID');
    expect(await problem(ask('', { 'last-event-id': 'x' }), 400)).toBe('REQUEST_INVALID');
    expect(await problem(ask('origin=elsewhere'), 404)).toBe('QUERY_ORIGIN_UNKNOWN');
    expect(await problem(node.request('/v1/ledgers/none/feed'), 404)).toBe('LEDGER_UNKNOWN');
    const other = await foundTenant(node, 'other');
    expect(await problem(node.request('/v1/ledgers/odd/feed', { key: other }), 404)).toBe(
      'LEDGER_UNKNOWN',
    );
    expect(await problem(node.request('/v1/ledgers/odd/feed', { key: '' }), 401)).toBe(
      'ACCESS_KEY_MISSING',
    );
  });

  it('has a bound for each tenant, and places that are given back', async () => {
    await createLedger(node, 'full');
    const open: FeedClient[] = [];
    let refused: Response | undefined;
    while (refused === undefined && open.length < 200) {
      const probe = await node.request('/v1/ledgers/full/feed?from=0');
      if (probe.status === 503) refused = probe;
      else {
        await probe.body?.cancel();
        open.push(await FeedClient.open(node, '/v1/ledgers/full/feed?from=0'));
      }
    }
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(await problem(refused ?? new Response(), 503)).toBe('SERVER_BUSY');
    expect(open.length).toBeGreaterThan(30);
    for (const feed of open) feed.cut();
    for (;;) {
      const again = await node.request('/v1/ledgers/full/feed?from=0');
      await again.body?.cancel();
      if (again.status === 200) break;
    }
  });

  it('is ended, not cut, when the node stops, and does not hold it up', async () => {
    const other = await temporaryDirectory();
    const stopping = await openTestService(other, { shutdownTimeoutMillis: 60_000 });
    await createLedger(stopping, 'kyc');
    const feeds = await Promise.all(
      [1, 2, 3].map(() => FeedClient.open(stopping, '/v1/ledgers/kyc/feed?from=0')),
    );
    for (const feed of feeds) await feed.take(1);
    const ends = feeds.map((feed) => feed.rest());
    await stopping.service.close();
    expect(await Promise.all(ends)).toEqual([[], [], []]);
    await removeDirectory(other);
  });
});
