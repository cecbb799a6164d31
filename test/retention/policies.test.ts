/** Policies of a node: set, read back, counted, kept over a restart; and the classes that types get. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { WorkerPreparer } from '../../src/commands/preparation/worker-preparer.js';
import { answer, createLedger, newKey, problem } from '../api/support/ledger-client.js';
import { productRoot } from '../support/product.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { BEGAN, ENDED } from './arbitraries.js';
import {
  accessActs,
  dueItems,
  keptBy,
  KYC_POLICY,
  NOTES_POLICY,
  openRetentionNode,
  personDue,
  record,
  type RetentionNode,
  setPolicies,
} from './retention-node.js';

let opened: RetentionNode;
let root: string;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openRetentionNode(root);
});

afterEach(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

const policies = (query = ''): Promise<JsonObject> =>
  answer(opened.node.request(`/v1/retention/policies${query}`));

const ended = (validFrom: string, bends: object = {}): Promise<{ readonly id: string }> =>
  record(opened.node, { type: ENDED, retention: 'events', validFrom, ...bends });

describe('policies', () => {
  it('replace those that are meant, and no others, where If-Match says which', async () => {
    const put = (months: number, ifMatch: string): Promise<Response> => {
      const json = { classes: { notes: { ...NOTES_POLICY, period: { months } } } };
      const headers = { 'if-match': ifMatch };
      return opened.node.request('/v1/retention/policies', { method: 'PUT', json, headers });
    };
    const tag = async (query = ''): Promise<string | null> =>
      (await opened.node.request(`/v1/retention/policies${query}`)).headers.get('etag');
    expect(await tag()).toBe('"0"');
    // Nothing is there that could match.
    expect(await problem(put(1, '*'), 412)).toBe('RETENTION_POLICY_CHANGED');
    await setPolicies(opened.node, { notes: NOTES_POLICY });
    expect([await tag(), await tag('?asOf=2026-01-14')]).toEqual(['"1"', null]);
    for (const other of ['"0"', '"2"', 'W/"1"', '1', ''])
      expect(await problem(put(2, other), 412)).toBe('RETENTION_POLICY_CHANGED');
    const second = await put(3, '"7", "1"');
    expect(second.headers.get('etag')).toBe('"2"');
    expect(await answer(second)).toMatchObject({ version: 2 });
    expect(await answer(await put(4, '*'))).toMatchObject({ version: 3 });
    // Of two that have read the same, the later must read again.
    const [one, two] = await Promise.all([put(5, '"3"'), put(6, '"3"')]);
    expect([one.status, two.status].sort()).toEqual([200, 412]);
  });

  it('are none at first, then what was set, now and as of then, and all that ever were', async () => {
    expect(await policies()).toEqual({ version: 0, classes: {}, types: {} });
    await setPolicies(opened.node, { notes: NOTES_POLICY });
    opened.goTo('2026-03-01');
    const types = { 'test.Note': 'notes' };
    const second = await setPolicies(opened.node, { notes: NOTES_POLICY, kyc: KYC_POLICY }, types);
    expect(second).toMatchObject({ version: 2, setAt: '2026-03-01T12:00:00.000Z', types });
    // Saying the same again changes nothing.
    expect(await setPolicies(opened.node, { kyc: KYC_POLICY, notes: NOTES_POLICY }, types)).toEqual(
      second,
    );
    for (const reopened of [false, true]) {
      if (reopened) await opened.reopen();
      expect(await policies()).toEqual(second);
      expect(await policies('?asOf=2026-02-28')).toMatchObject({ version: 1, types: {} });
      expect(await policies('?asOf=2026-01-14')).toMatchObject({ version: 0 });
      const { items, cursor } = await answer<{ items: JsonObject[]; cursor: string }>(
        opened.node.request('/v1/retention/policies/history?limit=1'),
      );
      expect(items).toEqual([second]);
      const next = await answer<JsonObject>(
        opened.node.request(`/v1/retention/policies/history?limit=1&cursor=${cursor}`),
      );
      expect(next).toMatchObject({ items: [{ version: 1 }], cursor: null });
    }
    const acts = await accessActs(opened.node, 'retention:configure');
    expect(acts.map(({ outcome, made }) => [outcome, made])).toEqual([
      ['begun', undefined],
      ['done', { version: 1 }],
      ['begun', undefined],
      ['done', { version: 2 }],
      ['begun', undefined],
      ['done', { version: 2 }],
    ]);
  });

  it('that are no policies are refused', async () => {
    for (const [name, json] of REFUSED) {
      const put = { method: 'PUT', json };
      const code = await problem(opened.node.request('/v1/retention/policies', put), 400);
      expect([name, code]).toEqual([name, 'REQUEST_INVALID']);
    }
    expect(await policies()).toMatchObject({ version: 0 });
  });
  it('are no writer’s', async () => {
    const key = await newKey(opened.node, 'writer');
    const put = { method: 'PUT', json: { classes: {} }, key };
    expect(await problem(opened.node.request('/v1/retention/policies', put), 403)).toBe(
      'ACCESS_DENIED',
    );
    const [refused] = (await accessActs(opened.node, 'retention:configure')).slice(-1);
    expect(refused).toMatchObject({ outcome: 'refused', code: 'ACCESS_DENIED' });
  });
});

describe('what is due', () => {
  it('of a clock of recording is shown month by month, page by page, and not before its time', async () => {
    await setPolicies(opened.node, { notes: NOTES_POLICY });
    for (const subject of ['anna', 'bo', 'chris', 'dora'])
      await record(opened.node, { subject, retention: 'notes' });
    opened.goTo('2026-03-15');
    await record(opened.node, { retention: 'notes' });
    // Of a class without a policy.
    await record(opened.node, { retention: 'other' });
    expect(await dueItems(opened.node)).toEqual([]);
    expect(await dueItems(opened.node, '&at=2026-07-30')).toEqual([]);
    const due = { class: 'notes', basis: 'house rule', heldBy: [] };
    const january = { ...due, months: ['2026-01'], dueSince: '2026-08-01T00:00:00.000Z' };
    const march = { ...due, months: ['2026-03'], dueSince: '2026-10-01T00:00:00.000Z' };
    const all = ['anna', 'bo', 'chris', 'dora'].map((subject) => ({ subject, ...january }));
    expect(await dueItems(opened.node, '&at=2026-08-01')).toEqual(all);
    opened.goTo('2026-10-01');
    expect(await dueItems(opened.node)).toEqual([...all, { subject: 'anna', ...march }]);
    const shown = await accessActs(opened.node, 'retention:due');
    expect(shown.at(-1)).toMatchObject({ outcome: 'disclosed', persons: 1 });
    const seen = await answer<{ items: JsonObject[] }>(
      opened.node.request('/v1/access?subject=dora&action=retention:due'),
    );
    expect(seen.items).toHaveLength(2);
  });

  it('is counted in the legal time zone', async () => {
    await setPolicies(opened.node, { notes: NOTES_POLICY });
    await record(opened.node, { retention: 'notes' });
    const settings = { timeZone: 'Pacific/Kiritimati' };
    await answer(opened.node.request('/v1/tenants/default', { method: 'PUT', json: settings }));
    // January (UTC) ends on 1 February there; fourteen hours ahead.
    const [item] = await personDue(opened.node, 'anna');
    expect(item).toMatchObject({ dueAt: '2026-08-01T10:00:00.000Z', isDue: false });
    expect(await dueItems(opened.node, '&at=2026-08-01')).toHaveLength(0);
    expect(await dueItems(opened.node, '&at=2026-08-02')).toHaveLength(1);
  });

  it('of an event waits for it, in any ledger; a withdrawn one or one to come does not count', async () => {
    await setPolicies(opened.node, { kyc: KYC_POLICY });
    await createLedger(opened.node, 'crm');
    await record(opened.node, { retention: 'kyc' });
    await record(opened.node, { retention: 'kyc', subject: 'bo' });
    const kept = (at?: string): Promise<string[]> => keptBy(opened.node, 'anna', at);
    expect(await kept('2090-01-01')).toEqual(['kyc 2026-01: no-event']);
    opened.goTo('2026-02-10');
    const ending = { type: ENDED, retention: 'events', key: 'main' };
    const first = await record(
      opened.node,
      { ...ending, validFrom: '2026-03-01T00:00:00.000Z' },
      'crm',
    );
    expect(await kept()).toEqual(['events 2026-02: ', 'kyc 2026-01: event-in-future']);
    expect(await kept('2031-03-01')).toEqual(['events 2026-02: ', 'kyc 2026-01: policy']);
    expect(await kept('2031-03-02')).toEqual(['events 2026-02: ', 'kyc 2026-01: ']);
    // Corrected: the newest version of it counts.
    const second = await record(
      opened.node,
      { ...ending, validFrom: '2026-04-01T00:00:00.000Z' },
      'crm',
    );
    expect(await kept('2031-03-02')).toEqual(['events 2026-02: ', 'kyc 2026-01: policy']);
    // The correction withdrawn: what it corrected stands again.
    await record(opened.node, { ...ending, retracts: second.id, payload: {} }, 'crm');
    expect(await kept('2031-03-02')).toEqual(['events 2026-02: ', 'kyc 2026-01: ']);
    // And all of it, by a record of no key.
    await record(
      opened.node,
      { type: 'test.Correction', retention: 'events', retracts: first.id, payload: {} },
      'crm',
    );
    expect(await kept('2031-03-02')).toEqual(['events 2026-02: ', 'kyc 2026-01: no-event']);
    // Another's event is nobody else's.
    expect(await keptBy(opened.node, 'bo', '2031-03-02')).toEqual(['kyc 2026-01: no-event']);
    expect(await dueItems(opened.node, '&at=2099-01-01')).toEqual([]);
  });

  it('of an event stops when the relationship begins again', async () => {
    const clock = { kind: 'event', type: ENDED, stoppedBy: BEGAN };
    await setPolicies(opened.node, { kyc: { ...KYC_POLICY, clock } });
    await record(opened.node, { retention: 'kyc' });
    await ended('2026-03-01T00:00:00.000Z');
    expect(await dueItems(opened.node, '&at=2031-03-02')).toHaveLength(1);
    const began = { type: BEGAN, retention: 'events', validFrom: '2029-03-01T00:00:00.000Z' };
    await record(opened.node, began);
    expect(await keptBy(opened.node, 'anna', '2031-03-02')).toContain('kyc 2026-01: stopped');
    await ended('2030-03-01T00:00:00.000Z');
    expect(await keptBy(opened.node, 'anna', '2035-03-02')).toContain('kyc 2026-01: ');
  });

  it('is found for parts of other persons’ records, and not for whom records only name', async () => {
    await setPolicies(opened.node, { notes: NOTES_POLICY });
    const parts = [{ subject: 'chris', class: 'notes', payload: { n: 2 } }];
    await record(opened.node, { retention: 'other', parties: ['bo'], parts });
    expect(await keptBy(opened.node, 'chris', '2099-01-01')).toEqual(['notes 2026-01: ']);
    expect(await keptBy(opened.node, 'chris')).toEqual(['notes 2026-01: policy']);
    expect(await keptBy(opened.node, 'bo')).toEqual([]);
    expect(await keptBy(opened.node, 'nobody')).toEqual([]);
    expect((await dueItems(opened.node, '&at=2099-01-01')).map(({ subject }) => subject)).toEqual([
      'chris',
    ]);
  });

  it('is never made sooner for what is written by another policy', async () => {
    await setPolicies(opened.node, { notes: { ...NOTES_POLICY, period: { years: 7 } } });
    await record(opened.node, { retention: 'notes' });
    opened.goTo('2026-02-20');
    await setPolicies(opened.node, { notes: NOTES_POLICY });
    await setPolicies(opened.node, {});
    opened.goTo('2026-03-20');
    await record(opened.node, { retention: 'notes' });
    for (const reopened of [false, true]) {
      if (reopened) await opened.reopen();
      expect(await keptBy(opened.node, 'anna', '2033-01-31')).toEqual([
        'notes 2026-01: policy',
        'notes 2026-03: ',
      ]);
      expect(await keptBy(opened.node, 'anna', '2033-02-01')).toEqual([
        'notes 2026-01: ',
        'notes 2026-03: ',
      ]);
      // Free, because no policy keeps it, is not due.
      expect(await dueItems(opened.node, '&at=2099-01-01')).toMatchObject([
        { months: ['2026-01'] },
      ]);
    }
  });

  it('is nothing of the tenant’s own, whatever a policy says of their classes', async () => {
    const everything = { ...NOTES_POLICY, period: { days: 1 } };
    await setPolicies(opened.node, { retention: everything, access: everything, hold: everything });
    const subjects = (await dueItems(opened.node, '&at=2099-01-01')).map(({ subject }) => subject);
    expect(subjects.length).toBeGreaterThan(0);
    expect(subjects).not.toContain('tenant:default');
    const [own] = await personDue(opened.node, 'tenant:default', '2099-01-01');
    expect(own).toMatchObject({ class: 'retention', isFree: false, reasons: [{ kind: 'own' }] });
  });

  it('is asked for by an instant or a date, and nothing else', async () => {
    for (const query of ['?at=yesterday', '?at=2026-13-01', '?limit=0', '?subject=', '?more=1'])
      await problem(opened.node.request(`/v1/retention/due${query}`), 400);
  });
});

describe('the class of a record that names none', () => {
  const classOf = async (bends: object, key?: string): Promise<unknown> => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const json = { type: 'test.Note', subject: 'anna', payload: {}, ...bends };
    const response = await opened.node.request('/v1/ledgers/kyc/records', { json, headers });
    const { id } = (await response.json()) as { id: string };
    const view = await answer<{ retention: string }>(
      opened.node.request(`/v1/ledgers/kyc/records/${id}`),
    );
    return [response.status, view.retention];
  };

  it.each(['inline', 'in a thread'])(
    'is its type’s by the policies of then, and a repeat is one after a change too (%s)',
    async (how) => {
      if (how === 'in a thread') {
        await opened.node.service.close();
        await removeDirectory(root);
        root = await temporaryDirectory();
        const entry = new URL(
          `file://${productRoot}/dist/commands/preparation/preparation-worker.js`,
        );
        const preparer = new WorkerPreparer({ onCrash: () => undefined, entry });
        opened = await openRetentionNode(root, { preparer });
      }
      expect(await classOf({}, 'a')).toEqual([201, 'default']);
      await setPolicies(opened.node, { notes: NOTES_POLICY }, { 'test.Note': 'notes' });
      expect(await classOf({}, 'a')).toEqual([200, 'default']);
      expect(await classOf({}, 'b')).toEqual([201, 'notes']);
      expect(await classOf({ retention: 'own' })).toEqual([201, 'own']);
      expect(await classOf({ type: 'test.Other' })).toEqual([201, 'default']);
      await setPolicies(opened.node, { kyc: KYC_POLICY }, { 'test.Note': 'kyc' });
      expect(await classOf({}, 'b')).toEqual([200, 'notes']);
      expect(await classOf({})).toEqual([201, 'kyc']);
    },
  );
});

const REFUSED: readonly (readonly [string, object])[] = [
  ['no classes', {}],
  ['a type of a class that is not there', { classes: {}, types: { 'test.A': 'x' } }],
  ['two units', withPolicy({ period: { years: 1, days: 1 } })],
  ['no unit', withPolicy({ period: {} })],
  ['no time', withPolicy({ period: { days: 0 } })],
  ['too long', withPolicy({ period: { years: 101 } })],
  ['an extension beyond five years', withPolicy({ extension: { months: 61 } })],
  ['an event without a type', withPolicy({ clock: { kind: 'event' } })],
  ['a clock of no kind', withPolicy({ clock: { kind: 'never' } })],
  ['no basis', withPolicy({ basis: '' })],
  ['a class of no form', { classes: { 'A b': NOTES_POLICY } }],
  ['another member', { classes: {}, more: true }],
  [
    'too many classes',
    {
      classes: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`c${n}`, NOTES_POLICY])),
    },
  ],
];

function withPolicy(bends: object): object {
  return { classes: { notes: { ...NOTES_POLICY, ...bends } } };
}
