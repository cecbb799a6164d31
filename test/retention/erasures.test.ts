/** Erasures of a node: proposed by one, approved by another, carried out, and what the certificate says. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { answer, append, newKey, problem } from '../api/support/ledger-client.js';
import { namesIn, PERSON, putSchemas, search } from '../api/support/persons.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  certificate,
  erase,
  type ErasureView,
  propose,
  settle,
  showErasure,
} from './erasure-client.js';
import {
  accessActs,
  keptBy,
  KYC_POLICY,
  NOTES_POLICY,
  openRetentionNode,
  place,
  record,
  type RetentionNode,
  setPolicies,
} from './retention-node.js';

let opened: RetentionNode;
let root: string;
let officer: string;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openRetentionNode(root, { metricsPort: 0 });
  await setPolicies(opened.node, { notes: NOTES_POLICY, kyc: KYC_POLICY });
  await record(opened.node, { retention: 'notes' });
  await record(opened.node, { retention: 'notes', subject: 'bo' });
  officer = await newKey(opened.node, 'officer');
  opened.goTo('2026-09-01');
});

afterEach(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

const subjects = (name: string, path = ''): Promise<{ items: JsonObject[] }> =>
  answer(opened.node.request(`/v1/ledgers/kyc/subjects/${name}${path}`));
const approve = (id: string, key = officer, query = ''): Promise<Response> =>
  opened.node.request(`/v1/erasures/${id}/approval${query}`, { method: 'POST', key });
const refusedProposal = (subject: string): Promise<string> =>
  problem(
    opened.node.request('/v1/erasures', {
      json: { subject, reason: 'asked', legalBasis: 'GDPR Art. 17' },
    }),
    409,
  );
const withdraw = (id: string): Promise<Response> =>
  opened.node.request(`/v1/erasures/${id}/withdrawal`, { method: 'POST' });

describe('an erasure of a person', () => {
  it('takes two, and then all that is free; neighbours and proofs stay', async () => {
    const first = await record(opened.node, { retention: 'notes', payload: { n: 2 } });
    opened.goTo('2027-06-01');
    await subjects('anna');
    const { id, state } = await propose(opened.node, { subject: 'anna' });
    expect(state).toBe('proposed');
    expect(await problem(approve(id, opened.node.adminKey), 409)).toBe('ERASURE_APPROVAL_REFUSED');
    expect(await showErasure(opened.node, id)).toMatchObject({
      state: 'proposed',
      subject: 'anna',
    });
    const begun = await answer<ErasureView>(approve(id), 202);
    expect(begun).toMatchObject({ id, state: 'approved' });
    await settle(opened.node);
    for (const reopened of [false, true]) {
      if (reopened) await opened.reopen();
      const shown = await showErasure(opened.node, id);
      expect(shown).toMatchObject({ id, state: 'done' });
      expect(shown).not.toHaveProperty('subject');
      expect(shown).not.toHaveProperty('progress');
      const said = await certificate(opened.node, id);
      expect(said).toMatchObject({
        ...{ id, kind: 'subject', reason: 'asked', legalBasis: 'GDPR Art. 17' },
        proposedBy: { author: expect.any(String) },
        approvedBy: { author: expect.any(String) },
        certificate: {
          generations: { before: 1, after: 2 },
          went: { classes: { notes: { '2026-01': 1, '2026-09': 1 } }, tags: 1 },
          findings: {
            person: { tag: expect.any(String), partyTag: expect.any(String) },
            kept: [],
            // Asked for by name, and shown with the proposal.
            disclosed: {
              count: 2,
              isComplete: true,
              ids: [expect.any(String), expect.any(String)],
            },
          },
          provisional: true,
          silent: [{ kind: 'copies-outside' }],
        },
        entry: { ledger: '_access', index: expect.any(Number) },
      });
      expect(JSON.stringify(said)).not.toContain('anna');
      expect((await subjects('anna')).items).toEqual([]);
      expect((await subjects('bo')).items).toMatchObject([{ payload: { n: 1 } }]);
    }
    expect(await answer(opened.node.request(`/v1/ledgers/kyc/records/${first.id}`))).toMatchObject({
      erased: true,
    });
    expect(await refusedProposal('anna')).toBe('ERASURE_NOTHING_FREE');
  });

  it('leaves what a policy keeps, says why, and keeps the tags until all has gone', async () => {
    await record(opened.node, { retention: 'kyc' });
    const { id } = await erase(opened.node, { subject: 'anna' }, officer);
    const { certificate: said } = await certificate(opened.node, id);
    expect(said.went).toEqual({
      classes: { erasure: { '2026-09': 1 }, notes: { '2026-01': 1 } },
      tags: 0,
    });
    expect(said.findings).toMatchObject({
      kept: [{ class: 'kyc', month: '2026-09', secrets: 1, reasons: [{ kind: 'clock' }] }],
      tagsKept: [{ kind: 'data-left' }],
    });
    expect((await subjects('anna')).items).toMatchObject([{ erased: true }, { payload: { n: 1 } }]);
    expect(await keptBy(opened.node, 'anna')).toEqual(['kyc 2026-09: no-event']);
    expect(await refusedProposal('anna')).toBe('ERASURE_NOTHING_FREE');
  });

  it('is refused under a hold, and where it was tried says so; released, it goes', async () => {
    const { id } = await place(opened.node, { scope: { subjects: ['anna'] } });
    expect(await refusedProposal('anna')).toBe('ERASURE_HELD');
    expect(await refusedProposal('bo and nobody else')).toBe('ERASURE_NOTHING_FREE');
    for (const name of ['tenant:default', 'chirograph', 'node'])
      expect(await refusedProposal(name)).toBe('ERASURE_RESERVED');
    const tries = await accessActs(opened.node, 'erasure:propose');
    expect(tries.map(({ outcome, code }) => [outcome, code]).slice(0, 2)).toEqual([
      ['begun', undefined],
      ['failed', 'ERASURE_HELD'],
    ]);
    expect(JSON.stringify(tries)).not.toContain('anna');
    const json = { reason: 'over' };
    await answer(opened.node.request(`/v1/holds/${id}/release`, { json }));
    const { id: done } = await erase(opened.node, { subject: 'anna' }, officer);
    expect((await certificate(opened.node, done)).certificate.went.tags).toBe(1);
  });

  it('is judged again when it is carried out: a hold placed meanwhile wins', async () => {
    const { id } = await propose(opened.node, { subject: 'anna' });
    await place(opened.node, { scope: { classes: ['notes'] } });
    await answer(approve(id), 202);
    await settle(opened.node);
    expect(await showErasure(opened.node, id)).toMatchObject({
      state: 'refused',
      refused: { kept: [{ class: 'notes', reasons: [{ kind: 'hold' }] }] },
    });
    expect((await subjects('anna')).items).toMatchObject([{ payload: { n: 1 } }]);
    await place(opened.node, { caseId: 'case 2' });
    const due = await propose(opened.node, {});
    await answer(approve(due.id), 202);
    await settle(opened.node);
    expect(await showErasure(opened.node, due.id)).toMatchObject({
      state: 'refused',
      refused: {
        kept: [{ class: 'notes', secrets: 2, reasons: [{ kind: 'hold' }, { kind: 'hold' }] }],
      },
    });
  });

  it('leaves parts of others in its records, and takes those of the person in theirs', async () => {
    await record(opened.node, {
      ...{ subject: 'bo', retention: 'notes', payload: { n: 3 } },
      parts: [{ subject: 'anna', payload: { of: 'anna' } }],
    });
    await record(opened.node, {
      ...{ retention: 'notes', payload: { n: 4 } },
      parts: [{ subject: 'bo', payload: { of: 'bo' } }],
    });
    opened.goTo('2027-06-01');
    await erase(opened.node, { subject: 'anna' }, officer);
    const bo = await answer<{ items: JsonObject[]; mentions: JsonObject[] }>(
      opened.node.request('/v1/ledgers/kyc/subjects/bo'),
    );
    expect(bo.items).toHaveLength(2);
    expect(bo.mentions).toMatchObject([{ payload: { of: 'bo' } }]);
    expect(JSON.stringify(bo)).not.toContain('of":"anna');
  });

  it('takes what the search knew, and finds neighbours by an index made anew', async () => {
    await putSchemas(opened.node, 'kyc');
    const named = (subject: string): object => ({
      ...{ type: PERSON, subject, payload: { firstName: 'José', lastName: 'Marín' } },
    });
    await append(opened.node, 'kyc', named('anna'));
    await append(opened.node, 'kyc', named('bo'));
    const found = async (): Promise<readonly string[]> =>
      namesIn(await search(opened.node, 'kyc', { field: 'name', value: 'marin' }));
    // Whole matches.
    expect(await found()).toEqual(['anna!', 'bo!']);
    await erase(opened.node, { subject: 'anna' }, officer);
    for (const reopened of [false, true]) {
      if (reopened) await opened.reopen();
      expect(await found()).toEqual(['bo!']);
    }
  });

  it('cannot be done twice, nor withdrawn when it is done; withdrawn, it is not done', async () => {
    const { id } = await propose(opened.node, { subject: 'anna' });
    const json = { subject: 'anna', reason: 'x', legalBasis: 'y' };
    expect(await problem(opened.node.request('/v1/erasures', { json }), 409)).toBe(
      'ERASURE_EXISTS',
    );
    expect(await problem(opened.node.request(`/v1/erasures/${id}/certificate`), 409)).toBe(
      'ERASURE_NOT_DONE',
    );
    expect(await answer(withdraw(id))).toMatchObject({ state: 'withdrawn' });
    expect(await problem(approve(id), 409)).toBe('ERASURE_STATE');
    expect(await problem(withdraw(id), 409)).toBe('ERASURE_STATE');
    await opened.reopen();
    expect(await problem(approve(id), 409)).toBe('ERASURE_STATE');
    expect(await problem(approve('ffffffffffff'), 404)).toBe('ERASURE_UNKNOWN');
    expect((await subjects('anna')).items).toHaveLength(1);
  });
});

describe('an erasure of what is due', () => {
  it('takes one class up to one month alone, of everybody, and tags of whom nothing is left', async () => {
    await record(opened.node, { subject: 'cyd', retention: 'notes', payload: { n: 5 } });
    await record(opened.node, { subject: 'anna', retention: 'kyc', payload: { n: 6 } });
    opened.goTo('2027-06-01');
    const { id } = await erase(opened.node, { class: 'notes', through: '2026-01' }, officer);
    const said = await certificate(opened.node, id);
    expect(said.certificate.went).toEqual({ classes: { notes: { '2026-01': 2 } }, tags: 1 });
    expect((await subjects('anna')).items).toMatchObject([{ erased: true }, { payload: { n: 6 } }]);
    expect((await subjects('bo')).items).toEqual([]);
    expect((await subjects('cyd')).items).toMatchObject([{ payload: { n: 5 } }]);
  });

  it('is counted, and says how far it is while it is under way', async () => {
    const { metricsUrl } = opened.node.service;
    const metrics = async (name: string): Promise<number> => {
      const text = await (await fetch(`${metricsUrl ?? ''}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
    };
    const { id } = await propose(opened.node, { class: 'notes' });
    await answer(approve(id), 202);
    const seen = new Set<string>();
    for (let view: ErasureView; (view = await showErasure(opened.node, id)).state !== 'done';) {
      const { step, percent = null } = view.progress ?? { step: 'none' };
      seen.add(step);
      expect([step, percent === null || (percent >= 0 && percent <= 100)]).toEqual([step, true]);
      expect([step, percent !== null]).toEqual([step, step === 'destroying']);
    }
    expect(
      [...seen].filter((step) => !['waiting', 'judging', 'destroying', 'none'].includes(step)),
    ).toEqual([]);
    expect(await metrics('chirograph_erasures_total')).toBe(1);
    expect(await metrics('chirograph_secrets_destroyed_total')).toBe(4);
    expect(await metrics('chirograph_vault_rotation_seconds_count')).toBe(1);
    expect(await metrics('chirograph_erasure_runs_failed_total')).toBe(0);
  });

  it('goes together with others that were approved, in one rotation', async () => {
    const approved: string[] = [];
    for (const wanted of [{ subject: 'anna' }, {}]) {
      const { id } = await propose(opened.node, wanted);
      expect(await answer(approve(id, officer, '?run=false'))).toMatchObject({ state: 'approved' });
      approved.push(id);
    }
    await opened.reopen();
    const begun = await answer<{ begun: string[] }>(
      opened.node.request('/v1/erasures/run', { method: 'POST' }),
      202,
    );
    expect(begun.begun).toEqual(approved);
    await settle(opened.node);
    for (const id of approved)
      expect((await certificate(opened.node, id)).certificate.generations).toEqual({
        before: 1,
        after: 2,
      });
    const [, ofAll] = approved;
    expect((await certificate(opened.node, ofAll ?? '')).certificate.went).toEqual({
      classes: { notes: { '2026-01': 1 } },
      tags: 1,
    });
  });

  it('shows an auditor what was done, and no names', async () => {
    const auditor = await newKey(opened.node, 'auditor');
    const { id } = await propose(opened.node, { subject: 'anna' });
    const asAuditor = { key: auditor };
    await problem(opened.node.request(`/v1/erasures/${id}`, asAuditor), 403);
    const list = await answer<object>(opened.node.request('/v1/erasures', asAuditor));
    expect(list).toMatchObject({ items: [{ id, kind: 'subject' }], cursor: null });
    expect(JSON.stringify(list)).not.toContain('anna');
    await answer(approve(id), 202);
    await settle(opened.node);
    expect(await certificate(opened.node, id, auditor)).toMatchObject({ id });
  });
});
