/** Entries of several types: lists, counts and exports, page by page, and what is put on record of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { answer, appendLines, createLedger, problem } from './support/ledger-client.js';

const KYC = '/v1/ledgers/kyc';
const TYPES = ['test.A', 'test.B', 'test.AB'];

interface Page {
  readonly items: readonly { readonly index: number; readonly type?: string }[];
  readonly cursor: string | null;
}

let root: string;
let node: TestService;
beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root);
  await createLedger(node, 'kyc');
  const records = Array.from({ length: 40 }, (_, n) => ({
    // In runs and alternately, so that a page of two types ends within either.
    type: TYPES[n < 20 ? n % 3 : Math.floor(n / 7) % 3],
    subject: n % 2 === 0 ? 'anna' : 'bert',
    key: 'note',
    payload: { n },
  }));
  await appendLines(node, 'kyc', records);
});
afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

/** Of both, by looking at everything. */
async function expected(types: readonly string[], subject = ''): Promise<number[]> {
  const query = subject === '' ? '' : `&subject=${subject}`;
  const { items } = await answer<Page>(node.request(`${KYC}/records?limit=1000${query}`));
  return items.filter(({ type = '' }) => types.includes(type)).map(({ index }) => index);
}

async function paged(query: string): Promise<number[]> {
  const found: number[] = [];
  let cursor = '';
  for (;;) {
    const page = await answer<Page>(node.request(`${KYC}/records?limit=3&${query}${cursor}`));
    expect(page.items.length).toBeLessThanOrEqual(3);
    found.push(...page.items.map(({ index }) => index));
    if (page.cursor === null) return found;
    cursor = `&cursor=${encodeURIComponent(page.cursor)}`;
  }
}

describe('entries of several types', () => {
  it('are listed in the order of the ledger, page by page, each once', async () => {
    const both = await expected(['test.B', 'test.AB']);
    expect(both.length).toBeGreaterThan(20);
    expect(await paged('type=test.B&type=test.AB')).toEqual(both);
    expect(await paged('type=test.AB&type=test.B&type=test.AB')).toEqual(both);
    expect(await paged('type=test.None&type=test.A')).toEqual(await expected(['test.A']));
    const ofAnna = await expected(['test.A', 'test.AB'], 'anna');
    expect(await paged('type=test.A&type=test.AB&subject=anna')).toEqual(ofAnna);
  });

  it('are counted and exported as they are listed', async () => {
    const query = 'type=test.B&type=test.A';
    const both = await expected(['test.A', 'test.B']);
    const { count } = await answer<{ count: number }>(
      node.request(`${KYC}/records/count?${query}`),
    );
    expect(count).toBe(both.length);
    const lines = (await (await node.request(`${KYC}/export?${query}`)).text()).split('\n');
    const indices = lines.slice(0, -2).map((line) => (JSON.parse(line) as { index: number }).index);
    expect(indices).toEqual(both);
  });

  it('are on record as a list, one as a text', async () => {
    for (const query of ['type=test.B', 'type=test.B&type=test.A'])
      for (const path of ['records', 'records/count', 'export'])
        await (await node.request(`${KYC}/${path}?${query}`)).arrayBuffer();
    const { items } = await answer<{ items: { question: { type?: unknown } }[] }>(
      node.request('/v1/access?action=record:read&limit=6'),
    );
    const two = ['test.B', 'test.A'];
    expect(items.map(({ question }) => question.type).toReversed()).toEqual([
      ...['test.B', 'test.B', 'test.B'],
      ...[two, two, two],
    ]);
  });

  it('are not a hundred and one, and of a thing only one', async () => {
    const many = (length: number): string =>
      Array.from({ length }, (_, n) => `type=test.T${n}`).join('&');
    for (const path of ['records', 'records/count', 'export']) {
      const at = (query: string): Promise<Response> => node.request(`${KYC}/${path}?${query}`);
      expect((await at(many(100))).status).toBe(200);
      expect(await problem(at(many(101)), 400)).toBe('REQUEST_INVALID');
      const key = 'subject=anna&key=note&type=test.A';
      expect((await at(`${key}&type=test.A`)).status).toBe(200);
      expect(await problem(at(`${key}&type=test.B`), 400)).toBe('QUERY_INCOMPLETE');
    }
  });

  it('have cursors of their own', async () => {
    const { cursor } = await answer<Page>(
      node.request(`${KYC}/records?limit=1&type=test.A&type=test.B`),
    );
    const going = `limit=1&cursor=${encodeURIComponent(cursor ?? '')}`;
    for (const query of ['type=test.A', 'type=test.A,test.B', 'type=test.A&type=test.AB'])
      expect(await problem(node.request(`${KYC}/records?${query}&${going}`), 400)).toBe(
        'CURSOR_INVALID',
      );
  });
});
