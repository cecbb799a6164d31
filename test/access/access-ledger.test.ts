/** Whatever is shown, done or refused is on record before it happens. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  answer,
  append,
  appendLines,
  createLedger,
  foundTenant,
  newKey,
  problem,
  RECORD,
} from '../api/support/ledger-client.js';
import { RawConnection } from '../api/support/raw-http.js';
import { FakeClock } from '../support/fake-clock.js';
import { HeldJournal } from '../support/held-journal.js';
import { HeldStep } from '../support/held-step.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import {
  accessEntries,
  type AccessItem,
  type AccessPage,
  type Shown,
  shownIn,
} from './support/disclosures.js';

const RECORDS = '/v1/ledgers/kyc/records';

let root: string;
let node: TestService;
let journal: HeldJournal;
let step: HeldStep;
let clock: FakeClock;
const roots: string[] = [];

beforeEach(async () => {
  root = await temporaryDirectory();
  roots.push(root);
  journal = new HeldJournal();
  step = new HeldStep();
  clock = new FakeClock();
  node = await openTestService(root, {
    clock,
    refusalsPerMinute: 3,
    store: { openJournalFiles: journal.openJournalFiles, observer: step },
  });
  await createLedger(node, 'kyc');
});

afterEach(async () => {
  await node.service.close();
});

afterAll(async () => {
  for (const one of roots) await removeDirectory(one);
});

async function keyWithId(role: string): Promise<{ key: string; id: string }> {
  return answer(node.request('/v1/keys', { json: { role } }), 201);
}

const lastOf = (items: readonly AccessItem[]): AccessItem | undefined => items.at(-1);

describe('a random session', () => {
  interface Expected extends Shown {
    readonly request: string;
    readonly action: string;
    readonly key: string;
  }

  it('leaves each disclosing read on record, in its order, with the root of what it showed', async () => {
    const choice = new SeededChoice('a random session');
    const keys = [await keyWithId('reader'), await keyWithId('writer'), await keyWithId('officer')];
    for (let n = 0; n < 12; n++)
      await append(node, 'kyc', {
        ...RECORD,
        subject: `customer-${n % 5}`,
        payload: { n },
        ...(n % 3 === 0 && { key: undefined }),
      });
    for (const id of ['1', '2'])
      await answer(node.request(`${RECORDS}/${id}/signatures`, { json: { signer: 'seal' } }), 201);

    const expected: Expected[] = [];
    for (let at = 0; at < 320; at++) {
      const { key, id } = keys[choice.below(keys.length)] ?? { key: '', id: '' };
      const request = `session-${at}`;
      const options = { key, headers: { 'x-request-id': request } };
      const entry = 1 + choice.below(12);
      const one = `${RECORDS}/${entry}`;
      const page = `limit=${1 + choice.below(7)}&asOf=${choice.below(12)}`;
      const reads: readonly (readonly [string, string])[] = [
        [one, 'record:read'],
        [`${one}?asOf=13`, 'record:read'],
        [`${one}/history?${page}`, 'record:read'],
        [`${RECORDS}?${page}`, 'record:read'],
        [`${one}/signatures`, 'record:read'],
        [`${one}/evidence`, 'evidence:export'],
      ];
      // What shows hashes, what is not there, and what writes: none of these shows content.
      const others: readonly string[] = [
        `${one}/statement`,
        `${one}/leaf`,
        `${one}/evidence?format=tlog-proof`,
        `${RECORDS}/999`,
        `${one}?asOf=0`,
        '/v1/ledgers/kyc/checkpoint',
        '/v1/ledgers/kyc/tile/0/000.p/1',
        '/v1/ledgers/kyc/proofs/inclusion?index=0&size=3',
        '/v1/ledgers',
        '/v1/anchors',
        '/v1/trust',
      ];
      const read = reads[choice.below(reads.length + 3)];
      if (read === undefined) {
        await (await node.request(others[choice.below(others.length)] ?? '', options)).text();
        continue;
      }
      const response = await node.request(read[0], options);
      expect(response.status).toBe(200);
      expected.push({ request, action: read[1], key: id, ...(await shownIn(response)) });
    }

    const entered = (await accessEntries(node)).filter(({ outcome }) => outcome === 'disclosed');
    expect(
      entered.map(({ request, action, key, entries }) => ({ request, action, key, ...entries })),
    ).toEqual(expected);
    expect(expected.length).toBeGreaterThan(150);
  });
});

describe('a read', () => {
  it('of the access ledger shows each read that has been answered', async () => {
    await append(node, 'kyc');
    // The first of a key carries the secrets of that key.
    await answer(node.request(`${RECORDS}/1`), 200);
    const { reached, release } = step.hold('log');
    await answer(
      node.request(`${RECORDS}/1`, { headers: { 'x-request-id': 'answered-early' } }),
      200,
    );
    await reached;
    const asking = answer<{ items: { request?: string }[] }>(node.request('/v1/access'), 200);
    // Long enough for a question that does not wait to have been answered from what is there.
    for (let n = 0; n < 20; n++) await answer(node.request('/v1/ledgers'), 200);
    release();
    expect((await asking).items[0]?.request).toBe('answered-early');
  });

  it.each([
    ['an entry', `${RECORDS}/1`],
    ['a list', RECORDS],
    ['a history', `${RECORDS}/1/history`],
    ['evidence', `${RECORDS}/1/evidence`],
    ['a list of signatures', `${RECORDS}/1/signatures`],
    ['a signature', `${RECORDS}/1/signatures/0`],
    ['the access ledger', '/v1/access'],
    ['an entry of the access ledger', '/v1/ledgers/_access/records/1'],
  ])('of %s lets no byte go before it is durable that it was asked for', async (_what, path) => {
    await append(node, 'kyc');
    await answer(node.request(`${RECORDS}/1/signatures`, { json: { signer: 'seal' } }), 201);
    const { reached, release } = journal.hold();
    const connection = await RawConnection.open(node.service.url);
    connection.send(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${node.adminKey}\r\nConnection: close\r\n\r\n`,
    );
    await reached;
    try {
      // Whatever had been sent before would be here by now.
      for (let n = 0; n < 3; n++) await answer(node.request('/healthz'));
      expect(connection.received).toBe('');
    } finally {
      release();
    }
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('shows nothing if it cannot be put on record', async () => {
    await append(node, 'kyc');
    const { reached, release } = journal.hold();
    const reading = node.request(`${RECORDS}/1`);
    await reached;
    release(new Error('the disk is gone'));
    const response = await reading;
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'LEDGER_FAILED' });
    expect(text).not.toContain(RECORD.subject);
    await expect(node.service.close()).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    node = await openTestService(root, { clock }, node.adminKey);
  });

  it('is on record with who asked, for what, and whose data were shown', async () => {
    await append(node, 'kyc');
    const { key, id } = await keyWithId('reader');
    const headers = { 'x-request-id': 'look-1' };
    const { leafHash } = await answer<{ leafHash: string }>(
      node.request(`${RECORDS}/1`, { key, headers }),
    );
    const [entry] = (await accessEntries(node, { subject: RECORD.subject })).slice(-1);
    expect(entry).toMatchObject({
      action: 'record:read',
      outcome: 'disclosed',
      actor: `key:${id}`,
      key: id,
      request: 'look-1',
      ledger: 'kyc',
      question: { id: '1' },
      persons: 1,
      entries: { count: 1, rootHash: leafHash },
    });
  });

  it('of a timestamp is on record like other evidence, and not while there is none', async () => {
    const { id } = await append(node, 'kyc');
    const path = `${RECORDS}/1/evidence?format=ots`;
    const ask = (request: string): Promise<Response> =>
      node.request(path, { headers: { 'x-request-id': request } });
    expect(await problem(ask('too-early'), 409)).toBe('ENTRY_NOT_ANCHORED');
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    expect((await ask('stamped')).status).toBe(200);
    const entries = await accessEntries(node, { subject: RECORD.subject });
    expect(entries.filter(({ outcome }) => outcome === 'disclosed')).toMatchObject([
      {
        action: 'evidence:export',
        request: 'stamped',
        question: { evidence: '1', format: 'ots' },
        persons: 1,
        entries: { count: 1, rootHash: id },
      },
    ]);
  });

  it('of more persons than one record names is several that share a request', async () => {
    const lines = Array.from({ length: 150 }, (_, n) => ({
      type: 'test.Residence',
      subject: `customer-${n}`,
      payload: {},
    }));
    await appendLines(node, 'kyc', lines);
    const headers = { 'x-request-id': 'many' };
    await answer(node.request(`${RECORDS}?limit=1000`, { headers }));
    const parts = (await accessEntries(node)).filter(({ request }) => request === 'many');
    expect(parts.map(({ part, persons }) => [part, persons])).toEqual([
      [{ n: 1, of: 3 }, 64],
      [{ n: 2, of: 3 }, 64],
      [{ n: 3, of: 3 }, 22],
    ]);
    expect(new Set(parts.map(({ entries }) => entries?.rootHash)).size).toBe(1);
    expect(await accessEntries(node, { subject: 'customer-149' })).toHaveLength(1);
  });

  it('of a person whom nobody knows does not make them known, nor name them', async () => {
    await answer(node.request('/v1/access?subject=nobody-here'));
    await answer(node.request('/v1/access?actor=node'));
    const [unknown, known] = (await accessEntries(node, { action: 'access:read' })).slice(-2);
    expect(unknown?.question).toMatchObject({ subject: { tag: null } });
    expect(known?.question).toMatchObject({
      actor: { tag: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('of the access ledger is on record too', async () => {
    await accessEntries(node);
    expect(lastOf(await accessEntries(node))).toMatchObject({
      action: 'access:read',
      outcome: 'disclosed',
      ledger: '_access',
    });
  });
});

describe('an administrative act', () => {
  it('is on record as begun before it is done, and then as done', async () => {
    const headers = { 'x-request-id': 'act' };
    const { reached, release } = journal.hold();
    const asking = node.request('/v1/keys', { json: { role: 'reader' }, headers });
    await reached;
    try {
      const keys = await answer<{ items: unknown[] }>(node.request('/v1/keys'));
      expect(keys.items).toHaveLength(1);
    } finally {
      release();
    }
    const made = await answer<{ id: string }>(asking, 201);
    const entered = (await accessEntries(node)).filter(({ request }) => request === 'act');
    expect(entered).toMatchObject([
      { action: 'key:create', outcome: 'begun', question: { role: 'reader' } },
      { action: 'key:create', outcome: 'done', made: { key: made.id } },
    ]);
  });

  it('that fails says with which code', async () => {
    expect(await problem(node.request('/v1/ledgers', { json: { name: 'kyc' } }), 409)).toBe(
      'LEDGER_EXISTS',
    );
    expect(lastOf(await accessEntries(node, { action: 'ledger:create' }))).toMatchObject({
      outcome: 'failed',
      code: 'LEDGER_EXISTS',
      ledger: 'kyc',
    });
  });

  it('of the node itself, its start and its first key, is on record where its operators are', async () => {
    const [start, begun, done] = await accessEntries(node, { actor: 'node' });
    expect([start, begun, done]).toMatchObject([
      { action: 'node:start', outcome: 'done' },
      { action: 'key:create', outcome: 'begun' },
      { action: 'key:create', outcome: 'done' },
    ]);
  });

  it('of founding a tenant is told to that tenant as well', async () => {
    const bank = await foundTenant(node, 'bank');
    expect(await accessEntries(node, { action: 'tenant:found' }, bank)).toMatchObject([
      { outcome: 'begun' },
    ]);
  });
});

describe('a refused try', () => {
  it('by a known key is on record', async () => {
    const { key, id } = await keyWithId('auditor');
    expect(await problem(node.request(`${RECORDS}/1`, { key }), 403)).toBe('ACCESS_DENIED');
    expect(lastOf(await accessEntries(node, { actor: `key:${id}` }))).toMatchObject({
      action: 'record:read',
      outcome: 'refused',
      code: 'ACCESS_DENIED',
      ledger: 'kyc',
      key: id,
    });
  });

  it('with the id of a key, and another secret, is on record as that', async () => {
    const { key, id } = await keyWithId('reader');
    const forged = `cg_${id}_${'A'.repeat(43)}`;
    await problem(node.request('/v1/ledgers', { key: forged }), 401);
    await answer(node.request('/v1/ledgers', { key }));
    // A commit that began after it.
    await append(node, 'kyc');
    expect(await accessEntries(node, { action: 'log-in' })).toMatchObject([
      { outcome: 'refused', code: 'ACCESS_KEY_UNKNOWN', key: id, actor: `key:${id}` },
    ]);
  });

  it('with a revoked key is on record', async () => {
    const { key, id } = await keyWithId('reader');
    await answer(node.request(`/v1/keys/${id}`, { method: 'DELETE' }));
    await problem(node.request('/v1/ledgers', { key }), 401);
    await append(node, 'kyc');
    expect(await accessEntries(node, { action: 'log-in' })).toMatchObject([
      { outcome: 'refused', code: 'ACCESS_KEY_REVOKED', key: id },
    ]);
  });

  it('beyond so many a minute is only counted, and the count is on record', async () => {
    const { key, id } = await keyWithId('auditor');
    for (let n = 0; n < 10; n++) await problem(node.request(`${RECORDS}/1`, { key }), 403);
    clock.advance(60_001);
    await problem(node.request(`${RECORDS}/1`, { key }), 403);
    const refused = await accessEntries(node, { actor: `key:${id}` });
    expect(refused.map(({ action, unwritten }) => [action, unwritten])).toEqual([
      ['record:read', undefined],
      ['record:read', undefined],
      ['record:read', undefined],
      ['refusals', 7],
      ['record:read', undefined],
    ]);
  });

  it('that is still only counted at a stop is on record after it', async () => {
    const { key, id } = await keyWithId('auditor');
    for (let n = 0; n < 5; n++) await problem(node.request(`${RECORDS}/1`, { key }), 403);
    await node.service.close();
    node = await openTestService(root, { clock }, node.adminKey);
    expect(lastOf(await accessEntries(node, { actor: `key:${id}` }))).toMatchObject({
      action: 'refusals',
      unwritten: 2,
    });
  });
});

describe('GET /v1/access', () => {
  interface State {
    readonly origin: string;
    readonly asOf: { readonly size: number; readonly rootHash: string };
  }

  it('finds by actor, action and time, and goes on where a page ended', async () => {
    await append(node, 'kyc');
    for (let n = 0; n < 5; n++) {
      clock.advance(1000);
      await answer(node.request(`${RECORDS}/1`));
    }
    const all = await accessEntries(node, { action: 'record:read' });
    expect(all).toHaveLength(5);
    const times = all.map((item) => (item as AccessItem & { recordedAt: string }).recordedAt);
    const between = { recordedFrom: times[1] ?? '', recordedTo: times[3] ?? '' };
    expect(await accessEntries(node, { action: 'record:read', ...between })).toEqual(
      all.slice(1, 4),
    );
    expect(await accessEntries(node, { action: 'record:read', limit: '2' })).toEqual(all);
    expect(await accessEntries(node, { subject: 'nobody' })).toEqual([]);
  });

  it('answers as of a state of the ledger, and by calendar days, as other questions do', async () => {
    await append(node, 'kyc');
    await answer(node.request(`${RECORDS}/1`));
    const now = await answer<AccessPage & State>(node.request('/v1/access?limit=1'));
    expect(now.origin).toMatch(/\/_access$/);
    // What was asked here is on record as well, and no answer as of then has it.
    const again = `/v1/access?asOf=${now.asOf.size}`;
    const then = await answer<AccessPage & State>(node.request(`${again}&limit=1`));
    expect(then).toMatchObject({ asOf: now.asOf, items: now.items });
    expect(lastOf(await accessEntries(node, { action: 'access:read' }))?.question).toEqual({
      ...{ asOf: String(now.asOf.size), limit: 1, size: now.asOf.size },
    });
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const reads = { action: 'record:read', recordedFrom: day, recordedTo: day };
    expect(await accessEntries(node, reads)).toHaveLength(1);
    clock.advance(86_400_000);
    const next = new Date(clock.now()).toISOString().slice(0, 10);
    expect(await accessEntries(node, { ...reads, recordedFrom: next, recordedTo: next })).toEqual(
      [],
    );
    expect(await problem(node.request('/v1/access?recordedFrom=soon'), 400)).toBe('TIME_MALFORMED');
    expect(await problem(node.request('/v1/access?asOf=999999'), 400)).toBe('LEDGER_SIZE_UNKNOWN');
  });

  it('takes a cursor for the question that gave it, and for no other', async () => {
    const { cursor } = await answer<AccessPage>(node.request('/v1/access?limit=1'));
    const other = `/v1/access?actor=node&cursor=${cursor ?? ''}`;
    expect(await problem(node.request(other), 400)).toBe('CURSOR_INVALID');
  });
});

describe('the access ledger', () => {
  it('is written by nobody but the node, and read by those who oversee', async () => {
    const path = '/v1/ledgers/_access/records';
    expect(await problem(node.request(path, { json: RECORD }), 403)).toBe('ACCESS_DENIED');
    const seal = { json: { signer: 'seal' } };
    expect(await problem(node.request(`${path}/1/signatures`, seal), 403)).toBe('ACCESS_DENIED');
    expect(await problem(node.request('/v1/ledgers', { json: { name: '_access' } }), 400)).toBe(
      'REQUEST_INVALID',
    );
    const [auditor, reader] = [await newKey(node, 'auditor'), await newKey(node, 'reader')];
    await answer(node.request(`${path}/1`, { key: auditor }));
    expect(await problem(node.request(`${path}/1`, { key: reader }), 403)).toBe('ACCESS_DENIED');
    await answer(node.request('/v1/ledgers/_access', { key: reader }));
  });

  it('gives evidence of its entries like any other', async () => {
    const response = await node.request('/v1/ledgers/_access/records/1/evidence');
    const file = await response.arrayBuffer();
    const report = await answer<{ result: string }>(
      node.request('/v1/verify', {
        method: 'POST',
        body: new Uint8Array(file),
        headers: { 'content-type': 'application/json' },
      }),
    );
    expect(report.result).not.toBe('failed');
  });
});
