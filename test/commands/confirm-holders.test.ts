/** Certificates that name a silent holder: which of them wait for whom, and what a confirmation reads and writes. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../../src/access/authorize.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import type { UnixMillis } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { silentLogger } from '../../src/base/logger.js';
import { HolderConfirmer } from '../../src/commands/confirm-holders.js';
import { type HoldersAsked, unobservedErasures } from '../../src/commands/erasure-run.js';
import { Eraser } from '../../src/commands/run-erasures.js';
import { type NodeAccess, openNodeAccess } from '../../src/node-access.js';
import { erasureNumbered } from '../../src/queries/tenant-erasures.js';
import { ErasureBook } from '../../src/retention/erasure-book.js';
import {
  certificateOf,
  silentHolders,
  type VaultHolder,
} from '../../src/retention/erasure-execution.js';
import type { Erasure } from '../../src/retention/erasure.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

const ADMIN: Principal = {
  keyId: '0a1b2c3d4e5f' as Principal['keyId'],
  tenant: DEFAULT_TENANT,
  role: 'admin',
  author: 'Admin 1',
};
const AT = 0 as UnixMillis;
const EXECUTION = {
  ...{ at: AT, generation: 1, part: { n: 1, of: 1 }, rows: ['0'.repeat(32)] },
  went: { classes: {}, tags: 0 },
};
const escrow = (id: string, confirmedAt?: UnixMillis): VaultHolder => ({
  ...{ kind: 'escrow', id, generation: 1 },
  ...(confirmedAt !== undefined && { confirmedAt }),
});
const certified = (...holders: readonly VaultHolder[]): JsonObject =>
  certificateOf([EXECUTION], { after: 2, completedAt: AT, holders });
const erasureOf = (number: number): Erasure => ({
  ...{ number, id: number.toString(16).padStart(12, '0'), kind: 'due', state: 'done' },
  ...{ reason: 'asked', legalBasis: 'a law', proposedAt: AT },
  proposedBy: { author: ADMIN.author, key: ADMIN.keyId },
});

describe('the book of erasures', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const version = fc.record({
    number: fc.integer({ min: 1, max: 4 }),
    holders: fc.option(fc.uniqueArray(fc.tuple(name, fc.boolean()), { selector: ([id]) => id })),
  });

  it('has whoever a newest certificate names as silent, with just those certificates', () => {
    fc.assert(
      fc.property(fc.array(version), (versions) => {
        const book = new ErasureBook();
        const newest = new Map<number, JsonObject | null>();
        for (const { number, holders } of versions) {
          const listed = holders?.map(([id, heard]) => escrow(id, heard ? AT : undefined));
          const certificate = listed === undefined ? null : certified(...listed);
          book.put(DEFAULT_TENANT, erasureOf(number), certificate);
          newest.set(number, certificate);
        }
        const expected = new Set<string>();
        for (const [number, certificate] of newest)
          for (const { id } of silentHolders(certificate ?? {}))
            expected.add(`escrow ${id} ${erasureOf(number).id}`);
        const found = [...book.awaited(DEFAULT_TENANT)].flatMap(([holder, ids]) =>
          [...ids].map((id) => `${holder} ${id}`),
        );
        expect(new Set(found)).toEqual(expected);
        expect([...book.awaited(DEFAULT_TENANT).values()].every(({ size }) => size > 0)).toBe(true);
      }),
    );
  });
});

describe('confirming holders', () => {
  let root: string;
  let opened: TestNode;
  beforeEach(async () => {
    root = await temporaryDirectory();
    opened = await openTestNode(root);
  });
  afterEach(async () => {
    await opened.close();
    await removeDirectory(root);
  });

  interface World {
    readonly access: NodeAccess;
    readonly confirmer: HolderConfirmer;
    /** Whoever is heard of. */
    now: readonly VaultHolder[];
    readonly asked: HoldersAsked[];
    reads: number;
  }

  /** As a start finds it. */
  async function open(): Promise<World> {
    const { store } = opened.node;
    const access = await openNodeAccess(opened.node, { ...opened, refusalsPerMinute: 10 });
    const world: World = {
      ...{ access, now: [], asked: [], reads: 0 },
      confirmer: new HolderConfirmer({
        ...access,
        store: {
          forgetter: store.forgetter,
          ledgersOf: (tenant) => store.ledgersOf(tenant),
          vaultOf: (tenant) => store.vaultOf(tenant),
          ledger: (tenant, ledger) => {
            world.reads++;
            return store.ledger(tenant, ledger);
          },
        },
        changes: access.erasureChanges,
        holders: (asked) => holdersOf(world, asked),
      }),
    };
    return world;
  }

  const holdersOf = (world: World, asked: HoldersAsked): Promise<readonly VaultHolder[]> => {
    world.asked.push(asked);
    return Promise.resolve(world.now);
  };

  const put = ({ access }: World, number: number, ...holders: readonly VaultHolder[]) =>
    access.erasureChanges.put(DEFAULT_TENANT, erasureOf(number), {
      certificate: certified(...holders),
    });

  async function silentIn({ access }: World, number: number): Promise<readonly unknown[]> {
    const { store } = opened.node;
    const handle = access.handleOf(DEFAULT_TENANT);
    const ledger = store.ledger(handle, '_access');
    const vault = store.vaultOf(handle);
    const { said } = await erasureNumbered(ledger, vault, DEFAULT_TENANT, number);
    return silentHolders(said.certificate ?? {}).map(({ kind, id }) => `${kind} ${id}`);
  }

  it('reads and writes those certificates alone that change, and asks nobody if none waits', async () => {
    const world = await open();
    await world.confirmer.confirm();
    await put(world, 1, escrow('a'), escrow('b'));
    await put(world, 2, escrow('b'));
    await put(world, 3, escrow('a', AT));
    world.now = [escrow('c', AT)];
    await world.confirmer.confirm();
    expect(world).toMatchObject({ reads: 0, asked: { length: 1 } });
    world.now = [escrow('a', AT), escrow('b')];
    await world.confirmer.confirm();
    expect(world.reads).toBe(1);
    expect(await silentIn(world, 1)).toEqual(['escrow b']);
    expect(await silentIn(world, 2)).toEqual(['escrow b']);
    world.now = [escrow('a', AT), escrow('b', AT)];
    await world.confirmer.confirm();
    expect(world.reads).toBe(3);
    for (const number of [1, 2, 3]) expect(await silentIn(world, number)).toEqual([]);
    await world.confirmer.confirm();
    expect(world.asked).toHaveLength(3);
  });

  it('takes the word of nobody else: of another kind, or another copy', async () => {
    const world = await open();
    await put(world, 1, escrow('a'));
    world.now = [{ kind: 'backup', id: 'a', generation: 2, confirmedAt: AT }, escrow('b', AT)];
    await world.confirmer.confirm();
    expect(await silentIn(world, 1)).toEqual(['escrow a']);
  });

  it('hears also of whom is heard while the certificate is being written', async () => {
    const world = await open();
    const { access } = world;
    const executing = { ...erasureOf(1), state: 'executing' } as const;
    await access.erasureChanges.put(DEFAULT_TENANT, executing, { execution: EXECUTION });
    // As after a crash that came when the key was destroyed.
    await opened.node.store.forgetter.destroy(access.handleOf(DEFAULT_TENANT), []);
    world.now = [escrow('a')];
    const eraser = new Eraser({
      ...access,
      ...{ store: opened.node.store, clock: opened.clock, logger: silentLogger },
      ...{ changes: access.erasureChanges, observer: unobservedErasures },
      holders: async (asked) => {
        const said = await holdersOf(world, asked);
        world.now = [escrow('a', AT)];
        return said;
      },
    });
    await eraser.finishAnnounced();
    expect(world.asked).toHaveLength(2);
    expect(await silentIn(world, 1)).toEqual([]);
  });

  it('knows after a start who is waited for', async () => {
    await put(await open(), 1, escrow('a'), escrow('b', AT));
    const again = await open();
    again.now = [escrow('a', AT)];
    await again.confirmer.confirm();
    expect(await silentIn(again, 1)).toEqual([]);
    const last = await open();
    await last.confirmer.confirm();
    expect(last.asked).toEqual([]);
  });
});
