/** The due list over a real vault: bounded pages that miss nobody, and an end where something was forgotten. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TenantName } from '../../src/access/tenant-name.js';
import { UTC } from '../../src/base/calendar.js';
import { dataScope } from '../../src/base/secret-scope.js';
import { parseInstant } from '../../src/base/time.js';
import type { ScopePlace, Vault } from '../../src/keys/vault.js';
import { type DueItem, dueList } from '../../src/queries/due-list.js';
import type { MayForgetParts } from '../../src/queries/may-forget.js';
import type { ClassPolicy } from '../../src/retention/policy.js';
import { RetentionBook } from '../../src/retention/retention-book.js';
import { VaultFixture, rotateVault } from '../keys/vault-fixture.js';
import { rejection } from '../support/errors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { ANNA, ENDED } from './arbitraries.js';

const BANK = 'bank' as TenantName;
const AT = parseInstant('2099-01-01T00:00:00.000Z');
const RECORDED: ClassPolicy = { basis: 'a law', period: { years: 1 }, clock: { kind: 'recorded' } };
const ON_END: ClassPolicy = { ...RECORDED, clock: { kind: 'event', type: ENDED } };

let fixture: VaultFixture;
let vault: Vault;

beforeEach(async () => {
  fixture = new VaultFixture(await temporaryDirectory());
  await fixture.createTenant();
  vault = await fixture.open();
});

afterEach(async () => {
  await vault.close();
  await removeDirectory(fixture.root);
});

/** Ledgers in which nothing has ever happened, so that no event is found. */
function partsOf(policy: ClassPolicy): MayForgetParts {
  const retention = new RetentionBook();
  const setAt = parseInstant('2020-01-01T00:00:00.000Z');
  const version = { version: 1, setAt, setBy: ANNA, classes: { kyc: policy }, types: {} };
  retention.addVersion(BANK, version);
  const ledger = { identity: { name: 'kyc' }, logs: [] };
  const ledgers = { list: () => [ledger], find: () => ({ ledger, vault }) };
  const locks = { of: () => Promise.resolve([]) };
  return { retention, locks, timeZoneOf: () => UTC, ledgers: ledgers as never };
}

async function commit(...scopes: ReturnType<typeof dataScope>[]): Promise<void> {
  const rows: Uint8Array[] = [];
  for (const scope of scopes) {
    const row = vault.pendingRow((await vault.findOrMint(scope)).rowId);
    if (row !== null) rows.push(row);
  }
  fixture.journal.rows.push(...rows);
  fixture.put((await vault.append(rows)).indexPuts);
}

const kyc = (person: string, month: string): ReturnType<typeof dataScope> =>
  dataScope(person, 'kyc', month);

describe('the due list', () => {
  it.each([
    [1, 1000],
    [2, 1000],
    [1000, 1],
    [1000, 1000],
  ])('misses nobody with %d items a page and %d secrets', async (limit, secrets) => {
    const persons = Array.from({ length: 7 }, (_, n) => `p${n}`);
    for (const person of persons) {
      await fixture.commit(vault, person);
      await commit(
        kyc(person, '2026-01'),
        kyc(person, '2026-02'),
        dataScope(person, 'x', '2026-01'),
      );
    }
    const found: string[] = [];
    let pages = 0;
    for (let from: ScopePlace | null = null; ; pages++) {
      const page: { items: readonly DueItem[]; next: ScopePlace | null } = await dueList(
        partsOf(RECORDED),
        BANK,
        { at: AT, limit, from },
        { secrets, persons: 1000 },
      );
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(
        ...page.items.flatMap((item) => item.months.map((one) => `${item.subject} ${one}`)),
      );
      from = page.next;
      if (from === null) break;
    }
    const all = persons.flatMap((person) => [`${person} 2026-01`, `${person} 2026-02`]);
    expect(found).toEqual(all);
    expect(pages).toBeGreaterThanOrEqual(limit === 1000 && secrets === 1000 ? 0 : 1);
  });

  it('asks about so many persons a page, and goes on with the next', async () => {
    for (const person of ['p1', 'p2', 'p3'])
      await fixture.commit(vault, person).then(() => commit(kyc(person, '2026-01')));
    const bounds = { secrets: 1000, persons: 2 };
    const first = await dueList(partsOf(ON_END), BANK, { at: AT, limit: 9, from: null }, bounds);
    expect(first).toMatchObject({ items: [], next: { generation: 1 } });
    const second = await dueList(
      partsOf(ON_END),
      BANK,
      { at: AT, limit: 9, from: first.next },
      bounds,
    );
    expect(second).toEqual({ items: [], next: null });
  });

  it('ends where something was forgotten since it was begun', async () => {
    await commit(kyc('p1', '2026-01'), kyc('p2', '2026-01'));
    const question = { at: AT, limit: 1 };
    const { next } = await dueList(partsOf(RECORDED), BANK, { ...question, from: null });
    await fixture.snapshot(vault);
    await rotateVault(fixture, vault, ({ person }) => person !== 'p1');
    const stale = await rejection(dueList(partsOf(RECORDED), BANK, { ...question, from: next }));
    expect(stale.code).toBe('RETENTION_LIST_STALE');
    const { items } = await dueList(partsOf(RECORDED), BANK, { ...question, from: null });
    expect(items).toMatchObject([{ subject: 'p2' }]);
  });
});
