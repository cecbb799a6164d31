/** An inspection: what it opens, what it does not, who sees that it is there, and what is handed over. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalJsonBytes, type JsonObject } from '../../src/base/canonical-json.js';
import { readCollectionJson } from '../../src/evidence/parse-collection.js';
import { parseTrust } from '../../src/evidence/trust.js';
import { isCollectionReport, verifyBytes } from '../../src/evidence/verify-file.js';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  newKey,
  problem,
} from '../api/support/ledger-client.js';
import { readPdf, textOf } from '../reports/support/read-pdf.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type RequestOptions, type TestService } from '../support/test-service.js';

const KYC = '/v1/ledgers/kyc';
const DAY = 86_400_000;
const SEARCH = '/subjects/search';

let root: string;
let node: TestService;
let clock: FakeClock;
let inspector: { readonly key: string; readonly id: string };
const roots: string[] = [];

interface InspectionView extends JsonObject {
  readonly id: string;
}

beforeEach(async () => {
  root = await temporaryDirectory();
  roots.push(root);
  clock = new FakeClock();
  node = await openTestService(root, { clock });
  await createLedger(node, 'kyc');
  inspector = await answer(node.request('/v1/keys', { json: { role: 'inspector' } }), 201);
  await known('customer-4711', 'test.Residence', { city: 'Graz' });
  await known('customer-4711', 'test.Name', { name: 'A' });
  clock.advance(DAY);
  await known('customer-4711', 'test.Residence', { city: 'Linz' });
  await known('customer-4712', 'test.Residence', { city: 'Wien' });
  clock.advance(DAY);
});

afterEach(async () => {
  await node.service.close();
});

afterAll(async () => {
  for (const one of roots) await removeDirectory(one);
});

async function known(subject: string, type: string, payload: object): Promise<void> {
  await append(node, 'kyc', { type, subject, key: 'main', payload });
}

const instant = (days: number): string => new Date(clock.now() + days * DAY).toISOString();

function body(bends: object = {}): JsonObject {
  return {
    ledger: 'kyc',
    caseId: 'FMA-2026-118',
    authority: 'Financial Market Authority',
    legalBasis: 'FM-GwG § 25',
    expiresAt: instant(10),
    ...bends,
  };
}

async function open(bends: object = {}, key = inspector.key): Promise<InspectionView> {
  return answer(node.request('/v1/inspections', { json: body(bends), key }), 201);
}

/** As the inspector, under an inspection. */
function under(id: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const headers = { 'chirograph-inspection': id };
  return node.request(path, { key: inspector.key, headers, ...options });
}

async function accessEntries(query = ''): Promise<Record<string, unknown>[]> {
  const { items } = await answer<{ items: Record<string, unknown>[] }>(
    node.request(`/v1/access?limit=1000${query}`),
  );
  return items.reverse();
}

const allowHiding = (): Promise<unknown> =>
  answer(node.request('/v1/tenants/default', { method: 'PUT', json: { hiddenInspections: true } }));

describe('under an inspection', () => {
  it('content is shown, and the access ledger says under which', async () => {
    const { id } = await open();
    expect(await problem(node.request(`${KYC}/records/1`, { key: inspector.key }), 403)).toBe(
      'INSPECTION_REQUIRED',
    );
    await answer(under(id, `${KYC}/records/1`));
    await answer(under(id, `${KYC}/subjects/customer-4711?asOf=3`));
    const [first, second] = (await accessEntries(`&subject=inspection:${id}`)).slice(-2);
    expect(first).toMatchObject({ action: 'record:read', outcome: 'disclosed', inspection: id });
    expect(second).toMatchObject({ inspection: id, entries: { count: 2 }, ledger: 'kyc' });
  });

  it('opening and closing are on record before they are done', async () => {
    const { id } = await open();
    const closed = await answer<JsonObject>(
      node.request(`/v1/inspections/${id}/close`, { method: 'POST', key: inspector.key }),
    );
    expect(closed).toMatchObject({ id, state: 'closed', closedBy: { key: inspector.id } });
    const acts = (await accessEntries(`&subject=inspection:${id}`)).map(
      ({ action, outcome, inspection }) => [action, outcome, inspection],
    );
    expect(acts).toEqual([
      ['inspection:open', 'begun', id],
      ['inspection:open', 'done', id],
      ['inspection:close', 'begun', id],
      ['inspection:close', 'done', id],
    ]);
  });

  it('what the scope does not cover is refused, and that is on record', async () => {
    const cases = [
      ['another person', { subjects: ['customer-4711'] }, '/subjects/customer-4712'],
      ['a person of whom nothing is known', { subjects: ['customer-4711'] }, '/subjects/nobody'],
      ['a list with other persons', { subjects: ['customer-4711'] }, '/records'],
      ['a count of all', { subjects: ['customer-4711'] }, '/records/count'],
      ['a search for anybody', { subjects: ['customer-4711'] }, SEARCH],
      ['another type', { types: ['test.Name'] }, '/subjects/customer-4711'],
      ['an export of other types', { types: ['test.Name'] }, '/export'],
      ['evidence of another type', { types: ['test.Name'] }, '/records/1/evidence'],
      ['a timestamp of another type', { types: ['test.Name'] }, '/records/1/evidence?format=ots'],
    ] as const;
    // There is none before.
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    const findable = [{ as: 'name', pointer: '/name' }];
    const schema = { type: 'object', properties: { name: { type: 'string' } } };
    const json = { format: 'json-schema', schema, findable };
    await answer(node.request(`${KYC}/schemas/test.Name`, { method: 'PUT', json }), 201);
    for (const [what, scope, path] of cases) {
      const { id } = await open({ scope });
      const options = path === SEARCH ? { json: { field: 'name', value: 'Somebody' } } : {};
      const code = await problem(under(id, `${KYC}${path}`, options), 403);
      expect([what, code]).toEqual([what, 'INSPECTION_OUT_OF_SCOPE']);
      const refused = (await accessEntries()).at(-1);
      expect(refused).toMatchObject({ outcome: 'refused', code, inspection: id });
    }
  });

  it('what the scope covers is shown', async () => {
    const scope = { subjects: ['customer-4711'], types: ['test.Name'] };
    const { id } = await open({ scope });
    await answer(under(id, `${KYC}/subjects/customer-4711?type=test.Name`));
    await answer(under(id, `${KYC}/records?subject=customer-4711&type=test.Name`));
    const { items } = await answer<{ items: { type: string }[] }>(
      under(id, `${KYC}/subjects/customer-4711/timeline?type=test.Name`),
    );
    expect(items.map(({ type }) => type)).toEqual(['test.Name']);
    await answer(under(id, `${KYC}/records/count?subject=customer-4711&type=test.Name`));
  });

  it('of several types what is asked for with all or some of them is shown', async () => {
    await known('customer-4712', 'test.Income', { yearly: 1 });
    const { id } = await open({ scope: { types: ['test.Name', 'test.Residence'] } });
    const both = 'type=test.Residence&type=test.Name';
    for (const path of ['records', 'records/count', 'export']) {
      expect((await under(id, `${KYC}/${path}?${both}`)).status).toBe(200);
      expect((await under(id, `${KYC}/${path}?type=test.Name`)).status).toBe(200);
      for (const query of ['', `?${both}&type=test.Income`, '?type=test.Income']) {
        const refused = await under(id, `${KYC}/${path}${query}`);
        expect(await answer(Promise.resolve(refused), 403)).toMatchObject({
          code: 'INSPECTION_OUT_OF_SCOPE',
          detail: expect.stringContaining('type=test.Name&type=test.Residence'),
        });
      }
    }
  });

  it('the period is one of knowledge: older entries only as what still stood', async () => {
    const recordedFrom = new Date(clock.now() - 1.5 * DAY).toISOString();
    const { id } = await open({ scope: { recordedFrom } });
    const { items } = await answer<{ items: { type: string }[] }>(
      under(id, `${KYC}/subjects/customer-4711`),
    );
    expect(items.map(({ type }) => type)).toEqual(['test.Name', 'test.Residence']);
    const code = 'INSPECTION_OUT_OF_SCOPE';
    expect(await problem(under(id, `${KYC}/subjects/customer-4711?asOf=2`), 403)).toBe(code);
    await answer(under(id, `${KYC}/records?recordedFrom=${recordedFrom}&kind=record`));
  });

  it('the timeline of a period is that of its own entries, and the refusal says how to ask', async () => {
    const recordedFrom = new Date(clock.now() - 1.5 * DAY).toISOString();
    const recordedTo = new Date(clock.now() - 0.5 * DAY).toISOString();
    await known('customer-4711', 'test.Residence', { city: 'Bruck' });
    const { id } = await open({ scope: { recordedFrom, recordedTo } });
    const timeline = `${KYC}/subjects/customer-4711/timeline`;
    const tooEarly = { detail: expect.stringContaining(`recordedFrom=${recordedFrom}`) };
    const tooLate = { detail: expect.stringContaining(`before ${recordedTo}`) };
    const code = 'INSPECTION_OUT_OF_SCOPE';
    for (const [query, refusal] of [
      ['', tooEarly],
      ['?order=desc&limit=1', tooLate],
      [`?recordedTo=${recordedTo}`, tooEarly],
      [`?recordedFrom=${recordedFrom}`, tooLate],
    ] as const)
      expect(await answer(under(id, timeline + query), 403)).toMatchObject({ code, ...refusal });
    for (const order of ['asc', 'desc']) {
      const period = `recordedFrom=${recordedFrom}&recordedTo=${recordedTo}`;
      const { items } = await answer<{ items: JsonObject[] }>(
        under(id, `${timeline}?${period}&order=${order}`),
      );
      expect(items).toMatchObject([{ payload: { city: 'Linz' } }]);
    }
    const read = (await accessEntries(`&subject=inspection:${id}`)).at(-1);
    expect(read).toMatchObject({ question: { recordedFrom, recordedTo, order: 'desc' } });
  });

  it('what was read of a period can be handed over, whatever state it was read in', async () => {
    const recordedFrom = new Date(clock.now() - 0.5 * DAY).toISOString();
    const recordedTo = new Date(clock.now() + 0.5 * DAY).toISOString();
    const asOf = new Date(clock.now()).toISOString();
    clock.advance(DAY);
    await known('customer-4711', 'test.Residence', { city: 'Bruck' });
    const { id } = await open({ scope: { recordedFrom, recordedTo } });
    const subject = `${KYC}/subjects/customer-4711`;
    // Of a state after the period, of one before it, and of one that was reached before and stood in it.
    await answer(
      under(id, `${subject}/timeline?recordedFrom=${recordedFrom}&recordedTo=${recordedTo}`),
    );
    await answer(under(id, `${subject}/timeline?recordedFrom=${recordedFrom}&asOf=2`));
    await answer(under(id, `${subject}?asOf=${asOf}`));
    const path = `/v1/inspections/${id}/package?format=json`;
    const file = readCollectionJson(await answer<JsonObject>(under(id, path)));
    expect(file.questions.map(({ question }) => question.asOf)).toEqual([5]);
  });

  it('what came after the period is not shown, and a state that has it neither', async () => {
    const recordedTo = new Date(clock.now() - 1.5 * DAY).toISOString();
    const { id } = await open({ scope: { recordedTo } });
    const code = 'INSPECTION_OUT_OF_SCOPE';
    expect(await problem(under(id, `${KYC}/subjects/customer-4711`), 403)).toBe(code);
    expect(await problem(under(id, `${KYC}/records/4`), 403)).toBe(code);
    await answer(under(id, `${KYC}/subjects/customer-4711?asOf=3`));
  });

  it('another ledger is out of scope, whether it is there or not', async () => {
    const { id } = await open();
    await createLedger(node, 'elsewhere');
    const texts = await Promise.all(
      ['elsewhere', 'not-there'].map(async (ledger) => {
        const response = await under(id, `/v1/ledgers/${ledger}/records`);
        const requestId = response.headers.get('x-request-id') ?? '?';
        return (await response.text()).replaceAll(requestId, 'ID').replaceAll(ledger, 'LEDGER');
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain('INSPECTION_OUT_OF_SCOPE');
  });

  it('nothing is shown after it expired, nor after it was closed', async () => {
    const [expired, closed] = [await open({ expiresAt: instant(1) }), await open()];
    await answer(
      node.request(`/v1/inspections/${closed.id}/close`, { method: 'POST', key: inspector.key }),
    );
    expect(await problem(under(closed.id, `${KYC}/records/1`), 403)).toBe('INSPECTION_CLOSED');
    clock.advance(DAY);
    expect(await problem(under(expired.id, `${KYC}/records/1`), 403)).toBe('INSPECTION_EXPIRED');
    const again = { method: 'POST', key: inspector.key };
    expect(await problem(node.request(`/v1/inspections/${closed.id}/close`, again), 403)).toBe(
      'INSPECTION_CLOSED',
    );
    const { items } = await answer<{ items: { state: string }[] }>(
      node.request('/v1/inspections', { key: inspector.key }),
    );
    expect(items.map(({ state }) => state)).toEqual(['expired', 'closed']);
  });

  it('only its inspectors read, and only as such', async () => {
    const other = await answer<{ key: string; id: string }>(
      node.request('/v1/keys', { json: { role: 'inspector' } }),
      201,
    );
    const mine = await open();
    expect(await problem(under(mine.id, `${KYC}/records/1`, { key: other.key }), 404)).toBe(
      'INSPECTION_UNKNOWN',
    );
    const shared = await open({ inspectors: [{ name: 'Inspector 2', key: other.id }] });
    await answer(under(shared.id, `${KYC}/records/1`, { key: other.key }));
    const reader = await answer<{ key: string; id: string }>(
      node.request('/v1/keys', { json: { role: 'reader' } }),
      201,
    );
    const { id } = await open({ inspectors: [{ name: 'Not one', key: reader.id }] });
    expect(await problem(under(id, `${KYC}/records/1`, { key: reader.key }), 403)).toBe(
      'ACCESS_DENIED',
    );
  });

  it('goes on after a restart', async () => {
    const { id } = await open({ scope: { subjects: ['customer-4711', 'not-known-yet'] } });
    const { adminKey } = node;
    await node.service.close();
    node = await openTestService(root, { clock }, adminKey);
    const { items } = await answer<{ items: JsonObject[] }>(
      node.request('/v1/inspections', { key: inspector.key }),
    );
    expect(items).toMatchObject([
      { id, state: 'open', scope: { subjects: ['customer-4711', 'not-known-yet'] } },
    ]);
    await answer(under(id, `${KYC}/records/1`));
    expect((await open()).id).not.toBe(id);
  });
});

describe('who sees that there is one', () => {
  it('the institution does, but for whom it is about; another tenant does not', async () => {
    const { id } = await open({ scope: { subjects: ['customer-4711'] } });
    const foreign = await foundTenant(node, 'bank');
    const seen = await answer<JsonObject>(node.request(`/v1/inspections/${id}`));
    expect(seen).toMatchObject({ id, caseId: 'FMA-2026-118', scope: { subjectCount: 1 } });
    expect(JSON.stringify(seen)).not.toContain('customer-4711');
    expect(await problem(node.request(`/v1/inspections/${id}`, { key: foreign }), 404)).toBe(
      'INSPECTION_UNKNOWN',
    );
    expect(await problem(node.request(`/v1/inspections/${id}/package`), 403)).toBe('ACCESS_DENIED');
  });

  it('a hidden one needs the consent of the tenant, and is then on no route of its own', async () => {
    expect(
      await problem(
        node.request('/v1/inspections', { json: body({ isHidden: true }), key: inspector.key }),
        403,
      ),
    ).toBe('INSPECTION_HIDING_REFUSED');
    await allowHiding();
    const before = (await accessEntries()).length;
    const { id } = await open({ isHidden: true });
    await answer(under(id, `${KYC}/subjects/customer-4711`));
    expect(await problem(under(id, `${KYC}/records/9999`), 404)).toBe('LEDGER_ENTRY_UNKNOWN');
    await answer(under(id, `/v1/inspections/${id}/package?format=json`));
    // Two more: those of reading the access ledger itself.
    expect(await accessEntries()).toHaveLength(before + 1);
    expect(await answer(node.request('/v1/inspections'))).toMatchObject({ items: [] });
    expect(await problem(node.request(`/v1/inspections/${id}`), 404)).toBe('INSPECTION_UNKNOWN');
    const { items } = await answer<{ items: { name: string }[] }>(node.request('/v1/ledgers'));
    expect(items.map(({ name }) => name)).toEqual(['kyc']);
    for (const path of ['', '/records', '/checkpoint', '/feed?from=0', '/records/1/statement'])
      expect(await problem(node.request(`/v1/ledgers/_inspections${path}`), 404)).toBe(
        'LEDGER_UNKNOWN',
      );
    const kept = await Promise.all(
      (await readdir(join(root, 'data', 'catalog'))).map((name) =>
        readFile(join(root, 'data', 'catalog', name), 'utf8'),
      ),
    );
    // Never hidden from the disk.
    expect(kept.some((text) => text.includes('_inspections'))).toBe(true);
  });

  it('what is done under the header of a hidden one is not hidden with it', async () => {
    await allowHiding();
    const { id: keyId, key } = await answer<{ id: string; key: string }>(
      node.request('/v1/keys', { json: { role: 'inspector' } }),
      201,
    );
    await answer(node.request('/v1/grants', { json: { to: { key: keyId }, role: 'admin' } }), 201);
    const { id } = await open({ isHidden: true }, key);
    await answer(under(id, '/v1/keys', { key, json: { role: 'admin' } }), 201);
    const acts = (await accessEntries('&action=key:create')).map(({ key: by }) => by);
    expect(acts.filter((by) => by === keyId)).toHaveLength(2);
  });

  it('a hidden one goes on after a restart', async () => {
    await allowHiding();
    const { id } = await open({ isHidden: true, scope: { subjects: ['customer-4711'] } });
    const { adminKey } = node;
    await node.service.close();
    node = await openTestService(root, { clock }, adminKey);
    await answer(under(id, `${KYC}/subjects/customer-4711`));
    expect(await answer(node.request('/v1/inspections'))).toMatchObject({ items: [] });
  });
});

describe('what is refused', () => {
  it('what is not as it is described', async () => {
    const cases = [
      ['an expiry that has passed', { expiresAt: '2020-01-01T00:00:00.000Z' }],
      ['one that is too far away', { expiresAt: '2999-01-01T00:00:00.000Z' }],
      [
        'a period that ends before it begins',
        {
          scope: {
            recordedFrom: '2026-01-02T00:00:00.000Z',
            recordedTo: '2026-01-01T00:00:00.000Z',
          },
        },
      ],
      ['an unknown member', { extra: 1 }],
      ['nobody in the scope', { scope: { subjects: [] } }],
      ['somebody twice', { scope: { subjects: ['a', 'a'] } }],
      ['an inspector by nothing', { inspectors: [{ name: 'x' }] }],
      ['a case of two lines', { caseId: 'a\nb' }],
      ['a ledger of the node itself', { ledger: '_access' }],
    ] as const;
    for (const [what, bends] of cases) {
      const options = { json: body(bends), key: inspector.key };
      const code = await problem(node.request('/v1/inspections', options), 400);
      expect([what, code]).toEqual([what, 'REQUEST_INVALID']);
    }
  });

  it('a ledger that is not there', async () => {
    const options = { json: body({ ledger: 'not-there' }), key: inspector.key };
    expect(await problem(node.request('/v1/inspections', options), 404)).toBe('LEDGER_UNKNOWN');
  });

  it('a restricted ledger, to an inspector without a grant for it', async () => {
    await createLedger(node, 'sar');
    const settings = { restrictedTypes: { 'test.Suspicion': 'sar' } };
    await answer(node.request('/v1/tenants/default', { method: 'PUT', json: settings }));
    const options = { json: body({ ledger: 'sar' }), key: inspector.key };
    expect(await problem(node.request('/v1/inspections', options), 404)).toBe('LEDGER_UNKNOWN');
    const grant = { to: { key: inspector.id }, role: 'inspector', ledger: 'sar' };
    await answer(node.request('/v1/grants', { json: grant }), 201);
    await append(
      node,
      'sar',
      {
        type: 'test.Suspicion',
        subject: 'customer-4711',
        payload: { why: 'x' },
      },
      { key: await sarWriter() },
    );
    const { id } = await open({ ledger: 'sar' });
    await answer(under(id, '/v1/ledgers/sar/subjects/customer-4711'));
  });

  it('more of them in a day than an authority has cases, closed or not', async () => {
    for (let at = 0; at < 200; at++) {
      const { id } = await open();
      const options = { method: 'POST', key: inspector.key };
      await answer(node.request(`/v1/inspections/${id}/close`, options));
    }
    const options = { json: body(), key: inspector.key };
    expect(await problem(node.request('/v1/inspections', options), 409)).toBe('INSPECTION_LIMIT');
    clock.advance(DAY);
    await open();
  });

  it('to open one as anybody else', async () => {
    for (const role of ['reader', 'officer', 'admin', 'auditor']) {
      const options = { json: body(), key: await newKey(node, role) };
      expect(await problem(node.request('/v1/inspections', options), 403)).toBe('ACCESS_DENIED');
    }
  });

  it('a package before anything was asked', async () => {
    const { id } = await open();
    expect(await problem(under(id, `/v1/inspections/${id}/package`), 409)).toBe(
      'QUERY_NOTHING_ASKED',
    );
  });
});

async function sarWriter(): Promise<string> {
  const { id, key } = await answer<{ id: string; key: string }>(
    node.request('/v1/keys', { json: { role: 'none' } }),
    201,
  );
  const grant = { to: { key: id }, role: 'writer', ledger: 'sar' };
  await answer(node.request('/v1/grants', { json: grant }), 201);
  return key;
}

describe('the hand-over package', () => {
  const trustOf = async (): Promise<ReturnType<typeof parseTrust>> =>
    parseTrust(canonicalJsonBytes(await answer<JsonObject>(node.request('/v1/trust'))));

  async function packageOf(id: string, query: string): Promise<Uint8Array> {
    const response = await under(id, `/v1/inspections/${id}/package?${query}`);
    expect(response.status).toBe(200);
    return new Uint8Array(await response.arrayBuffer());
  }

  it('answers each question that was asked, whole, and verifies', async () => {
    const { id } = await open();
    await answer(under(id, `${KYC}/subjects/customer-4711?asOf=3`));
    await answer(under(id, `${KYC}/subjects/customer-4711/diff?from=2&to=4`));
    await answer(under(id, `${KYC}/records/4`));
    const report = verifyBytes(await packageOf(id, 'format=json'), await trustOf());
    if (!isCollectionReport(report)) throw new Error('not a collection');
    expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    const contained = verifyBytes(await packageOf(id, 'format=asice'), await trustOf());
    expect(contained.container).toMatchObject({ kind: 'asic-e' });
    expect(contained.checks[0]).toMatchObject({ id: 'container', result: 'pass' });
    expect(report.inspection).toMatchObject({ id, caseId: 'FMA-2026-118', isHidden: false });
    const asked = report.questions.map(({ question }) => [question.subject, question.asOf]);
    expect(asked).toEqual([
      ['customer-4711', 3],
      ['customer-4711', 2],
      ['customer-4711', 4],
      ['customer-4712', expect.any(Number)],
    ]);
    expect(report.questions.every(({ answer: whole }) => whole?.determined === true)).toBe(true);
  });

  it('takes nothing for asked that was read about a person who is called as it is', async () => {
    const { id } = await open();
    await known(`inspection:${id}`, 'test.Name', { name: 'nobody' });
    await answer(node.request(`${KYC}/subjects/inspection:${id}`));
    expect(await problem(under(id, `/v1/inspections/${id}/package`), 409)).toBe(
      'QUERY_NOTHING_ASKED',
    );
  });

  it('opens nothing that is out of scope, and says that it is there', async () => {
    const { id } = await open({ scope: { types: ['test.Name'] } });
    await answer(under(id, `${KYC}/subjects/customer-4711?type=test.Name`));
    const bytes = await packageOf(id, 'format=json');
    const text = Buffer.from(bytes).toString();
    const file = readCollectionJson(JSON.parse(text) as JsonObject);
    expect(file.entries).toHaveLength(3);
    const opened = file.entries.filter((entry) => 'header' in entry);
    expect(opened).toHaveLength(1);
    const report = verifyBytes(bytes, await trustOf());
    if (!isCollectionReport(report)) throw new Error('not a collection');
    expect(report.questions[0]?.answer).toMatchObject({ determined: false });
    expect(report.questions[0]?.answer?.notOpened).toHaveLength(2);
  });

  it('is a report for people too, with the same file in it', async () => {
    const { id } = await open({ scope: { subjects: ['customer-4711'] } });
    await answer(under(id, `${KYC}/subjects/customer-4711?asOf=2`));
    await answer(under(id, `${KYC}/subjects/customer-4711`));
    const english = readPdf(await packageOf(id, 'format=pdf'));
    const page = textOf(english);
    for (const text of ['Inspection report', 'FMA-2026-118', 'FM-GwG § 25', 'Graz', 'Linz'])
      expect(page).toContain(text);
    const report = verifyBytes(english.files[0]?.bytes ?? new Uint8Array(), await trustOf());
    expect(report.result).not.toBe('failed');
    const german = readPdf(await packageOf(id, 'format=pdf&language=de'));
    expect(textOf(german)).toContain('Prüfungsbericht');
  });

  it('is on record with the digest of the file, before it leaves', async () => {
    const { id } = await open();
    await answer(under(id, `${KYC}/subjects/customer-4711`));
    await packageOf(id, 'format=json');
    const last = (await accessEntries(`&subject=inspection:${id}`)).at(-1);
    expect(last).toMatchObject({
      action: 'inspection:package',
      outcome: 'disclosed',
      question: { package: 'json', questions: 1, file: { sha256: expect.any(String) } },
      entries: { count: 3 },
    });
  });
});
