/** What every route says of entries whose secret has been destroyed, and of those beside them. */
import { describe, expect, it } from '@jest/globals';
import { erase } from '../retention/erasure-client.js';
import { setPolicies } from '../retention/retention-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  newKey,
  problem,
  type ReceiptView,
} from './support/ledger-client.js';

interface Entry {
  readonly id: string;
  readonly index: number;
  readonly type?: string;
  readonly subject?: string;
  readonly payload?: unknown;
  readonly erased?: true;
}
interface Page {
  readonly items: readonly Entry[];
  readonly mentions?: readonly Entry[];
  readonly counts?: { readonly things: number; readonly erased: number };
}

let node: TestService;
let home: ReceiptView;
let newer: ReceiptView;
let neighbour: ReceiptView;
let shared: ReceiptView;
let stayed: ReceiptView;
let signed: ReceiptView;
let officer: string;
const clock = new FakeClock(Date.UTC(2026, 0, 15));
const DAY = 86_400_000;
const CONTRACTS = '/v1/ledgers/contracts/records';
const seal = (id: string): Promise<{ receipt: ReceiptView }> =>
  answer(node.request(`${CONTRACTS}/${id}/signatures`, { json: { signer: 'seal' } }), 201);

openSuiteService(
  async (opened) => {
    node = opened;
    officer = await newKey(node, 'officer');
    const policy = { basis: 'a rule', period: { days: 1 }, clock: { kind: 'recorded' } };
    await setPolicies(node, { short: policy });
    await createLedger(node, 'kyc');
    const residence = { type: 'test.Residence', subject: 'ada', key: 'home' };
    home = await append(node, 'kyc', { ...residence, payload: { city: 'Lisbon' } });
    newer = await append(node, 'kyc', {
      ...residence,
      payload: { city: 'Porto' },
      retention: 'short',
      parts: [{ subject: 'bea', class: 'long', payload: { of: 'bea, in the record of ada' } }],
    });
    neighbour = await append(node, 'kyc', {
      type: 'test.Residence',
      subject: 'bea',
      payload: { city: 'Faro' },
    });
    shared = await append(node, 'kyc', {
      type: 'test.Account',
      subject: 'bea',
      payload: { iban: 'of bea' },
      parts: [{ subject: 'ada', class: 'short', payload: { of: 'ada, in the record of bea' } }],
    });
    stayed = await append(node, 'kyc', {
      type: 'test.Phone',
      subject: 'ada',
      key: 'phone',
      payload: { number: 1 },
    });
    await createLedger(node, 'contracts');
    const contract = { type: 'test.Contract', subject: 'cleo', payload: {}, retention: 'short' };
    signed = await append(node, 'contracts', contract);
    // Four eyes: of what is signed nothing is left then, nor of who signed that.
    const { receipt } = await seal(signed.id);
    await seal(receipt.id);
    const evidence = await (await node.request(`${CONTRACTS}/${signed.id}/evidence`)).json();
    expect(evidence).toMatchObject({ signatures: [{}, {}] });
    clock.advance(30 * DAY);
    await erase(node, { class: 'short' }, officer);
  },
  { clock },
);

const at = (path: string): string => `/v1/ledgers/kyc/${path}`;

describe('entries of which one class has been erased', () => {
  it('say so, and nothing of what they held; parts of others in them are untouched', async () => {
    const entry = await answer<Entry>(node.request(at(`records/${newer.id}`)));
    expect(entry).toMatchObject({ id: newer.id, type: 'test.Residence', erased: true });
    expect(entry).not.toHaveProperty('payload');
    expect(entry).not.toHaveProperty('subject');
    const { mentions } = await answer<Page>(node.request(at('subjects/bea')));
    expect(mentions).toMatchObject([{ payload: { of: 'bea, in the record of ada' } }]);
  });

  it('count in the state as a version that nobody can read', async () => {
    const { items, counts, mentions } = await answer<Page>(node.request(at('subjects/ada')));
    expect(items).toMatchObject([
      { id: newer.id, erased: true },
      { id: stayed.id, payload: { number: 1 } },
    ]);
    expect(counts).toMatchObject({ things: 2, erased: 1 });
    expect(mentions).toMatchObject([{ id: shared.id, erased: true }]);
    const before = await answer<Page>(node.request(at(`subjects/ada?asOf=${home.index + 1}`)));
    expect(before).toMatchObject({
      items: [{ payload: { city: 'Lisbon' } }],
      counts: { erased: 0 },
    });
  });

  it('stand in lists, histories, time-lines, differences and exports', async () => {
    for (const path of [
      'records',
      'records?type=test.Residence',
      `records/${newer.id}/history`,
      'subjects/ada/timeline',
    ]) {
      const { items } = await answer<Page>(node.request(at(path)));
      const found = items.find(({ id }) => id === newer.id);
      expect([path, found?.erased, found?.payload]).toEqual([path, true, undefined]);
      for (const one of items.filter(({ id }) => id === home.id))
        expect([path, one.payload]).toEqual([path, { city: 'Lisbon' }]);
    }
    const diff = await answer<{ items: readonly object[] }>(
      node.request(at(`subjects/ada/diff?from=${home.index + 1}&to=${newer.index + 1}`)),
    );
    expect(diff.items).toMatchObject([{ change: 'changed', after: { erased: true }, fields: [] }]);
    const exported = await node.request(at('subjects/ada/export'));
    expect(await answer<object>(exported)).toMatchObject({
      records: [{ id: home.id }, { id: stayed.id }],
      leftOut: [
        { id: newer.id, what: 'record', why: 'erased' },
        { id: shared.id, why: 'of-another-person' },
      ],
    });
    const all = await (await node.request(at('export?format=ndjson'))).text();
    expect(all.split('\n').filter((line) => line.includes('"erased":true'))).toHaveLength(1);
    const csv = await (await node.request(at('export?format=csv'))).text();
    expect(csv).not.toContain('Porto');
  });

  it('keep their statement, leaf and proof, and evidence that shows only these', async () => {
    const statement = await node.request(at(`records/${newer.id}/statement`));
    expect(statement.status).toBe(200);
    const evidence = await node.request(at(`records/${newer.id}/evidence`));
    const file = await evidence.text();
    expect(file).not.toContain('"payload":{"bytes"');
    const report = await answer<{ result: string }>(
      node.request('/v1/verify', { body: file, headers: { 'content-type': 'application/json' } }),
    );
    expect(report.result).toBe('verified');
  });

  it('are proved without their signatures, of which nothing is left to verify', async () => {
    const file = await (await node.request(`${CONTRACTS}/${signed.id}/evidence`)).text();
    expect(JSON.parse(file)).not.toHaveProperty('signatures');
    const headers = { 'content-type': 'application/json' };
    const verified = node.request('/v1/verify', { body: file, headers });
    expect(await answer<object>(verified)).toMatchObject({ result: 'verified' });
  });

  it('take no signature any more', async () => {
    const response = node.request(at(`records/${newer.id}/signatures`), {
      body: Uint8Array.of(0x30, 0x00),
      headers: { 'content-type': 'application/pkcs7-signature' },
    });
    expect(await problem(response, 410)).toBe('ENTRY_ERASED');
  });
});

describe('a person of whom everything has been erased', () => {
  it('is a stranger afterwards, and neighbours notice nothing', async () => {
    await append(
      node,
      'kyc',
      { type: 'test.Note', subject: 'ada', payload: { text: 'once' } },
      { headers: { 'idempotency-key': 'once' } },
    );
    await erase(node, { subject: 'ada' }, officer);
    expect(await answer<Page>(node.request(at('subjects/ada')))).toMatchObject({ items: [] });
    expect(await answer<Page>(node.request(at('subjects/bea')))).toMatchObject({
      items: [{ id: neighbour.id, payload: { city: 'Faro' } }, { id: shared.id }],
      counts: { erased: 0 },
    });
    const repeated = node.request(at('records'), {
      json: { type: 'test.Note', subject: 'ada', payload: { text: 'once' } },
      headers: { 'idempotency-key': 'once' },
    });
    expect(await problem(repeated, 410)).toBe('ENTRY_ERASED');
    const again = await append(node, 'kyc', { type: 'test.Note', subject: 'ada', payload: {} });
    expect((await answer<Page>(node.request(at('subjects/ada')))).items).toMatchObject([
      { id: again.id },
    ]);
  });

  it('leaves proofs of completeness and old receipts as they were', async () => {
    const { rootHash, size } = await answer<{ rootHash: string; size: number }>(
      node.request('/v1/ledgers/kyc'),
    );
    expect([typeof rootHash, size > 5]).toEqual(['string', true]);
    const proof = await answer<{ proof: readonly string[] }>(
      node.request(at(`proofs/inclusion?index=${home.index}&size=${size}`)),
    );
    expect(proof.proof.length).toBeGreaterThan(0);
  });
});
