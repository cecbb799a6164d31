import { beforeAll, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../support/fake-clock.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  type LedgerView,
  ledgerOf,
  newKey,
  problem,
  type ReceiptView,
  RECORD,
  verifyReceipt,
} from './support/ledger-client.js';

interface Page {
  readonly items: readonly { readonly index: number; readonly payload?: unknown }[];
  readonly cursor: string | null;
  readonly asOf: { readonly size: number; readonly rootHash: string };
}

const clock = new FakeClock();
let node: TestService;
let ledger: LedgerView;

openSuiteService(
  async (opened) => {
    node = opened;
    ledger = await createLedger(node, 'kyc');
  },
  { clock },
);

describe('POST …/records', () => {
  it('answers with a receipt that verifies and a place where the entry is', async () => {
    const response = await node.request('/v1/ledgers/kyc/records', { json: RECORD });
    const location = response.headers.get('location') ?? '';
    const receipt = await answer<ReceiptView>(response, 201);
    expect(receipt).toMatchObject({
      id: receipt.leafHash,
      recordedAt: '2026-11-23T12:00:00.000Z',
      finality: { durable: true, witnessed: false, timestamped: false, anchored: false },
    });
    verifyReceipt(receipt, ledger.verifierKey);
    const entry = await answer(node.request(location));
    expect(entry).toMatchObject({ ...RECORD, index: receipt.index, kind: 'record' });
  });

  it('names as author the identity granted to the key, else the key', async () => {
    const granted = await answer<{ key: string }>(
      node.request('/v1/keys', { json: { role: 'writer', author: 'branch-7' } }),
      201,
    );
    const plain = await answer<{ key: string; id: string }>(
      node.request('/v1/keys', { json: { role: 'writer' } }),
      201,
    );
    for (const [key, author] of [
      [granted.key, 'branch-7'],
      [plain.key, `key:${plain.id}`],
    ] as const) {
      const { id } = await append(node, 'kyc', RECORD, { key });
      expect(await answer(node.request(`/v1/ledgers/kyc/records/${id}`))).toMatchObject({ author });
    }
  });

  it('answers a repeated request with the first receipt, and appends nothing', async () => {
    const headers = { 'idempotency-key': 'transfer-1' };
    const first = await append(node, 'kyc', RECORD, { headers });
    await append(node, 'kyc');
    const { size } = await ledgerOf(node, 'kyc');
    const again = node.request('/v1/ledgers/kyc/records', { json: RECORD, headers });
    expect(await answer<ReceiptView>(again, 200)).toEqual(first);
    verifyReceipt(first, ledger.verifierKey);
    expect((await ledgerOf(node, 'kyc')).size).toBe(size);
  });

  it('lets requests with one key that come at once share one entry', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const headers = { 'idempotency-key': 'all-at-once' };
    const receipts = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const response = await node.request('/v1/ledgers/kyc/records', { json: RECORD, headers });
        return (await response.json()) as ReceiptView;
      }),
    );
    expect(new Set(receipts.map(({ index }) => index)).size).toBe(1);
    expect((await ledgerOf(node, 'kyc')).size).toBe(size + 1);
  });

  it('is for writers', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const key = await newKey(node, 'reader');
    const refused = node.request('/v1/ledgers/kyc/records', { json: RECORD, key });
    expect(await problem(refused, 403)).toBe('ACCESS_DENIED');
    expect((await ledgerOf(node, 'kyc')).size).toBe(size);
  });
});

describe('GET …/records', () => {
  const list = (query: string, name = 'pages'): Promise<Page> =>
    answer<Page>(node.request(`/v1/ledgers/${name}/records?${query}`));

  beforeAll(async () => {
    await createLedger(node, 'pages');
    for (let n = 1; n <= 5; n++)
      await append(node, 'pages', { type: 'T', subject: 's', payload: { n } });
  });

  it('stays with the size that its first page saw', async () => {
    const first = await list('limit=2');
    expect(first.asOf.size).toBe(6);
    await append(node, 'pages', { type: 'T', subject: 's', payload: { n: 6 } });
    const second = await list(`limit=2&cursor=${first.cursor ?? ''}`);
    const third = await list(`limit=2&cursor=${second.cursor ?? ''}`);
    expect([first, second, third].flatMap(({ items }) => items.map(({ index }) => index))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(third.cursor).toBeNull();
    expect(third.asOf).toEqual(first.asOf);
  });

  it('answers as of a size, with the root hash that was shown of it', async () => {
    const page = await list('asOf=3');
    expect(page.items.map(({ index }) => index)).toEqual([0, 1, 2]);
    const note = await (await node.request('/v1/ledgers/pages/checkpoints/3')).text();
    const shown = note.split('\n')[2] ?? '';
    expect(Buffer.from(page.asOf.rootHash, 'hex').toString('base64')).toBe(shown);
    expect(await list('asOf=0')).toMatchObject({ items: [], cursor: null, asOf: { size: 0 } });
  });

  it('answers as of an instant', async () => {
    await createLedger(node, 'times');
    for (let n = 1; n <= 3; n++) {
      clock.advance(1000);
      await append(node, 'times', { type: 'T', subject: 's', payload: { n } });
    }
    clock.advance(1000);
    const sizeAt = async (instant: string): Promise<number> =>
      (await list(`asOf=${instant}`, 'times')).asOf.size;
    expect(await sizeAt('2026-11-23T12:00:01.000Z')).toBe(2);
    expect(await sizeAt('2026-11-23T12:00:01.999Z')).toBe(2);
    expect(await sizeAt('2026-11-23T12:00:02.000Z')).toBe(3);
    expect(await sizeAt('2026-11-23T12:00:04.000Z')).toBe(4);
    expect(await sizeAt('2026-01-01T00:00:00.000Z')).toBe(0);
  });

  it.each([
    ['asOf=100', 'LEDGER_SIZE_UNKNOWN'],
    ['asOf=2030-01-01T00:00:00.000Z', 'LEDGER_SIZE_UNKNOWN'],
    ['asOf=2026-02-30T00:00:00.000Z', 'TIME_MALFORMED'],
    ['asOf=yesterday', 'TIME_MALFORMED'],
    ['asOf=-1', 'TIME_MALFORMED'],
    ['asOf=1e3', 'TIME_MALFORMED'],
    ['asOf=1&asOf=2', 'REQUEST_INVALID'],
    ['limit=0', 'REQUEST_INVALID'],
    ['limit=1001', 'REQUEST_INVALID'],
    ['validAt=2026-02-30', 'TIME_MALFORMED'],
    ['recordedFrom=x', 'TIME_MALFORMED'],
    ['key=home', 'QUERY_INCOMPLETE'],
    ['key=home&subject=anna', 'QUERY_INCOMPLETE'],
    ['finality=never', 'REQUEST_INVALID'],
    ['minSize=9999', 'LEDGER_SIZE_UNKNOWN'],
    ['cursor=AAAA', 'CURSOR_INVALID'],
    ['__proto__=1', 'REQUEST_INVALID'],
  ])('refuses ?%s', async (query, code) => {
    expect(await problem(node.request(`/v1/ledgers/pages/records?${query}`), 400)).toBe(code);
  });

  it("takes no other list's cursor", async () => {
    const { cursor } = await list('limit=1');
    for (const path of [
      `pages/records?cursor=${cursor ?? ''}&asOf=3`,
      `kyc/records?cursor=${cursor ?? ''}`,
      `pages/records/1/history?cursor=${cursor ?? ''}`,
    ])
      expect(await problem(node.request(`/v1/ledgers/${path}`), 400)).toBe('CURSOR_INVALID');
  });
});

describe('GET …/records/{id}', () => {
  it('finds an entry by index and by leaf hash', async () => {
    const { id, index } = await append(node, 'kyc');
    const byHash = await answer(node.request(`/v1/ledgers/kyc/records/${id}`));
    expect(await answer(node.request(`/v1/ledgers/kyc/records/${index}`))).toEqual(byHash);
  });

  it('does not find what is not there, or was not there yet', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    for (const id of [
      String(size),
      '9'.repeat(30),
      '-1',
      '01',
      '1.0',
      'f'.repeat(64),
      'F'.repeat(64),
      '%00',
      'x',
      `${size - 1}?asOf=${size - 1}`,
    ])
      expect([id, await problem(node.request(`/v1/ledgers/kyc/records/${id}`), 404)]).toEqual([
        id,
        'LEDGER_ENTRY_UNKNOWN',
      ]);
    await answer(node.request(`/v1/ledgers/kyc/records/${size - 1}?asOf=${size}`));
  });
});

describe('GET …/records/{id}/history', () => {
  const history = (id: string | number, query = ''): Promise<Page> =>
    answer<Page>(node.request(`/v1/ledgers/versions/records/${id}/history?${query}`));
  const version = (n: number): object => ({ ...RECORD, payload: { n } });

  beforeAll(async () => {
    await createLedger(node, 'versions');
    for (let n = 1; n <= 4; n++) {
      await append(node, 'versions', version(n));
      await append(node, 'versions', { ...RECORD, key: 'other', payload: { n } });
    }
  });

  it('gives all versions of the thing, newest first, whichever of them is named', async () => {
    for (const id of [1, 5, 7]) {
      const { items, cursor } = await history(id);
      expect(items.map(({ index }) => index)).toEqual([7, 5, 3, 1]);
      expect(cursor).toBeNull();
    }
    expect((await history(2)).items.map(({ index }) => index)).toEqual([8, 6, 4, 2]);
  });

  it('gives those that there were as of a size', async () => {
    const { items, asOf } = await history(1, 'asOf=4');
    expect(items.map(({ index }) => index)).toEqual([3, 1]);
    expect(asOf.size).toBe(4);
  });

  it('goes on page by page, and newer versions do not disturb it', async () => {
    const first = await history(1, 'limit=2');
    await append(node, 'versions', version(5));
    const second = await history(1, `limit=2&cursor=${first.cursor ?? ''}`);
    expect([...first.items, ...second.items].map(({ index }) => index)).toEqual([7, 5, 3, 1]);
    expect(second.cursor).toBeNull();
    expect((await history(1)).items[0]).toMatchObject({ payload: { n: 5 } });
  });
});
