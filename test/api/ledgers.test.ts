import { describe, expect, it } from '@jest/globals';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  type LedgerView,
  newKey,
  problem,
} from './support/ledger-client.js';

let node: TestService;

openSuiteService((opened) => {
  node = opened;
});

describe('POST /v1/ledgers', () => {
  it('makes a ledger whose first entry names it', async () => {
    const response = await node.request('/v1/ledgers', { json: { name: 'kyc' } });
    expect(response.headers.get('location')).toBe('/v1/ledgers/kyc');
    const ledger = await answer<LedgerView>(response, 201);
    expect(ledger).toMatchObject({
      name: 'kyc',
      size: 1,
      finality: { durable: 1, witnessed: 0, anchored: 0 },
      logs: [{ origin: ledger.origin, verifierKey: ledger.verifierKey, size: 1 }],
      timeZone: 'UTC',
      backlog: 0,
    });
    expect(ledger.origin).toMatch(/^test\.example\/[0-9a-f]{16}\/kyc$/);
    expect(ledger.verifierKey.startsWith(`${ledger.origin}+`)).toBe(true);
    const first = await answer(node.request('/v1/ledgers/kyc/records/0'));
    expect(first).toMatchObject({ kind: 'ledger', index: 0, origin: ledger.origin });
  });

  it('makes one of a name, however many ask at once', async () => {
    const json = { name: 'wanted' };
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => node.request('/v1/ledgers', { json })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([
      201,
      ...Array<number>(7).fill(409),
    ]);
  });

  it('makes many at once, each a log of its own', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `many-${at}`);
    await Promise.all(names.map((name) => createLedger(node, name)));
    for (const name of names) await append(node, name, { type: 'T', subject: name, payload: {} });
    for (const name of names)
      expect(await answer(node.request(`/v1/ledgers/${name}/records/1`))).toMatchObject({
        subject: name,
      });
  });

  it.each([
    ['a name that is there', { name: 'kyc' }, 409, 'LEDGER_EXISTS'],
    ['capital letters', { name: 'KYC' }, 400, 'REQUEST_INVALID'],
    ['a path', { name: '../kyc' }, 400, 'REQUEST_INVALID'],
    ['64 characters', { name: 'x'.repeat(64) }, 400, 'REQUEST_INVALID'],
    ['an empty name', { name: '' }, 400, 'REQUEST_INVALID'],
    ['a number', { name: 7 }, 400, 'REQUEST_INVALID'],
    ['an unknown member', { name: 'x', tenant: 'other' }, 400, 'REQUEST_INVALID'],
  ])('refuses %s', async (_what, json, status, code) => {
    expect(await problem(node.request('/v1/ledgers', { json }), status)).toBe(code);
  });

  it('is for admins', async () => {
    for (const role of ['reader', 'writer']) {
      const key = await newKey(node, role);
      const refused = node.request('/v1/ledgers', { json: { name: 'mine' }, key });
      expect(await problem(refused, 403)).toBe('ACCESS_DENIED');
    }
  });
});

describe('GET /v1/ledgers', () => {
  it('goes through all of them by name, page by page', async () => {
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page: { items: LedgerView[]; cursor: string | null } = await answer(
        node.request(`/v1/ledgers?limit=3${query}`),
      );
      expect(page.items.length).toBeLessThanOrEqual(3);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(names).toEqual([...names].sort());
    expect(names).toContain('kyc');
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("another tenant's ledger", () => {
  it('is not there: not in lists, not by name, not by any of its paths', async () => {
    const key = await foundTenant(node, 'other-bank');
    expect(await answer(node.request('/v1/ledgers', { key }))).toEqual({ items: [], cursor: null });
    for (const path of [
      '',
      '/records',
      '/records/0',
      '/records/0/history',
      '/records/0/statement',
      '/records/0/leaf',
      '/records/0/evidence',
      '/records/0/signatures',
      '/records/0/signatures/0',
      '/checkpoint',
      '/checkpoints/1',
      '/tile/0/000.p/1',
      '/tile/entries/000.p/1',
      '/proofs/inclusion?index=0&size=1',
      '/proofs/consistency?from=1&to=1',
    ]) {
      const asked = (name: string): Promise<Response> =>
        node.request(`/v1/ledgers/${name}${path}`, { key });
      expect([path, await problem(asked('kyc'), 404)]).toEqual([path, 'LEDGER_UNKNOWN']);
      expect([path, await problem(asked('nobodys'), 404)]).toEqual([path, 'LEDGER_UNKNOWN']);
    }
  });

  it('may have the same name as ours', async () => {
    const key = await foundTenant(node, 'third-bank');
    const theirs = await answer<LedgerView>(
      node.request('/v1/ledgers', { json: { name: 'kyc' }, key }),
      201,
    );
    const ours = await answer<LedgerView>(node.request('/v1/ledgers/kyc'));
    expect(theirs.origin).not.toBe(ours.origin);
    expect(theirs.verifierKey).not.toBe(ours.verifierKey);
  });

  it("gives no way to the node's own log", async () => {
    for (const name of ['epochs', '_node', '_node/epochs', '%2e%2e'])
      expect((await node.request(`/v1/ledgers/${name}`)).status).toBe(404);
  });
});
