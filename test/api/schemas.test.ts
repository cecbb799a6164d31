import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomPool } from '../../src/base/random.js';
import { inlinePreparer } from '../../src/commands/preparation/inline-preparer.js';
import { WorkerPreparer } from '../../src/commands/preparation/worker-preparer.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import {
  answer,
  append,
  appendLines,
  createLedger,
  foundTenant,
  newKey,
  problem,
  RECORD,
  verifyReceipt,
  type ReceiptView,
} from './support/ledger-client.js';

/** Built by `npm test` before jest runs: threads know nothing of jest's transforms. */
const BUILT = new URL('../../dist/commands/preparation/preparation-worker.js', import.meta.url);

const TYPE = RECORD.type;

const schema = (floor: object = { type: 'integer' }) => ({
  format: 'json-schema',
  schema: {
    type: 'object',
    required: ['street'],
    properties: { street: { type: 'string' }, floor },
    additionalProperties: false,
  },
});
const wrong = { ...RECORD, payload: { ...RECORD.payload, floor: 'Secret' } };

interface PutAnswer {
  readonly version: number;
  readonly ref: string;
  readonly id: string;
  readonly receipt: ReceiptView;
}

let root: string;
let node: TestService;
let tests = 0;
/** Of each test its own, because a node takes longer to open. */
let ledger: string;

const SCHEMAS = () => `/v1/ledgers/${ledger}/schemas`;
const SETTINGS = () => `/v1/ledgers/${ledger}/settings/schemas`;
const RECORDS = () => `/v1/ledgers/${ledger}/records`;
const randomKey = () => `key-${Math.random()}`;

beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root);
});
beforeEach(async () => {
  ledger = `kyc-${++tests}`;
  await createLedger(node, ledger);
});
afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

const put = (document: object, options: object = {}, type: string = TYPE) =>
  node.request(`${SCHEMAS()}/${type}`, { method: 'PUT', json: document, ...options });
const putNew = (document: object, options: object = {}) =>
  answer<PutAnswer>(put(document, options), 201);
const setMode = (mode: string, unknownTypes = 'accept') =>
  answer(node.request(SETTINGS(), { method: 'PUT', json: { mode, unknownTypes } }));
const post = (record: object, options: object = {}) =>
  node.request(RECORDS(), { json: record, ...options });
const headerSchema = async (id: string) =>
  (await answer<{ schema: string }>(node.request(`${RECORDS()}/${id}`))).schema;

async function restart(): Promise<void> {
  await node.service.close();
  node = await openTestService(root, {}, node.adminKey);
}

describe('schemas', () => {
  it('are put as versions, and the same one again is the version that is there', async () => {
    const first = await putNew(schema());
    expect(first).toMatchObject({ version: 1, ref: `${TYPE}@1#${first.id.slice(0, 16)}` });
    const { verifierKey } = await answer<{ verifierKey: string }>(
      node.request(`/v1/ledgers/${ledger}`),
    );
    verifyReceipt(first.receipt, verifierKey);
    const again = await answer<PutAnswer>(put(schema()));
    expect(again).toMatchObject({ version: 1, id: first.id, ref: first.ref });
    const second = await putNew(schema({ type: 'number' }));
    expect(second.version).toBe(2);
    // Back to what was before is another version, not the old one.
    expect(await putNew(schema())).toMatchObject({ version: 3 });
    const listed = await answer<{ items: PutAnswer[] }>(
      node.request(`${SCHEMAS()}/${TYPE}/versions`),
    );
    expect(listed.items.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(await answer(node.request(`${SCHEMAS()}/${TYPE}?version=2`))).toMatchObject({
      version: 2,
      ref: second.ref,
      ...schema({ type: 'number' }),
    });
    expect(await answer(node.request(`${SCHEMAS()}/${TYPE}`))).toMatchObject({ version: 3 });
  });

  it('are records of the ledger, of which evidence can be given', async () => {
    const { id } = await putNew(schema());
    expect(await answer(node.request(`${RECORDS()}/${id}`))).toMatchObject({
      type: 'chirograph.Schema',
      key: TYPE,
      subject: 'chirograph',
      retention: 'chirograph',
      payload: { $v: 1, type: TYPE, version: 1, ...schema() },
    });
    const evidence = await node.request(`${RECORDS()}/${id}/evidence`);
    expect(evidence.status).toBe(200);
    const report = await answer<{ verdict: string }>(
      node.request('/v1/verify', {
        body: await evidence.text(),
        headers: { 'content-type': 'application/json' },
      }),
    );
    expect(JSON.stringify(report)).not.toMatch(/"(?:fail|failed)"/);
  });

  it('are listed in pages, by type and by version', async () => {
    for (const name of ['b', 'c', 'a', 'd']) await answer(put(schema(), {}, `test.${name}`), 201);
    const types: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: { type: string }[]; cursor: string | null } = await answer(
        node.request(`${SCHEMAS()}?limit=3${query}`),
      );
      types.push(...page.items.map(({ type }) => type));
      cursor = page.cursor;
    }
    expect(types).toEqual(['test.a', 'test.b', 'test.c', 'test.d']);
    for (const n of [1, 2, 3]) await answer(put(schema({ const: n }), {}, 'test.a'), 201);
    const versions = `${SCHEMAS()}/test.a/versions?limit=2`;
    const page = await answer<{ items: PutAnswer[]; cursor: string }>(node.request(versions));
    const rest = await answer<{ items: PutAnswer[]; cursor: null }>(
      node.request(`${versions}&cursor=${encodeURIComponent(page.cursor)}`),
    );
    expect([...page.items, ...rest.items].map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(rest.cursor).toBeNull();
    // A cursor is good for its own list.
    const other = `${SCHEMAS()}?cursor=${encodeURIComponent(page.cursor)}`;
    expect(await problem(node.request(other), 400)).toBe('CURSOR_INVALID');
  });

  it('are still there after a restart, with how strictly they are kept to', async () => {
    const { ref } = await putNew(schema());
    await setMode('warn', 'refuse');
    await restart();
    expect(await answer(node.request(SETTINGS()))).toEqual({
      mode: 'warn',
      unknownTypes: 'refuse',
    });
    expect(await answer(node.request(`${SCHEMAS()}/${TYPE}`))).toMatchObject({ version: 1, ref });
    expect(await headerSchema((await append(node, ledger)).id)).toBe(ref);
    expect(await answer(put(schema({ type: 'number' })), 201)).toMatchObject({ version: 2 });
  });

  it('are put by admins and read by readers of their own tenant', async () => {
    await putNew(schema());
    const [writer, reader] = [await newKey(node, 'writer'), await newKey(node, 'reader')];
    expect(await problem(put(schema(), { key: writer }), 403)).toBe('ACCESS_DENIED');
    const mode = { method: 'PUT', json: { mode: 'off', unknownTypes: 'accept' } };
    expect(await problem(node.request(SETTINGS(), { ...mode, key: writer }), 403)).toBe(
      'ACCESS_DENIED',
    );
    await answer(node.request(`${SCHEMAS()}/${TYPE}`, { key: reader }));
    await answer(node.request(SETTINGS(), { key: reader }));
    const other = await foundTenant(node, `other-${ledger}`);
    expect(await problem(node.request(SCHEMAS(), { key: other }), 404)).toBe('LEDGER_UNKNOWN');
    expect(await problem(put(schema(), { key: other }), 404)).toBe('LEDGER_UNKNOWN');
  });

  it('that are not there are not found', async () => {
    expect(await problem(node.request(`${SCHEMAS()}/${TYPE}`), 404)).toBe('SCHEMA_UNKNOWN');
    expect(await problem(node.request(`${SCHEMAS()}/${TYPE}/versions`), 404)).toBe(
      'SCHEMA_UNKNOWN',
    );
    await putNew(schema());
    expect(await problem(node.request(`${SCHEMAS()}/${TYPE}?version=2`), 404)).toBe(
      'SCHEMA_UNKNOWN',
    );
  });

  it.each<[string, object, string]>([
    ['of another language', { format: 'xsd', schema: {} }, 'REQUEST_INVALID'],
    ['that are no objects', { format: 'json-schema', schema: [] }, 'REQUEST_INVALID'],
    [
      'with a pointer that is none',
      { ...schema(), findable: [{ pointer: 'a', as: 'name' }] },
      'REQUEST_INVALID',
    ],
    [
      'that reach elsewhere',
      { format: 'json-schema', schema: { $ref: 'http://x.test/y' } },
      'SCHEMA_REFUSED',
    ],
    ['that are misspelt', { format: 'json-schema', schema: { requierd: [] } }, 'SCHEMA_REFUSED'],
    ['with patterns that go back', schema({ pattern: '(?=a)' }), 'SCHEMA_REFUSED'],
    [
      'that are large',
      { format: 'json-schema', schema: { title: 'x'.repeat(300_000) } },
      'SCHEMA_REFUSED',
    ],
    ['that are no models', { format: 'tradle-model', schema: { id: 'a' } }, 'SCHEMA_REFUSED'],
  ])('%s are refused, and nothing is kept of them', async (_, document, code) => {
    expect(await problem(put(document), 400)).toBe(code);
    expect(await answer(node.request(SCHEMAS()))).toEqual({ items: [], cursor: null });
    await append(node, ledger, wrong);
  });

  it('keep to the same order when they are put at the same time', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => putNew(schema({ const: n }))));
    expect(answers.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('may be Tradle models, with those that they refer to', async () => {
    const country = { id: 't.Country', properties: {}, enum: [{ id: 'CH' }, { id: 'PT' }] };
    const model = {
      id: TYPE,
      required: ['country'],
      properties: { country: { type: 'object', ref: 't.Country' } },
    };
    await putNew({ format: 'tradle-model', schema: model, models: { 't.Country': country } });
    const of = (id: string) => ({ ...RECORD, payload: { _t: TYPE, country: { id } } });
    await append(node, ledger, of('t.Country_CH'));
    expect(await problem(post(of('t.Country_XX')), 400)).toBe('RECORD_SCHEMA_INVALID');
  });
});

describe('types of the node itself', () => {
  it.each(['chirograph.Schema', 'chirograph.LedgerSettings', 'chirograph.Whatever'])(
    'such as %s are written by nobody else',
    async (type) => {
      expect(await problem(post({ ...RECORD, type }), 400)).toBe('RECORD_TYPE_RESERVED');
      const [first, second] = await appendLines(node, ledger, [{ ...RECORD, type }, RECORD]);
      expect(first).toMatchObject({ code: 'RECORD_TYPE_RESERVED', line: 1 });
      expect(second).toHaveProperty('leafHash');
      expect(await problem(put(schema(), {}, type), 400)).toBe('SCHEMA_REFUSED');
    },
  );
});

describe.each([
  ['in the same thread', () => inlinePreparer(new RandomPool())],
  [
    'in another thread',
    () =>
      new WorkerPreparer({
        onCrash: (cause) => {
          throw cause;
        },
        entry: BUILT,
      }),
  ],
])('records that are checked %s', (_, preparer) => {
  beforeAll(async () => {
    await node.service.close();
    node = await openTestService(root, { preparer: preparer() }, node.adminKey);
  });

  it('are refused where they are not as the schema says, alone and in a stream', async () => {
    await append(node, ledger, wrong);
    const { ref } = await putNew(schema());
    const response = await post(wrong);
    const refused = await answer<Record<string, unknown>>(response, 400);
    expect(refused).toMatchObject({
      code: 'RECORD_SCHEMA_INVALID',
      errors: [{ pointer: '/payload/floor', detail: 'type: must be integer' }],
    });
    expect(JSON.stringify(refused)).not.toContain('Secret');
    const lines = await appendLines(node, ledger, [
      wrong,
      RECORD,
      { ...RECORD, type: 'test.Other' },
    ]);
    expect(lines[0]).toMatchObject({
      code: 'RECORD_SCHEMA_INVALID',
      line: 1,
      errors: [{ pointer: '/payload/floor', detail: 'type: must be integer' }],
    });
    expect(await headerSchema(String(lines[1]?.['id']))).toBe(ref);
    expect(await headerSchema(String(lines[2]?.['id']))).toBe('none');
  });

  it('are entered with a warning where the ledger only warns', async () => {
    const { ref } = await putNew(schema());
    await setMode('warn');
    const warnings = [{ pointer: '/payload/floor', detail: 'type: must be integer' }];
    const receipt = await append(node, ledger, wrong);
    expect(receipt).toMatchObject({ warnings });
    // No schema is named that it is not as.
    expect(await headerSchema(receipt.id)).toBe('none');
    const [warned, sound] = await appendLines(node, ledger, [wrong, RECORD]);
    expect(warned).toMatchObject({ warnings });
    expect(sound).not.toHaveProperty('warnings');
    expect(await headerSchema(String(sound?.['id']))).toBe(ref);
  });

  it('are not looked at where checking is off, and are again when it is on', async () => {
    await putNew(schema());
    await setMode('off', 'refuse');
    const receipt = await append(node, ledger, wrong);
    expect(receipt).not.toHaveProperty('warnings');
    expect(await headerSchema(receipt.id)).toBe('none');
    await setMode('strict');
    expect(await problem(post(wrong), 400)).toBe('RECORD_SCHEMA_INVALID');
  });

  it('of a type without a schema are refused, or warned of, where the ledger says so', async () => {
    await setMode('strict', 'refuse');
    expect(await answer(post(RECORD), 400)).toMatchObject({
      code: 'RECORD_SCHEMA_MISSING',
      errors: [{ pointer: '/type' }],
    });
    await setMode('warn', 'refuse');
    expect(await append(node, ledger)).toMatchObject({ warnings: [{ pointer: '/type' }] });
    await putNew(schema());
    expect(await append(node, ledger)).not.toHaveProperty('warnings');
  });

  it('are checked against the newest schema as soon as it is acknowledged', async () => {
    for (let n = 1; n <= 5; n++) {
      const { ref } = await putNew(schema({ const: n }));
      const of = (floor: number) => ({ ...RECORD, payload: { street: 'x', floor } });
      expect(await headerSchema((await append(node, ledger, of(n))).id)).toBe(ref);
      expect(await problem(post(of(n - 1)), 400)).toBe('RECORD_SCHEMA_INVALID');
      const lines = await appendLines(node, ledger, [of(n - 1), of(n)]);
      expect(lines.map((line) => line['code'])).toEqual(['RECORD_SCHEMA_INVALID', undefined]);
    }
  });

  it('while schemas change are each as the schema that their header names', async () => {
    const of = (floor: number) => ({ ...RECORD, payload: { street: 'x', floor } });
    const refs = new Map<string, number>();
    const writing = Array.from({ length: 5 }, async (_, n) => {
      refs.set((await putNew(schema({ const: n }))).ref, n);
    });
    const records = Array.from({ length: 60 }, (_, n) => post(of(n % 5)));
    const answers = await Promise.all(records);
    await Promise.all(writing);
    let entered = 0;
    for (const response of answers) {
      const { id, code } = await answer<{ id: string; code?: string }>(response, response.status);
      if (response.status !== 201) expect(code).toBe('RECORD_SCHEMA_INVALID');
      else {
        entered++;
        const entry = await answer<{ schema: string; payload: { floor: number } }>(
          node.request(`${RECORDS()}/${id}`),
        );
        if (entry.schema !== 'none') expect(entry.payload.floor).toBe(refs.get(entry.schema));
      }
    }
    expect(entered).toBeGreaterThan(0);
  });

  it('that repeat a request get its receipt again, whatever schema has come in between', async () => {
    const headers = { 'idempotency-key': randomKey() };
    const receipt = await append(node, ledger, wrong, { headers });
    await putNew(schema());
    expect((await answer<ReceiptView>(post(wrong, { headers }))).id).toBe(receipt.id);
    const other = { ...wrong, payload: { floor: 'another' } };
    expect(await problem(post(other, { headers }), 409)).toBe('LEDGER_IDEMPOTENCY_CONFLICT');
    const lines = await appendLines(node, ledger, [
      { ...wrong, idempotencyKey: headers['idempotency-key'] },
      { ...wrong, idempotencyKey: randomKey() },
    ]);
    expect(lines).toMatchObject([{ id: receipt.id }, { code: 'RECORD_SCHEMA_INVALID', line: 2 }]);
    const fresh = { 'idempotency-key': randomKey() };
    expect(await problem(post(wrong, { headers: fresh }), 400)).toBe('RECORD_SCHEMA_INVALID');
    // And a refused key is still free.
    await append(node, ledger, RECORD, { headers: fresh });
  });

  it('that only withdraw a version have nothing to be checked', async () => {
    await putNew(schema());
    const { id: retracts } = await append(node, ledger);
    await append(node, ledger, { ...RECORD, payload: {}, retracts });
    const more = { ...RECORD, payload: { floor: 1 }, retracts };
    expect(await problem(post(more), 400)).toBe('RECORD_SCHEMA_INVALID');
  });

  it('of two tenants and two ledgers are each checked by their own schema of the type', async () => {
    const key = await foundTenant(node, `other-${ledger}`);
    await answer(node.request('/v1/ledgers', { json: { name: ledger }, key }), 201);
    const second = `${ledger}-second`;
    await createLedger(node, second);
    await putNew(schema({ const: 1 }));
    await putNew(schema({ const: 2 }), { key });
    const of = (floor: number) => ({ ...RECORD, payload: { street: 'x', floor } });
    for (let n = 0; n < 2; n++) {
      await append(node, ledger, of(1));
      await append(node, ledger, of(2), { key });
      expect(await problem(post(of(2)), 400)).toBe('RECORD_SCHEMA_INVALID');
      expect(await problem(post(of(1), { key }), 400)).toBe('RECORD_SCHEMA_INVALID');
      await append(node, second, of(3));
    }
  });

  it('are checked by a schema that asks for endless work only so far', async () => {
    const child = { properties: { a: { $ref: '#' } } };
    await putNew({ format: 'json-schema', schema: { type: 'object', allOf: [child, child] } });
    let payload = {};
    for (let depth = 0; depth < 50; depth++) payload = { a: payload };
    expect(await answer(post({ ...RECORD, payload }), 400)).toMatchObject({
      code: 'RECORD_SCHEMA_INVALID',
      errors: [{ detail: expect.stringContaining('more steps') }],
    });
    await append(node, ledger, { ...RECORD, payload: { a: { a: {} } } });
  });
});
