import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8, utf8ToString } from '../../src/base/bytes.js';
import { silentLogger } from '../../src/base/logger.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import { EscrowDirectory } from '../../src/keys/escrow-directory.js';
import { openEscrow, parseEscrow } from '../../src/keys/escrow-file.js';
import { unwrapRow } from '../../src/keys/internal/vault-row.js';
import { combineShares, type RecoveryKey, splitNewKey } from '../../src/keys/recovery-key.js';
import type { TenantEscrow } from '../../src/keys/vault-keepers.js';
import type { Vault } from '../../src/keys/vault.js';
import { rejection, failure } from '../support/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { type Fault, FaultyFiles } from '../support/faulty-files.js';
import { SeededRandom } from '../support/seeded-random.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { rotateVault, TENANT, VaultFixture } from './vault-fixture.js';

let fixture: VaultFixture;
let key: RecoveryKey;
beforeEach(async () => {
  fixture = new VaultFixture(await temporaryDirectory());
  key = await recoveryKey('officers');
  await (await fixture.keyStore()).createTenant(TENANT, key.publicKey);
});
afterEach(() => removeDirectory(fixture.root));

async function recoveryKey(seed: string): Promise<RecoveryKey> {
  const clock = new FakeClock();
  const random = new SeededRandom(seed);
  const { shares } = await splitNewKey({ threshold: 2, officers: 2, madeAt: clock.now(), random });
  return combineShares(shares);
}

const place = (): string => join(fixture.root, 'escrow');

async function escrowDirectory(files?: DurableFileSystem): Promise<EscrowDirectory> {
  return new EscrowDirectory({
    directory: place(),
    keyStore: await fixture.keyStore(),
    clock: new FakeClock(),
    random: fixture.random,
    logger: silentLogger,
    ...(files !== undefined && { files }),
  });
}

async function tenantEscrow(directory: EscrowDirectory): Promise<TenantEscrow> {
  const tenant = { handle: TENANT, name: 'bank', recoveryKey: key.publicKey };
  const escrow = await directory.of(tenant);
  if (escrow === null) throw new Error('the tenant is in no escrow');
  return escrow;
}

async function openVault(files?: DurableFileSystem): Promise<Vault> {
  const escrow = await tenantEscrow(await escrowDirectory(files));
  return fixture.open(undefined, undefined, escrow);
}

/** After an opening that nothing disturbs: what is in escrow is the vault's key, and nothing else. */
async function expectSettled(generation: number): Promise<void> {
  const vault = await openVault();
  await vault.settleEscrow();
  expect(vault.generation).toBe(generation);
  expect(await readdir(place())).toEqual([`${TENANT}.${generation}.escrow`]);
  const keyStore = await fixture.keyStore();
  const file = parseEscrow(await readFile(join(place(), `${TENANT}.${generation}.escrow`)));
  expect(openEscrow(file, key)).toEqual({
    root: await keyStore.tenantRoot(TENANT),
    vaultKey: await keyStore.vaultKey(TENANT, generation),
  });
  expect(await keyStore.vaultGenerations(TENANT)).toEqual([generation]);
  await vault.close();
}

/** A vault with secrets, in escrow, whose journal is empty. */
async function settledVault(
  files?: DurableFileSystem,
): Promise<{ vault: Vault; rows: Uint8Array[] }> {
  const vault = await openVault(files);
  await vault.settleEscrow();
  const rows = await fixture.commit(vault, 'alice', 'bob');
  await fixture.snapshot(vault);
  return { vault, rows };
}

describe('a vault key in escrow', () => {
  it('is there from the first opening on, and follows a rotation', async () => {
    const { vault, rows } = await settledVault();
    const old = parseEscrow(await readFile(join(place(), `${TENANT}.1.escrow`)));
    await rotateVault(fixture, vault, () => true);
    expect(await readdir(place())).toEqual([`${TENANT}.2.escrow`]);
    await fixture.snapshot(vault);
    const file = await readFile(fixture.path(2));
    const { vaultKey } = openEscrow(old, key);
    expect(rows.some((row) => file.includes(toHex(row), 0, 'hex'))).toBe(false);
    const row = file.subarray(28, 28 + (rows[0]?.length ?? 0));
    expect(() => unwrapRow(row, { generation: 1, key: vaultKey })).toThrow();
    await vault.close();
    await expectSettled(2);
  });

  it('is written anew where it is missing, damaged or of another key, and what is old is removed', async () => {
    const { vault } = await settledVault();
    await vault.close();
    const path = join(place(), `${TENANT}.1.escrow`);
    const good = await readFile(path);
    await writeFile(join(place(), `${TENANT}.7.escrow`), good);
    await writeFile(join(place(), `${TENANT}.2.escrow.tmp`), good);
    for (const damage of [good.subarray(0, 99), utf8('{}')]) {
      await writeFile(path, damage);
      await expectSettled(1);
    }
    // Of a rotation that was undone and begun again.
    const escrow = await tenantEscrow(await escrowDirectory());
    await escrow.keep(1, new Uint8Array(32).fill(9));
    await expectSettled(1);
  });

  it.each<Fault>(['before', 'torn', 'after'])(
    'survives a fault %s each step of a rotation: the vault as it was, or as it is to be',
    async (fault) => {
      const dry = new FaultyFiles();
      const { vault } = await settledVault(dry);
      const first = dry.steps.length;
      await rotateVault(fixture, vault, () => true);
      await fixture.snapshot(vault);
      await vault.close();
      const steps = dry.steps.length - first;
      expect(steps).toBe(6);
      let generation = 2;
      // Opening removes what a rotation before it may have left, in two steps.
      const opening = 2;
      for (let step = 0; step < opening + steps; step++) {
        const faulty = new FaultyFiles(step, fault);
        const opened = await openVault(faulty);
        const rotating = rotateVault(fixture, opened, () => true);
        // The last two remove the old one, when the key is destroyed already.
        if (step < opening + 4) {
          expect((await rejection(rotating)).code).toBe('KEYS_ESCROW_FAILED');
          expect(opened.generation).toBe(generation);
        } else {
          await rotating;
          generation++;
        }
        await fixture.snapshot(opened);
        await opened.close();
        await expectSettled(generation);
      }
    },
  );

  it('is told of when it cannot be removed or written', async () => {
    const { vault } = await settledVault();
    await vault.close();
    const health = async (files: DurableFileSystem): Promise<unknown> => {
      const directory = await escrowDirectory(files);
      const escrow = await tenantEscrow(directory);
      await escrow.settle(2, new Uint8Array(32));
      return directory.health;
    };
    expect(await health(new FaultyFiles(0))).toEqual({
      development: 0,
      unwritten: 1,
      unremoved: 1,
    });
    expect(await health(new FaultyFiles())).toEqual({ development: 0, unwritten: 0, unremoved: 0 });
  });

  it('is none where the recovery key is a development one', async () => {
    const other = 'fedcba9876543210';
    await (await fixture.keyStore()).createTenant(other, null);
    const directory = await escrowDirectory();
    const tenant = { handle: other, name: 'other', recoveryKey: key.publicKey };
    expect(await directory.of(tenant)).toBeNull();
    expect(directory.health).toMatchObject({ development: 1 });
  });
});

describe('an escrow file', () => {
  it('opens with its key alone, tells every alteration, and cannot be relabelled', async () => {
    const { vault } = await settledVault();
    await vault.close();
    const bytes = await readFile(join(place(), `${TENANT}.1.escrow`));
    const file = parseEscrow(bytes);
    const other = await recoveryKey('others');
    expect(failure(() => openEscrow(file, other)).code).toBe('ESCROW_FOREIGN');
    for (const label of [
      { generation: 2 },
      { tenantName: 'other' },
      { run: 99 },
      { keyId: toHex(new Uint8Array(16)) },
    ])
      expect(failure(() => openEscrow({ ...file, ...label }, key)).code).toBe('ESCROW_DAMAGED');
    const relabelled = { ...file, recoveryKey: other.publicKey };
    expect(failure(() => openEscrow(relabelled, other)).code).toBe('ESCROW_DAMAGED');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 127 }), (at, bits) => {
        const altered = new Uint8Array(bytes);
        altered[at] = (altered[at] ?? 0) ^ bits;
        expect(failure(() => parseEscrow(altered)).code).toMatch(
          /^(?:ESCROW_DAMAGED|RECOVERY_FORMAT_NEWER)$/,
        );
      }),
    );
    const newer = utf8(utf8ToString(bytes).replace('"$v":1', '"$v":2'));
    expect(failure(() => parseEscrow(newer)).code).toBe('RECOVERY_FORMAT_NEWER');
  });
});
