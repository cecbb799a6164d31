/** Holds of a node: placed, overlapping, released by one or by two, kept over a restart. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { answer, createLedger, newKey, problem } from '../api/support/ledger-client.js';
import { HeldJournal } from '../support/held-journal.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type RequestOptions } from '../support/test-service.js';
import {
  accessActs,
  DAY,
  dueItems,
  keptBy,
  KYC_POLICY,
  NOTES_POLICY,
  openRetentionNode,
  personDue,
  place,
  record,
  type RetentionNode,
  setPolicies,
} from './retention-node.js';

let opened: RetentionNode;
let root: string;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openRetentionNode(root);
  await setPolicies(opened.node, { notes: NOTES_POLICY });
  await record(opened.node, { retention: 'notes' });
  await record(opened.node, { retention: 'notes', subject: 'bo' });
  opened.goTo('2026-09-01');
});

afterEach(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

const show = (id: string): Promise<JsonObject> => answer(opened.node.request(`/v1/holds/${id}`));
const request = (id: string, options: RequestOptions = {}): Promise<Response> =>
  opened.node.request(`/v1/holds/${id}/release`, { json: { reason: 'over' }, ...options });
const release = (id: string, options?: RequestOptions): Promise<JsonObject> =>
  answer(request(id, options));
const notesOf = async (subject: string): Promise<string | undefined> =>
  (await keptBy(opened.node, subject)).find((line) => line.startsWith('notes 2026-01'));
const refusedPlacing = (bends: object, status = 409): Promise<string> => {
  const json = { caseId: 'case 1', authority: 'a court', legalBasis: 'x', scope: {}, ...bends };
  return problem(opened.node.request('/v1/holds', { json }), status);
};

describe('a hold', () => {
  it('keeps what is due, and shows it as held; released, it is free', async () => {
    expect(await notesOf('anna')).toBe('notes 2026-01: ');
    const { id } = await place(opened.node, { scope: { subjects: ['anna'] } });
    for (const reopened of [false, true]) {
      if (reopened) await opened.reopen();
      expect(await notesOf('anna')).toBe('notes 2026-01: hold');
      expect(await notesOf('bo')).toBe('notes 2026-01: ');
      expect(await dueItems(opened.node)).toMatchObject([
        { subject: 'anna', heldBy: [id] },
        { subject: 'bo', heldBy: [] },
      ]);
      expect(await show(id)).toMatchObject({
        ...{
          state: 'active',
          kind: 'hold',
          caseId: 'case 1',
          placedBy: { key: expect.any(String) },
        },
        scope: { subjects: ['anna'], subjectCount: 1 },
      });
    }
    expect(await release(id)).toMatchObject({ state: 'released', reason: 'over' });
    for (const reopened of [false, true]) {
      if (reopened) await opened.reopen();
      expect(await notesOf('anna')).toBe('notes 2026-01: ');
      expect(await show(id)).toMatchObject({
        state: 'released',
        scope: { subjects: [], subjectCount: 1 },
      });
    }
  });

  it('names persons to officers alone, and the access ledger says who saw them', async () => {
    const { id } = await place(opened.node, { scope: { subjects: ['anna', 'nobody-yet'] } });
    const auditor = await newKey(opened.node, 'auditor');
    const list = await answer<{ items: JsonObject[] }>(
      opened.node.request('/v1/holds', { key: auditor }),
    );
    expect(list.items).toMatchObject([{ id, scope: { subjectCount: 2 } }]);
    expect(JSON.stringify(list)).not.toContain('anna');
    await problem(opened.node.request(`/v1/holds/${id}`, { key: auditor }), 403);
    await show(id);
    const acts = await accessActs(opened.node, 'hold:read');
    expect(acts.map(({ outcome, persons }) => [outcome, persons])).toEqual([
      ['refused', 0],
      ['disclosed', 2],
    ]);
    const placed = await accessActs(opened.node, 'hold:place');
    expect(placed.map(({ outcome }) => outcome)).toEqual(['begun', 'done']);
    expect(JSON.stringify(placed)).not.toContain('anna');
    // The name lies under a secret of its own, which goes only when the hold has.
    expect(await keptBy(opened.node, 'nobody-yet')).toEqual(['hold 2026-09: hold']);
  });

  it('of one case counts by itself: it is free when all are over', async () => {
    const one = await place(opened.node, { scope: { subjects: ['anna'] } });
    const other = await place(opened.node, { caseId: 'case 2', scope: { classes: ['notes'] } });
    const until = new Date(opened.clock.now() + 10 * DAY).toISOString();
    const third = await place(opened.node, { caseId: 'case 3', until });
    expect(await notesOf('anna')).toBe('notes 2026-01: hold hold hold');
    expect(await notesOf('bo')).toBe('notes 2026-01: hold hold');
    await release(one.id);
    await release(other.id);
    expect(await notesOf('anna')).toBe('notes 2026-01: hold');
    opened.clock.advance(10 * DAY);
    expect(await notesOf('anna')).toBe('notes 2026-01: ');
    expect(await show(third.id)).toMatchObject({ state: 'expired' });
  });

  it('of a ledger keeps whomever that has an entry about, in whatever ledger', async () => {
    await createLedger(opened.node, 'crm');
    await record(
      opened.node,
      { retention: 'other', parts: [{ subject: 'anna', payload: {} }], subject: 'chris' },
      'crm',
    );
    await place(opened.node, { scope: { ledger: 'crm' } });
    expect(await notesOf('anna')).toBe('notes 2026-01: hold');
    expect(await notesOf('bo')).toBe('notes 2026-01: ');
    expect(await keptBy(opened.node, 'chris')).toEqual(['other 2026-09: hold']);
    expect(await refusedPlacing({ scope: { ledger: 'nowhere' } }, 404)).toBe('LEDGER_UNKNOWN');
  });

  it('of the same case and scope is placed once, and again when it is over', async () => {
    const scope = { subjects: ['anna', 'bo'], classes: ['notes'] };
    const { id } = await place(opened.node, { scope });
    const again = { scope: { classes: ['notes'], subjects: ['bo', 'anna'] } };
    expect(await refusedPlacing(again)).toBe('HOLD_EXISTS');
    const [begun, failed] = (await accessActs(opened.node, 'hold:place')).slice(-2);
    expect([begun, failed]).toMatchObject([
      { outcome: 'begun' },
      { outcome: 'failed', code: 'HOLD_EXISTS' },
    ]);
    await place(opened.node, { ...again, caseId: 'case 2' });
    await release(id);
    await place(opened.node, again);
  });

  it('of nothing that can be held is refused', async () => {
    for (const [name, bends] of REFUSED)
      expect([name, await refusedPlacing(bends, 400)]).toEqual([name, 'REQUEST_INVALID']);
    expect(await dueItems(opened.node)).toMatchObject([{ heldBy: [] }, { heldBy: [] }]);
  });

  it('places no more than a day’s', async () => {
    for (let n = 0; n < 200; n++) await place(opened.node, { caseId: `case ${n}` });
    expect(await refusedPlacing({ caseId: 'one more' })).toBe('HOLD_LIMIT');
    opened.clock.advance(DAY);
    await place(opened.node, { caseId: 'one more' });
  });
});

describe('a change', () => {
  const holds = async (): Promise<number> =>
    (await answer<{ items: JsonObject[] }>(opened.node.request('/v1/holds'))).items.length;

  it('holds when it is durable, and not before; if it cannot be, it does not', async () => {
    const journal = new HeldJournal();
    const { openJournalFiles } = journal;
    const other = await temporaryDirectory();
    await opened.node.service.close();
    opened = await openRetentionNode(other, { store: { openJournalFiles } });
    for (const failure of [undefined, new Error('the disk is gone')]) {
      const before = await holds();
      // The entry that it is begun, then the hold itself.
      const begun = journal.hold();
      const json = { caseId: `case ${before}`, authority: 'x', legalBasis: 'x', scope: {} };
      const placing = opened.node.request('/v1/holds', { json });
      await begun.reached;
      const placed = journal.hold();
      begun.release();
      await placed.reached;
      expect(await holds()).toBe(before);
      placed.release(failure);
      expect((await placing).status).toBe(failure === undefined ? 201 : 500);
      expect(await holds()).toBe(failure === undefined ? before + 1 : before);
    }
    await expect(opened.node.service.close()).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    const { adminKey } = opened.node;
    opened.node = await openTestService(other, { clock: opened.clock }, adminKey);
    // What was not acknowledged may be there, as any entry may, and then it is whole.
    expect(await holds()).toBeGreaterThanOrEqual(1);
    await place(opened.node, { caseId: 'the next one' });
    await opened.node.service.close();
    await removeDirectory(other);
    opened = await openRetentionNode(await temporaryDirectory());
  });
});

describe('an extension', () => {
  it('is of classes whose policy allows it, and lasts no longer than that', async () => {
    const until = '2099-01-01T00:00:00.000Z';
    const extension = { kind: 'extension', scope: { classes: ['notes'] }, until };
    expect(await refusedPlacing(extension)).toBe('HOLD_EXTENSION_REFUSED');
    await setPolicies(opened.node, {
      notes: { ...NOTES_POLICY, extension: { years: 5 } },
      kyc: KYC_POLICY,
    });
    await place(opened.node, extension);
    expect(await notesOf('anna')).toBe('notes 2026-01: hold');
    const [item] = await personDue(opened.node, 'anna', '2031-07-31');
    expect(item).toMatchObject({ isFree: false, isDue: true });
    const [after] = await personDue(opened.node, 'anna', '2031-08-01');
    expect(after).toMatchObject({ isFree: true });
  });
});

describe('a release', () => {
  it('needs two persons where the tenant wants them', async () => {
    await answer(
      opened.node.request('/v1/tenants/default', { method: 'PUT', json: { approvals: true } }),
    );
    const { id } = await place(opened.node, { scope: { subjects: ['anna'] } });
    expect(await release(id)).toMatchObject({ state: 'release-proposed' });
    expect(await problem(request(id), 409)).toBe('HOLD_RELEASE_REFUSED');
    await opened.reopen();
    expect(await notesOf('anna')).toBe('notes 2026-01: hold');
    expect(await problem(request(id), 409)).toBe('HOLD_RELEASE_REFUSED');
    const key = await grantedOfficer();
    expect(await release(id, { key })).toMatchObject({ state: 'released' });
    expect(await problem(request(id, { key }), 409)).toBe('HOLD_RELEASED');
    const codes = (await accessActs(opened.node, 'hold:release')).map(({ code }) => code);
    expect(codes.filter((code) => code !== undefined)).toEqual([
      'HOLD_RELEASE_REFUSED',
      'HOLD_RELEASE_REFUSED',
      'HOLD_RELEASED',
    ]);
  });

  it('is withdrawn where it was only proposed, by one alone, and the hold goes on', async () => {
    const json = { approvals: true };
    await answer(opened.node.request('/v1/tenants/default', { method: 'PUT', json }));
    const { id } = await place(opened.node, { scope: { subjects: ['anna'] } });
    const withdraw = (path = id): Promise<Response> =>
      opened.node.request(`/v1/holds/${path}/release/withdrawal`, { method: 'POST' });
    expect(await problem(withdraw(), 409)).toBe('HOLD_RELEASE_UNKNOWN');
    expect(await problem(withdraw('ffffffffffff'), 404)).toBe('HOLD_UNKNOWN');
    await release(id);
    const kept = await answer<JsonObject>(withdraw());
    expect(kept).toMatchObject({ id, state: 'active', scope: { subjectCount: 1 } });
    for (const member of ['reason', 'proposedAt', 'proposedBy'])
      expect(kept).not.toHaveProperty(member);
    await opened.reopen();
    expect(await answer(opened.node.request(`/v1/holds/${id}`))).toMatchObject({
      ...{ state: 'active', scope: { subjects: ['anna'] } },
    });
    expect(await notesOf('anna')).toBe('notes 2026-01: hold');
    // Another's release does not complete what was withdrawn.
    const key = await grantedOfficer();
    expect(await release(id, { key })).toMatchObject({ state: 'release-proposed' });
    expect(await release(id)).toMatchObject({ state: 'released' });
    expect(await problem(withdraw(), 409)).toBe('HOLD_RELEASED');
  });

  it('is of a hold that is there, with a reason, and no writer’s', async () => {
    expect(await problem(request('ffffffffffff'), 404)).toBe('HOLD_UNKNOWN');
    expect((await accessActs(opened.node, 'hold:release')).at(-1)).toMatchObject({
      outcome: 'refused',
      code: 'HOLD_UNKNOWN',
    });
    const { id } = await place(opened.node);
    await problem(request(id, { json: {} }), 400);
    const key = await newKey(opened.node, 'writer');
    expect(await problem(request(id, { key }), 403)).toBe('ACCESS_DENIED');
    expect(await problem(opened.node.request('/v1/holds', { key, json: {} }), 403)).toBe(
      'ACCESS_DENIED',
    );
  });
});

const REFUSED: readonly (readonly [string, object])[] = [
  ['nobody', { scope: { subjects: [] } }],
  ['one twice', { scope: { subjects: ['anna', 'anna'] } }],
  ['too many', { scope: { subjects: Array.from({ length: 65 }, (_, n) => `p${n}`) } }],
  ['no case', { caseId: '' }],
  ['the past', { until: '2026-08-31T00:00:00.000Z' }],

  ['no scope', { scope: undefined }],
  ['an extension without an end', { kind: 'extension', scope: { classes: ['notes'] } }],
  ['an extension of everything', { kind: 'extension', until: '2027-01-01T00:00:00.000Z' }],
];

/** A key of another person: where two are needed, keys are made with no role, and granted one by two. */
async function grantedOfficer(): Promise<string> {
  const settings = (approvals: boolean): Promise<unknown> =>
    answer(opened.node.request('/v1/tenants/default', { method: 'PUT', json: { approvals } }));
  await settings(false);
  const key = await newKey(opened.node, 'officer');
  await settings(true);
  return key;
}
