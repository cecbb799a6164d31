/** Grants, four eyes, settings of tenants, restricted types: over HTTP and over restarts. */
import { afterAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { type Grant, grantsPayload, parseGrants } from '../../src/access/grant.js';
import type { KeyId } from '../../src/access/key-text.js';
import {
  DEFAULT_SETTINGS,
  parseSettings,
  settingsPayload,
} from '../../src/access/tenant-settings.js';
import type { UnixMillis } from '../../src/base/brand.js';
import { isTimeZone, UTC } from '../../src/base/calendar.js';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  newKey,
  problem,
  RECORD,
} from '../api/support/ledger-client.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { accessEntries } from './support/disclosures.js';

const SAR = { type: 'aml.SuspiciousActivity', subject: 'customer-1', payload: { note: 'x' } };

let root: string;
let node: TestService;
let clock: FakeClock;
const roots: string[] = [];

beforeEach(async () => {
  root = await temporaryDirectory();
  roots.push(root);
  clock = new FakeClock();
  node = await openTestService(root, { clock });
});

afterEach(async () => {
  await node.service.close();
});

afterAll(async () => {
  for (const one of roots) await removeDirectory(one);
});

async function restart(): Promise<void> {
  await node.service.close();
  node = await openTestService(root, { clock }, node.adminKey);
}

interface Made {
  readonly id: string;
  readonly key: string;
}

async function make(role: string): Promise<Made> {
  return answer(node.request('/v1/keys', { json: { role } }), 201);
}

interface GrantView {
  readonly id: string;
  readonly state: string;
}

async function grant(json: object, key?: string): Promise<GrantView> {
  return answer(node.request('/v1/grants', { json, ...(key !== undefined && { key }) }), 201);
}

async function configure(settings: object): Promise<void> {
  await answer(node.request('/v1/tenants/default', { method: 'PUT', json: settings }));
}

/** All of an answer that a client can see, but for the id of the request. */
async function seen(response: Promise<Response>): Promise<unknown> {
  const awaited = await response;
  const { status, headers } = awaited;
  const text = (await awaited.text()).replaceAll(headers.get('x-request-id') ?? '?', 'ID');
  const shown = [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');
  return { status, shown, text };
}

describe('a grant', () => {
  it('gives a key that may do nothing a role in one ledger, and in no other', async () => {
    await createLedger(node, 'kyc');
    await createLedger(node, 'aml');
    const { id, key } = await make('none');
    expect(await problem(node.request('/v1/ledgers/kyc', { key }), 403)).toBe('ACCESS_DENIED');
    await grant({ to: { key: id }, role: 'writer', ledger: 'kyc' });
    await append(node, 'kyc', RECORD, { key });
    await answer(node.request('/v1/ledgers/kyc/records/1', { key }));
    expect(await problem(node.request('/v1/ledgers/aml', { key }), 403)).toBe('ACCESS_DENIED');
    expect(await problem(node.request('/v1/ledgers/none', { key }), 403)).toBe('ACCESS_DENIED');
    expect(await problem(node.request('/v1/keys', { key }), 403)).toBe('ACCESS_DENIED');
  });

  it('for all of the tenant counts everywhere, for commands as well', async () => {
    const { id, key } = await make('none');
    await grant({ to: { key: id }, role: 'admin' });
    expect(await newKey(node, 'reader', key)).toMatch(/^cg_/);
  });

  it('survives a restart, until it is revoked, and that too survives', async () => {
    await createLedger(node, 'kyc');
    const { id, key } = await make('none');
    const { id: grantId } = await grant({ to: { key: id }, role: 'reader', ledger: 'kyc' });
    await restart();
    await answer(node.request('/v1/ledgers/kyc', { key }));
    await answer(node.request(`/v1/grants/${grantId}`, { method: 'DELETE' }));
    await restart();
    expect(await problem(node.request('/v1/ledgers/kyc', { key }), 403)).toBe('ACCESS_DENIED');
    expect((await answer<{ items: unknown[] }>(node.request('/v1/grants'))).items).toEqual([]);
  });

  it('ends when it expires', async () => {
    const { id, key } = await make('none');
    const expiresAt = new Date(clock.now() + 60_000).toISOString();
    await grant({ to: { key: id }, role: 'reader', expiresAt });
    await answer(node.request('/v1/ledgers', { key }));
    clock.advance(60_000);
    expect(await problem(node.request('/v1/ledgers', { key }), 403)).toBe('ACCESS_DENIED');
  });

  it('to an identity is not for a key whose maker chose that name as its author', async () => {
    await grant({ to: { identity: 'jane' }, role: 'admin' });
    const json = { role: 'none', author: 'jane' };
    const { key } = await answer<Made>(node.request('/v1/keys', { json }), 201);
    expect(await problem(node.request('/v1/ledgers', { key }), 403)).toBe('ACCESS_DENIED');
  });

  it('of another tenant is as unknown as one that nobody has', async () => {
    const { id: key } = await make('none');
    const { id } = await grant({ to: { key }, role: 'reader' });
    const bank = await foundTenant(node, 'bank');
    const options = { method: 'DELETE', key: bank };
    const foreign = await seen(node.request(`/v1/grants/${id}`, options));
    expect(foreign).toEqual(await seen(node.request('/v1/grants/000000000000', options)));
    expect(foreign).toMatchObject({ status: 404 });
  });
});

describe('where a tenant wants two persons', () => {
  it('a grant gives nothing until another than its proposer has approved it', async () => {
    const officer = await make('officer');
    const reader = await make('none');
    await configure({ approvals: true });
    const { id, state } = await grant({ to: { key: reader.id }, role: 'reader' });
    expect(state).toBe('proposed');
    const look = (): Promise<Response> => node.request('/v1/ledgers', { key: reader.key });
    const approve = (key: string): Promise<Response> =>
      node.request(`/v1/grants/${id}/approval`, { method: 'POST', key });
    expect(await problem(look(), 403)).toBe('ACCESS_DENIED');
    expect(await problem(approve(node.adminKey), 409)).toBe('ACCESS_APPROVAL_REFUSED');
    await restart();
    expect(await problem(look(), 403)).toBe('ACCESS_DENIED');
    expect(await answer(approve(officer.key))).toMatchObject({ id, state: 'effective' });
    await answer(look());
    expect(await problem(approve(officer.key), 409)).toBe('ACCESS_APPROVAL_REFUSED');
    await restart();
    await answer(look());
  });

  it('nobody makes themselves the second one', async () => {
    await configure({ approvals: true });
    expect(await problem(node.request('/v1/keys', { json: { role: 'admin' } }), 403)).toBe(
      'ACCESS_APPROVAL_NEEDED',
    );
    const { id, key } = await make('none');
    const { id: grantId } = await grant({ to: { key: id }, role: 'admin' });
    const approval = `/v1/grants/${grantId}/approval`;
    expect(await problem(node.request(approval, { method: 'POST', key }), 403)).toBe(
      'ACCESS_DENIED',
    );
  });
});

describe('where a tenant wants two persons for exports', () => {
  const inDays = (days: number): string => new Date(clock.now() + days * 86_400_000).toISOString();
  const wanted = (id: string): object => {
    return { to: { key: id }, role: 'exporter', ledger: 'kyc', expiresAt: inDays(2) };
  };

  it('nothing is exported without an approved grant for that ledger, and not after its end', async () => {
    await createLedger(node, 'kyc');
    await createLedger(node, 'other');
    const officer = await make('officer');
    const second = await make('officer');
    await configure({ exportApprovals: true });
    const paths = ['/v1/ledgers/kyc/export', '/v1/ledgers/kyc/subjects/customer-4711/export'];
    const codes = async (key: string): Promise<string[]> =>
      Promise.all(
        paths.map(async (path) => {
          const response = await node.request(path, { key });
          if (response.status === 200) return (await response.text()) === '' ? 'empty' : 'sent';
          return ((await response.json()) as { code: string }).code;
        }),
      );
    const needed = ['ACCESS_APPROVAL_NEEDED', 'ACCESS_APPROVAL_NEEDED'];
    expect(await codes(officer.key)).toEqual(needed);
    expect(await accessEntries(node, { action: 'record:read' })).toMatchObject([
      { outcome: 'refused', code: 'ACCESS_APPROVAL_NEEDED' },
    ]);
    const { id, state } = await grant(wanted(officer.id));
    expect(state).toBe('proposed');
    expect(await codes(officer.key)).toEqual(needed);
    const approval = { method: 'POST', key: second.key };
    await answer(node.request(`/v1/grants/${id}/approval`, approval));
    expect(await codes(officer.key)).toEqual(['sent', 'sent']);
    expect(await codes(second.key)).toEqual(needed);
    const elsewhere = node.request('/v1/ledgers/other/export', { key: officer.key });
    expect(await problem(elsewhere, 403)).toBe('ACCESS_APPROVAL_NEEDED');
    clock.advance(2 * 86_400_000);
    expect(await codes(officer.key)).toEqual(needed);
  });

  it('a grant that was never approved counts for nothing, and one without an end is not taken', async () => {
    await createLedger(node, 'kyc');
    const officer = await make('officer');
    const { state } = await grant(wanted(officer.id));
    expect(state).toBe('effective');
    await configure({ exportApprovals: true });
    const asked = node.request('/v1/ledgers/kyc/export', { key: officer.key });
    expect(await problem(asked, 403)).toBe('ACCESS_APPROVAL_NEEDED');
    for (const bends of [
      { expiresAt: undefined },
      { expiresAt: inDays(40) },
      { ledger: undefined },
    ])
      expect(
        await problem(
          node.request('/v1/grants', { json: { ...wanted(officer.id), ...bends } }),
          400,
        ),
      ).toBe('REQUEST_INVALID');
  });
});

describe('a restricted type', () => {
  beforeEach(async () => {
    await createLedger(node, 'kyc');
    await createLedger(node, 'sar');
    await configure({ restrictedTypes: { [SAR.type]: 'sar' } });
  });

  it('is taken by its own ledger only', async () => {
    const writer = await make('none');
    await grant({ to: { key: writer.id }, role: 'writer', ledger: 'sar' });
    const records = '/v1/ledgers/kyc/records';
    expect(await problem(node.request(records, { json: SAR }), 403)).toBe('ACCESS_TYPE_RESTRICTED');
    await append(node, 'sar', SAR, { key: writer.key });
    await append(node, 'sar', RECORD, { key: writer.key });
    const lines = await node.request(records, {
      body: [SAR, RECORD].map((line) => JSON.stringify(line)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const results = (await lines.text()).trim().split('\n');
    expect(results.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ code: 'ACCESS_TYPE_RESTRICTED', line: 1 }),
      expect.objectContaining({ index: 1 }),
    ]);
  });

  it.each([
    ['GET', ''],
    ['GET', '/checkpoint'],
    ['GET', '/checkpoints/1'],
    ['GET', '/tile/0/000.p/1'],
    ['GET', '/tile/entries/000.p/1'],
    ['GET', '/proofs/inclusion?index=0&size=1'],
    ['GET', '/proofs/inclusion?index=x'],
    ['GET', '/proofs/consistency?from=1&to=1'],
    ['GET', '/records'],
    ['GET', '/records?limit=0'],
    ['GET', '/records/0'],
    ['GET', '/records/0/history'],
    ['GET', '/records/0/statement'],
    ['GET', '/records/0/leaf'],
    ['GET', '/records/0/evidence'],
    ['GET', '/records/0/evidence?format=tlog-proof'],
    ['GET', '/records/0/evidence?format=asice'],
    ['GET', '/records/0/evidence?format=ots'],
    ['GET', '/records/0/signatures'],
    ['GET', '/records/0/signatures/0'],
    ['POST', '/records'],
    ['POST', '/records/0/signatures'],
  ])('hides its ledger: %s %s answers as for one that there is not', async (method, path) => {
    for (const role of ['admin', 'reader', 'auditor', 'inspector', 'officer']) {
      const { key } = await make(role);
      const body = method === 'POST' ? { json: SAR } : {};
      const ask = (ledger: string): Promise<unknown> =>
        seen(node.request(`/v1/ledgers/${ledger}${path}`, { method, key, ...body }));
      expect(await ask('sar')).toEqual(await ask('not-there'));
    }
  });

  it('hides its ledger from the list, but not from who has a grant for it', async () => {
    const { id, key } = await make('reader');
    const names = async (by: string): Promise<string[]> => {
      const page = await answer<{ items: { name: string }[] }>(
        node.request('/v1/ledgers', { key: by }),
      );
      return page.items.map(({ name }) => name);
    };
    expect(await names(key)).toEqual(['kyc']);
    await grant({ to: { key: id }, role: 'reader', ledger: 'sar' });
    expect(await names(key)).toEqual(['kyc', 'sar']);
    await answer(node.request('/v1/ledgers/sar/records/0', { key }));
    await grant({ to: { key: id }, role: 'admin' });
    const { key: wide } = await make('admin');
    expect(await names(wide)).toEqual(['kyc']);
  });

  it('stays so after a restart', async () => {
    await restart();
    expect(await problem(node.request('/v1/ledgers/sar'), 404)).toBe('LEDGER_UNKNOWN');
  });
});

describe('the settings of a tenant', () => {
  it('are its own: another tenant is as unknown as one that nobody has', async () => {
    const bank = await foundTenant(node, 'bank');
    for (const key of [bank, node.adminKey])
      for (const method of ['GET', 'PUT']) {
        const ask = (tenant: string): Promise<unknown> =>
          seen(
            node.request(`/v1/tenants/${tenant}`, {
              method,
              key,
              ...(method === 'PUT' && { json: {} }),
            }),
          );
        const foreign = await ask(key === bank ? 'default' : 'bank');
        expect(foreign).toEqual(await ask('not-there'));
        expect(foreign).toMatchObject({ status: 404 });
      }
    const list = await answer<{ items: unknown[] }>(node.request('/v1/tenants', { key: bank }));
    expect(list.items).toEqual([{ name: 'bank' }]);
    expect(await answer(node.request('/v1/tenants'))).toMatchObject({
      items: [{ name: 'bank' }, { name: 'default' }],
    });
  });

  it('have defaults, are replaced as a whole, and survive a restart', async () => {
    expect(await answer(node.request('/v1/tenants/default'))).toEqual({
      name: 'default',
      settings: DEFAULT_SETTINGS,
    });
    await configure({ timeZone: 'Europe/Vienna', approvals: true });
    await configure({ timeZone: 'Asia/Tokyo' });
    await restart();
    expect(await answer(node.request('/v1/tenants/default'))).toMatchObject({
      settings: { timeZone: 'Asia/Tokyo', approvals: false, restrictedTypes: {} },
    });
    const put = { method: 'PUT', json: { timeZone: 'Mars/Olympus' } };
    expect(await problem(node.request('/v1/tenants/default', put), 400)).toBe('REQUEST_INVALID');
    expect(await accessEntries(node, { action: 'tenant:configure' })).toHaveLength(4);
  });

  it('name time zones as IANA does, and no offsets', () => {
    expect(['UTC', 'Europe/Vienna', 'America/Argentina/Buenos_Aires'].every(isTimeZone)).toBe(true);
    expect(['', '+01:00', 'Mars/Olympus', '../etc', 'Europe/Vienna\n'].some(isTimeZone)).toBe(
      false,
    );
  });
});

describe('what is kept of grants and settings', () => {
  const key = '0a1b2c3d4e5f' as KeyId;
  const full: Grant = {
    id: '000000000001',
    to: { identity: 'jane' },
    role: 'inspector',
    ledger: 'sar',
    expiresAt: 1_800_000_000_000 as UnixMillis,
    state: 'effective',
    proposedAt: 1_700_000_000_000 as UnixMillis,
    proposedBy: { author: 'ann', key },
    approvedAt: 1_700_000_000_001 as UnixMillis,
    approvedBy: { author: 'bob', key },
  };
  const least: Grant = {
    id: '000000000002',
    to: { key },
    role: 'reader',
    state: 'proposed',
    proposedAt: 1_700_000_000_000 as UnixMillis,
    proposedBy: { author: 'ann', key },
  };

  it('is read as it was written', () => {
    expect(parseGrants(grantsPayload([full, least]))).toEqual([full, least]);
    expect(parseGrants(grantsPayload([]))).toEqual([]);
    const settings = {
      timeZone: UTC,
      approvals: true,
      exportApprovals: false,
      hiddenInspections: false,
      restrictedTypes: { 'a.B': 'sar' },
    };
    expect(parseSettings(settingsPayload(settings))).toEqual(settings);
    const named = {
      ...settings,
      legalName: 'Beispielbank AG, Vaduz',
      notices: [{ label: 'Purposes', text: 'Due diligence' }],
    };
    expect(parseSettings(settingsPayload(named))).toEqual(named);
    expect(parseSettings(settingsPayload({ ...settings, notices: [] }))).toEqual(settings);
  });

  it('stops a program that is older than what was written', () => {
    const code = { code: 'ACCESS_FORMAT_NEWER' };
    expect(() => parseGrants({ $v: 2 })).toThrow(expect.objectContaining(code));
    expect(() => parseSettings({ $v: 2 })).toThrow(expect.objectContaining(code));
  });

  it('is refused with members that nobody knows', () => {
    const code = { code: 'LEDGER_DAMAGED' };
    expect(() => parseGrants({ $v: 1, more: 1 })).toThrow(expect.objectContaining(code));
    const settings = settingsPayload(DEFAULT_SETTINGS);
    for (const bent of [
      { more: 1 },
      { legalName: '' },
      { legalName: 'x'.repeat(201) },
      { notices: {} },
      { notices: [{ label: 'Source' }] },
      { notices: [{ label: 'Source', text: 'You', more: 1 }] },
    ])
      expect(() => parseSettings({ ...settings, ...bent })).toThrow(expect.objectContaining(code));
  });
});
