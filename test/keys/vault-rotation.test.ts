import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { type SecretScope, tagsScope } from '../../src/base/secret-scope.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import { unwrapRow } from '../../src/keys/internal/vault-row.js';
import type { Vault } from '../../src/keys/vault.js';
import { rejection } from '../support/errors.js';
import { type Fault, FaultyFiles } from '../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { rotateVault, rotation, rowsFor, secretOf, TENANT, VaultFixture } from './vault-fixture.js';

const PERSONS = ['alice', 'bob', 'carol', 'dave'];
const keep = ({ person }: SecretScope): boolean => person !== 'bob';

let fixture: VaultFixture;
beforeEach(async () => {
  fixture = new VaultFixture(await temporaryDirectory());
  await fixture.createTenant();
});
afterEach(() => removeDirectory(fixture.root));

describe('rotating a vault', () => {
  it('keeps what is kept, under the same row ids, and destroys everything else', async () => {
    const { vault, secrets, rowIds } = await filled();
    const { obsolete } = await rotate(vault);
    expect(vault.state().generation).toBe(2);
    await expectKept(vault, secrets, rowIds);
    expect(await readdir(fixture.directory)).toEqual(['00000002.rows']);
    expect(await (await fixture.keyStore()).vaultGenerations(TENANT)).toEqual([2]);
    const old = [...fixture.index.keys()].filter((key) => key.startsWith(toHex(obsolete)));
    expect(old).toHaveLength(2 * PERSONS.length + 1);
    for (const key of old) fixture.index.delete(key);
    await fixture.snapshot(vault);
    await vault.close();
    const again = await fixture.open();
    await expectKept(again, secrets, rowIds);
    await again.close();
  });

  it('leaves no key that the old rows would open with, and none of the old rows', async () => {
    const vault = await fixture.open();
    const rows = await fixture.commit(vault, ...PERSONS);
    await fixture.snapshot(vault);
    await rotate(vault);
    const keyStore = await fixture.keyStore();
    expect((await rejection(keyStore.vaultKey(TENANT, 1))).code).toBe('KEYS_MISSING');
    const key = { generation: 2, key: await keyStore.vaultKey(TENANT, 2) };
    const file = await readFile(fixture.path(2));
    for (const row of rows) {
      expect(() => unwrapRow(row, key)).toThrow('does not open');
      expect(file.includes(toHex(row.subarray(-32)), 0, 'hex')).toBe(false);
    }
    await vault.close();
  });

  it('ends the key of search tags, which is the same until then', async () => {
    const { vault } = await filled();
    const before = toHex(vault.searchKey());
    await vault.close();
    const reopened = await fixture.open();
    expect(toHex(reopened.searchKey())).toBe(before);
    await rotate(reopened);
    const after = toHex(reopened.searchKey());
    expect(after).not.toBe(before);
    await fixture.snapshot(reopened);
    await reopened.close();
    const again = await fixture.open();
    expect(toHex(again.searchKey())).toBe(after);
    await again.close();
  });

  it('gives the same person a new secret afterwards', async () => {
    const { vault, secrets } = await filled();
    await rotate(vault);
    await fixture.snapshot(vault);
    await fixture.commit(vault, 'bob');
    const bob = await secretOf(vault, 'bob');
    expect(bob).not.toBeNull();
    expect(bob).not.toBe(secrets.get('bob'));
    await vault.close();
  });

  it('wraps anew what waits for its first commit', async () => {
    const { vault } = await filled();
    const { rowId, secret } = await vault.findOrMint(tagsScope('erin'));
    const before = vault.pendingRow(rowId);
    await rotate(vault);
    await fixture.snapshot(vault);
    expect(vault.pendingRow(rowId)).not.toEqual(before);
    await fixture.commit(vault, 'erin');
    await vault.close();
    const again = await fixture.open();
    expect(await secretOf(again, 'erin')).toBe(toHex(secret));
    await again.close();
  });

  it('goes through many generations, and through one that keeps nothing', async () => {
    const { vault } = await filled();
    for (let generation = 2; generation <= 4; generation++) {
      await rotate(vault, () => generation < 4);
      await fixture.snapshot(vault);
    }
    expect(vault.state()).toMatchObject({ generation: 4, length: 24 });
    await fixture.commit(vault, 'frank');
    await vault.close();
    const again = await fixture.open();
    expect(await secretOf(again, 'alice')).toBeNull();
    expect(await secretOf(again, 'frank')).not.toBeNull();
    await again.close();
  });

  it('answers look-ups while it is under way, before and after the change alike', async () => {
    const { vault, secrets } = await filled();
    const answers: (string | null)[] = [];
    const rotation = new AbortController();
    const looking = (async (): Promise<void> => {
      while (!rotation.signal.aborted) {
        answers.push(await secretOf(vault, 'alice'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await rotate(vault);
    rotation.abort();
    await looking;
    expect(new Set(answers)).toEqual(new Set([secrets.get('alice')]));
    await vault.close();
  });

  it('takes rows meanwhile, and no second rotation', async () => {
    const { vault, secrets, rowIds } = await filled();
    const { finish } = await vault.beginRotation(rotation(fixture, keep));
    await fixture.commit(vault, 'erin');
    await expect(vault.beginRotation(rotation(fixture, keep))).rejects.toThrow('one rotation');
    await fixture.snapshot(vault);
    await finish();
    expect(vault.generation).toBe(2);
    await expectKept(vault, secrets, rowIds);
    const erin = await secretOf(vault, 'erin');
    expect(erin).not.toBeNull();
    await fixture.snapshot(vault);
    await vault.close();
    const again = await fixture.open();
    expect(await secretOf(again, 'erin')).toBe(erin);
    await again.close();
  });

  it('leaves the vault as it was where it is abandoned, or cannot be begun', async () => {
    const { vault, secrets } = await filled();
    const broken = {
      ...rotation(fixture, keep),
      putIndex: () => Promise.reject(new Error('full')),
    };
    await expect(vault.beginRotation(broken)).rejects.toThrow('full');
    const { abandon } = await vault.beginRotation(rotation(fixture, keep));
    await abandon();
    expect(await readdir(fixture.directory)).toEqual(['00000001.rows']);
    expect(await (await fixture.keyStore()).vaultGenerations(TENANT)).toEqual([1]);
    for (const person of PERSONS) expect(await secretOf(vault, person)).toBe(secrets.get(person));
    await rotate(vault);
    expect(vault.generation).toBe(2);
    await vault.close();
  });

  it('gives out nothing that is doomed, and says that what it gave out before may be', async () => {
    const { vault, rowIds } = await filled();
    const ids = (...persons: string[]): string[] =>
      persons.map((person) => toHex(rowIds.get(person) ?? new Uint8Array()));
    const { edition } = vault;
    vault.doom(ids('alice', 'bob'));
    expect(vault.edition).toBe(edition + 1);
    const refused = await rejection(vault.findOrMint(tagsScope('bob')));
    expect(refused.code).toBe('KEYS_VAULT_PUSHBACK');
    vault.doom(ids('bob'));
    expect(vault.edition).toBe(edition + 1);
    await vault.findOrMint(tagsScope('alice'));
    expect(await secretOf(vault, 'bob')).not.toBeNull();
    await rotate(vault);
    expect(toHex((await vault.findOrMint(tagsScope('bob'))).rowId)).not.toBe(ids('bob')[0]);
    await vault.close();
  });
});

describe('a rotation that a crash cuts short', () => {
  it('is undone or finished at the next opening, whichever step it was', async () => {
    const first = await stepsOfOpening();
    const dry = new FaultyFiles();
    const { vault: whole } = await filled(dry);
    await rotate(whole);
    await whole.close();
    const rename = dry.steps.findIndex(
      (step) => step.startsWith('rename') && step.endsWith('.rows'),
    );
    expect(dry.steps.length - first).toBeGreaterThan(12);
    const seen = new Set<number>();
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = first; step < dry.steps.length; step++) {
        const generation = await crashAndReopen(step, fault);
        const isDone = step > rename || (step === rename && fault === 'after');
        expect([dry.steps[step], fault, generation]).toEqual([
          dry.steps[step],
          fault,
          isDone ? 2 : 1,
        ]);
        seen.add(generation);
      }
    expect([...seen].sort()).toEqual([1, 2]);
  });

  it('is damage if the journal has rows for what was succeeded', async () => {
    const { vault } = await filled();
    const rows = await rowsFor(vault, 'erin');
    await rotate(vault);
    await vault.close();
    fixture.journal.rows.push(...rows);
    expect((await rejection(fixture.open())).message).toContain('generation 1');
  });

  it('is damage if the successor is of another vault than the journal describes', async () => {
    const { vault } = await filled();
    await rotate(vault);
    await vault.close();
    const { base } = fixture.journal;
    if (base === null) throw new Error('there was a snapshot');
    fixture.journal.base = { ...base, length: base.length + 1 };
    expect((await rejection(fixture.open())).message).toContain('does not follow');
  });
});

async function crashAndReopen(step: number, fault: Fault): Promise<number> {
  await removeDirectory(fixture.root);
  fixture = new VaultFixture(await temporaryDirectory());
  await fixture.createTenant();
  const { vault, secrets, rowIds } = await filled(new FaultyFiles(step, fault));
  expect((await rejection(rotate(vault))).code).toBe('KEYS_FAILED');
  await vault.close();

  const again = await fixture.open();
  const { generation } = again.state();
  if (generation === 2) await expectKept(again, secrets, rowIds);
  else
    for (const person of PERSONS) expect(await secretOf(again, person)).toBe(secrets.get(person));
  expect(await readdir(fixture.directory)).toEqual([`0000000${generation}.rows`]);
  expect(await (await fixture.keyStore()).vaultGenerations(TENANT)).toEqual([generation]);
  // And it goes on from there.
  await fixture.snapshot(again);
  await fixture.commit(again, 'erin');
  await fixture.snapshot(again);
  await rotate(again);
  expect(again.state().generation).toBe(generation + 1);
  expect(await secretOf(again, 'bob')).toBeNull();
  expect(await secretOf(again, 'erin')).not.toBeNull();
  await again.close();
  return generation;
}

/** A vault with everyone's secrets, ready to be rotated. */
async function filled(files?: DurableFileSystem): Promise<{
  vault: Vault;
  secrets: Map<string, string>;
  rowIds: Map<string, Uint8Array>;
}> {
  const vault = await fixture.open(files);
  await fixture.commit(vault, ...PERSONS);
  const secrets = new Map<string, string>();
  const rowIds = new Map<string, Uint8Array>();
  for (const person of PERSONS) {
    const { rowId, secret } = await vault.findOrMint(tagsScope(person));
    secrets.set(person, toHex(secret));
    rowIds.set(person, rowId);
  }
  await fixture.snapshot(vault);
  return { vault, secrets, rowIds };
}

/** How many steps of the file system come before a rotation begins. */
async function stepsOfOpening(): Promise<number> {
  const files = new FaultyFiles();
  await (await fixture.open(files)).close();
  return files.steps.length;
}

function rotate(
  vault: Vault,
  kept: (scope: SecretScope) => boolean = keep,
): Promise<{ obsolete: Uint8Array }> {
  return rotateVault(fixture, vault, kept);
}

async function expectKept(
  vault: Vault,
  secrets: ReadonlyMap<string, string>,
  rowIds: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const person of PERSONS) {
    const expected = person === 'bob' ? null : secrets.get(person);
    expect(await secretOf(vault, person)).toBe(expected);
    const byRow = await vault.secretOfRow(rowIds.get(person) ?? new Uint8Array(16));
    expect(byRow === null ? null : toHex(byRow.secret)).toBe(expected);
  }
}
