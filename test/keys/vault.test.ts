import { appendFile, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { dataScope, scopeText, tagsScope } from '../../src/base/secret-scope.js';
import { encodeRows, vaultHeader } from '../../src/keys/internal/vault-file.js';
import { VaultIndexKeys } from '../../src/keys/internal/vault-index.js';
import { unwrapRow, wrapRow } from '../../src/keys/internal/vault-row.js';
import { searchKeyOf } from '../../src/keys/internal/vault-search-key.js';
import type { ScopePlace, Vault } from '../../src/keys/vault.js';
import { failure, rejection } from '../support/errors.js';
import { formatExample } from '../support/format-examples.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { rotateVault, rowsFor, secretOf, VaultFixture } from './vault-fixture.js';

let fixture: VaultFixture;
beforeEach(async () => {
  fixture = new VaultFixture(await temporaryDirectory());
  await fixture.createTenant();
});
afterEach(() => removeDirectory(fixture.root));

describe('a vault', () => {
  it('finds a minted secret before, during and after its commit, and after a reopening', async () => {
    const vault = await fixture.open();
    const { rowId, secret } = await vault.findOrMint(tagsScope('alice'));
    expect(secret).toHaveLength(32);
    expect(await secretOf(vault, 'alice')).toBe(toHex(secret));
    const row = vault.pendingRow(rowId);
    expect(row).not.toBeNull();
    const { indexPuts } = await vault.append(row === null ? [] : [row]);
    // The index does not have it yet, and must not be needed.
    expect(await secretOf(vault, 'alice')).toBe(toHex(secret));
    expect((await vault.findOrMint(tagsScope('alice'))).rowId).toEqual(rowId);
    expect(vault.pendingRow(rowId)).toBeNull();
    fixture.put(indexPuts);
    await fixture.snapshot(vault);
    await vault.close();
    const again = await fixture.open();
    expect(await secretOf(again, 'alice')).toBe(toHex(secret));
    expect((await again.secretOfRow(rowId))?.secret).toEqual(secret);
    await again.close();
  });

  it('has another secret for every scope, and none for one that was never asked for', async () => {
    const vault = await fixture.open();
    const scopes = [
      tagsScope('alice'),
      tagsScope('bob'),
      dataScope('alice', 'kyc', '2026-11'),
      dataScope('alice', 'kyc', '2026-12'),
      dataScope('alice', 'aml', '2026-11'),
    ];
    const secrets = await Promise.all(scopes.map((scope) => vault.findOrMint(scope)));
    expect(new Set(secrets.map(({ secret }) => toHex(secret))).size).toBe(scopes.length);
    expect(await vault.find(tagsScope('carol'))).toBeNull();
    expect(await vault.secretOfRow(new Uint8Array(16))).toBeNull();
    await vault.close();
  });

  it('mints one secret however many ask for it at once', async () => {
    const vault = await fixture.open();
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => vault.findOrMint(tagsScope('alice'))),
    );
    expect(new Set(asked.map(({ rowId }) => toHex(rowId))).size).toBe(1);
    await vault.close();
  });

  it('mints none twice though its commit overtakes a slow look into the index', async () => {
    const vault = await fixture.open();
    const { lookUp } = fixture;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    fixture.lookUp = async (key) => {
      // What it sees is from before the commit.
      const seen = await lookUp(key);
      await held;
      return seen;
    };
    const looking = vault.findOrMint(tagsScope('alice'));
    fixture.lookUp = lookUp;
    await vault.append(await rowsFor(vault, 'alice'));
    release();
    expect(toHex((await looking).secret)).toBe(await secretOf(vault, 'alice'));
    await vault.close();
  });

  it('reads a secret once for all who ask for its row meanwhile', async () => {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice');
    const rowId = (await vault.find(tagsScope('alice')))?.rowId ?? new Uint8Array();
    await vault.close();
    const again = await fixture.open();
    const { lookUp } = fixture;
    let looks = 0;
    fixture.lookUp = (key) => {
      looks++;
      return lookUp(key);
    };
    const found = await Promise.all(Array.from({ length: 20 }, () => again.secretOfRow(rowId)));
    expect(looks).toBe(1);
    expect(new Set(found.map((one) => toHex(one?.secret ?? new Uint8Array()))).size).toBe(1);
    expect(await again.secretOfRow(new Uint8Array(16))).toBeNull();
    await again.close();
  });

  it('knows what a secret is for without reading it again, until it is committed no more', async () => {
    const vault = await fixture.open();
    const { rowId } = await vault.findOrMint(tagsScope('alice'));
    expect(await vault.committed(rowId)).toBeNull();
    await fixture.commit(vault, 'alice');
    const { lookUp } = fixture;
    fixture.lookUp = () => Promise.reject(new Error('it is in memory'));
    const [committed, row] = [await vault.committed(rowId), await vault.rowOf(rowId)];
    expect(committed?.scope).toEqual(tagsScope('alice'));
    expect(await vault.scopeOfRow(rowId)).toEqual(tagsScope('alice'));
    expect(row?.subarray(1, 17)).toEqual(rowId);
    fixture.lookUp = lookUp;
    await vault.close();
  });

  it('adopts those that are not here, each once, or none where there is no room for them', async () => {
    const vault = await fixture.open(undefined, 3);
    await fixture.commit(vault, 'alice');
    const here = await vault.find(tagsScope('alice'));
    const other = (n: number) => ({
      ref: { rowId: new Uint8Array(16).fill(n), secret: new Uint8Array(32).fill(n) },
      scope: tagsScope(`person-${n}`),
    });
    const known = { ref: here ?? other(0).ref, scope: tagsScope('alice') };
    expect(await vault.adopt([known, other(1), other(1)])).toEqual([other(1).ref.rowId]);
    const refused = await rejection(vault.adopt([other(2), other(3), other(4)]));
    expect(refused).toMatchObject({ code: 'KEYS_VAULT_PUSHBACK' });
    for (const n of [2, 3, 4]) expect(vault.pendingRow(other(n).ref.rowId)).toBeNull();
    const [one, same] = await Promise.all([vault.adopt([other(2)]), vault.adopt([other(2)])]);
    expect([one.length, same.length].sort()).toEqual([0, 1]);
    await vault.close();
  });

  it('forgets a secret that nobody uses after all, and keeps one that somebody does', async () => {
    const vault = await fixture.open();
    const alice = tagsScope('alice');
    const { rowId } = await vault.findOrMint(alice);
    await vault.findOrMint(alice);
    vault.release([rowId]);
    expect(await vault.find(alice)).not.toBeNull();
    vault.release([rowId]);
    expect(await vault.find(alice)).toBeNull();
    expect(vault.pendingRow(rowId)).toBeNull();
    vault.release([rowId, new Uint8Array(16)]);
    await fixture.commit(vault, 'bob');
    const bob = await vault.findOrMint(tagsScope('bob'));
    vault.release([bob.rowId]);
    expect(await vault.find(tagsScope('bob'))).not.toBeNull();
    await vault.close();
  });

  it('pushes back when too many secrets wait, until some are committed or released', async () => {
    const vault = await fixture.open(undefined, 2);
    const { rowId } = await vault.findOrMint(tagsScope('alice'));
    await vault.findOrMint(tagsScope('bob'));
    const refused = await rejection(vault.findOrMint(tagsScope('carol')));
    expect(refused.code).toBe('KEYS_VAULT_PUSHBACK');
    await expect(vault.findOrMint(tagsScope('bob'))).resolves.toBeDefined();
    vault.release([rowId]);
    await fixture.commit(vault, 'carol');
    await expect(vault.findOrMint(tagsScope('dave'))).resolves.toBeDefined();
    await vault.close();
  });

  it('says when its index leads to another row', async () => {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice', 'bob');
    await fixture.snapshot(vault);
    await vault.close();
    const entries = [...fixture.index].filter(([, value]) => value.length > 0);
    const values = entries.map(([, value]) => value).reverse();
    entries.forEach(([key], at) => fixture.index.set(key, values[at] ?? new Uint8Array(0)));
    const again = await fixture.open();
    expect((await rejection(again.find(tagsScope('alice')))).code).toBe('KEYS_VAULT_DAMAGED');
    await again.close();
  });

  it('gives a lost index everything again', async () => {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice', 'bob');
    const bob = await secretOf(vault, 'bob');
    await fixture.snapshot(vault);
    await fixture.commit(vault, 'carol');
    fixture.index.clear();
    fixture.put(await vault.indexAgain());
    await vault.close();
    const again = await fixture.open();
    expect(await secretOf(again, 'bob')).toBe(bob);
    await again.close();
    // And of itself, when the index is found empty.
    fixture.index.clear();
    const third = await fixture.open();
    expect(await secretOf(third, 'bob')).toBe(bob);
    expect(await secretOf(third, 'carol')).not.toBeNull();
    await third.close();
  });
});

describe('opening a vault', () => {
  /** Alice is synced and in the snapshot; bob and carol are in the journal since. */
  async function written(): Promise<{ before: Uint8Array; after: Uint8Array; carol: string }> {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice');
    await fixture.snapshot(vault);
    const before = new Uint8Array(await readFile(fixture.path()));
    await fixture.commit(vault, 'bob');
    await fixture.commit(vault, 'carol');
    const carol = (await secretOf(vault, 'carol')) ?? '';
    await vault.close();
    return { before, after: new Uint8Array(await readFile(fixture.path())), carol };
  }

  it('writes again what a crash kept from the file, however much of it', async () => {
    const { before, after, carol } = await written();
    for (let length = before.length; length <= after.length; length += 7)
      for (const zeros of [0, Math.min(40, after.length - length)]) {
        await writeFile(fixture.path(), after.subarray(0, length));
        await appendFile(fixture.path(), new Uint8Array(zeros));
        const vault = await fixture.open();
        expect(vault.state().length).toBe(after.length);
        expect(await secretOf(vault, 'carol')).toBe(carol);
        await vault.close();
        expect(new Uint8Array(await readFile(fixture.path()))).toEqual(after);
      }
  });

  it('begins the file when the journal has not described it yet, whatever is there of it', async () => {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice');
    const alice = await secretOf(vault, 'alice');
    await vault.close();
    const whole = await readFile(fixture.path());
    for (const length of [0, 3, 23, 24, 50, whole.length]) {
      await truncate(fixture.path(), length);
      const again = await fixture.open();
      expect(await secretOf(again, 'alice')).toBe(alice);
      await again.close();
      expect(await readFile(fixture.path())).toEqual(whole);
    }
    await rm(fixture.path());
    const last = await fixture.open();
    expect(await secretOf(last, 'alice')).toBe(alice);
    await last.close();
  });

  it('refuses a file that differs anywhere in what was synced, and leaves it as it is', async () => {
    const { before, after } = await written();
    for (let at = 0; at < before.length; at += 5) {
      const changed = new Uint8Array(after);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(fixture.path(), changed);
      expect((await rejection(fixture.open())).code).toBe('KEYS_VAULT_DAMAGED');
      expect(new Uint8Array(await readFile(fixture.path()))).toEqual(changed);
    }
  });

  it('refuses a file that is shorter than what was synced, or gone', async () => {
    const { before } = await written();
    await truncate(fixture.path(), before.length - 1);
    expect((await rejection(fixture.open())).code).toBe('KEYS_VAULT_DAMAGED');
    await truncate(fixture.path(), 0);
    expect((await rejection(fixture.open())).code).toBe('KEYS_VAULT_DAMAGED');
    await rm(fixture.path());
    expect((await rejection(fixture.open())).code).toBe('KEYS_VAULT_DAMAGED');
  });

  it('refuses rows that the journal does not know, and rows that differ from its own', async () => {
    const { before, after } = await written();
    await appendFile(fixture.path(), Uint8Array.of(1));
    expect((await rejection(fixture.open())).message).toContain('the journal does not know');
    const changed = new Uint8Array(after);
    changed[before.length + 30] = (changed[before.length + 30] ?? 0) ^ 0x55;
    await writeFile(fixture.path(), changed);
    expect((await rejection(fixture.open())).code).toBe('KEYS_VAULT_DAMAGED');
    // The journal has lost its end: the file knows more than it.
    await writeFile(fixture.path(), after);
    fixture.journal.rows.pop();
    expect((await rejection(fixture.open())).code).toBe('KEYS_VAULT_DAMAGED');
  });

  it('names the generation whose key is missing, and touches nothing', async () => {
    const { after } = await written();
    const keyStore = await fixture.keyStore();
    await keyStore.destroyVaultKey('0123456789abcdef', 1);
    const error = await rejection(fixture.open());
    expect(error).toMatchObject({ code: 'KEYS_MISSING' });
    expect(error.message).toContain('vault.1.json');
    expect(new Uint8Array(await readFile(fixture.path()))).toEqual(after);
  });

  it('makes file and directory for their owner alone', async () => {
    await (await fixture.open()).close();
    expect((await stat(fixture.path())).mode & 0o777).toBe(0o600);
    expect((await stat(fixture.directory)).mode & 0o777).toBe(0o700);
  });
});

describe('a walk through the scopes of a vault', () => {
  const withoutAlice = (vault: Vault): Promise<unknown> =>
    rotateVault(fixture, vault, ({ person }) => person !== 'alice');
  const persons = Array.from({ length: 1000 }, (_, n) => `person ${n}`);

  it('meets each committed secret once, in their order, some at a time', async () => {
    const vault = await fixture.open();
    expect(await vault.scopes(null)).toEqual([]);
    await fixture.commit(vault, ...persons);
    // It waits for its commit.
    await vault.findOrMint(tagsScope('nobody'));
    const met: string[] = [];
    let steps = 0;
    for (let place: ScopePlace | null = null; ; steps++) {
      const some: Awaited<ReturnType<Vault['scopes']>> = await vault.scopes(place);
      if (some === null || some.length === 0) break;
      // Any place is one to go on from, not the last of a step alone.
      const [first, ...others] = some;
      const again = await vault.scopes(first?.next ?? null);
      expect(again?.[0]).toEqual(others[0] ?? again?.[0]);
      met.push(...some.map(({ scope }) => scope.person));
      place = some.at(-1)?.next ?? null;
    }
    expect(met).toEqual(persons);
    expect(steps).toBeGreaterThan(2);
    await vault.close();
  });

  it('ends where the vault is rotated, whose places are others', async () => {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice', 'bob');
    await fixture.snapshot(vault);
    const [alice] = (await vault.scopes(null)) ?? [];
    await withoutAlice(vault);
    expect(await vault.scopes(alice?.next ?? null)).toBeNull();
    expect((await vault.scopes(null))?.map(({ scope }) => scope)).toEqual([tagsScope('bob')]);
    await vault.close();
  });

  it('says of a row what it is for, and of one that was destroyed nothing', async () => {
    const vault = await fixture.open();
    await fixture.commit(vault, 'alice', 'bob');
    await fixture.snapshot(vault);
    const alice = (await vault.findOrMint(tagsScope('alice'))).rowId;
    const bob = (await vault.findOrMint(tagsScope('bob'))).rowId;
    expect(await vault.scopeOfRow(alice)).toEqual(tagsScope('alice'));
    await withoutAlice(vault);
    expect(await vault.scopeOfRow(alice)).toBeNull();
    expect(await vault.scopeOfRow(bob)).toEqual(tagsScope('bob'));
    await vault.close();
  });
});

describe('a vault row', () => {
  const key = { generation: 3, key: new Uint8Array(32).fill(1) };
  const ref = { rowId: new Uint8Array(16).fill(2), secret: new Uint8Array(32).fill(3) };
  const text = scopeText(dataScope('customer-4711', 'kyc', '2026-11'));
  const row = (): Uint8Array => wrapRow({ ref, text }, key, fixture.random);

  it('opens under its key and generation, and in no other way', () => {
    expect(unwrapRow(row(), key)).toEqual({ ref, text });
    expect(failure(() => unwrapRow(row(), { ...key, generation: 4 })).code).toBe(
      'KEYS_VAULT_DAMAGED',
    );
    expect(failure(() => unwrapRow(row(), { ...key, key: new Uint8Array(32) })).code).toBe(
      'KEYS_VAULT_DAMAGED',
    );
  });

  it('is refused with any byte changed, cut, or lengthened, in one way', () => {
    const sound = row();
    for (let at = 0; at < sound.length; at++) {
      const changed = new Uint8Array(sound);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const expected = at === 0 ? 'KEYS_FORMAT_NEWER' : 'KEYS_VAULT_DAMAGED';
      expect(failure(() => unwrapRow(changed, key)).code).toBe(expected);
      expect(failure(() => unwrapRow(sound.subarray(0, at), key)).code).toBe('KEYS_VAULT_DAMAGED');
    }
    expect(() => unwrapRow(Uint8Array.of(...sound, 0), key)).toThrow('does not open');
  });

  it('does not tell whom it is about when it is refused', () => {
    const error = failure(() => unwrapRow(row().subarray(0, 80), key));
    expect(`${error.message}${String(error.cause)}`).not.toContain('customer');
  });
});

describe('docs/formats/vault.md', () => {
  it('shows values that come out', () => {
    const example = formatExample('vault');
    const hex = (name: string): Uint8Array => fromHex(example[name] ?? 'missing');
    const key = { generation: 1, key: hex('vault key') };
    const scope = example['scope'] ?? '';
    expect(unwrapRow(hex('row'), key)).toEqual({
      ref: { rowId: hex('row id'), secret: hex('secret') },
      text: scope,
    });
    const file = Buffer.concat([vaultHeader(1, null), encodeRows([hex('row')])]);
    expect(toHex(file)).toBe(example['file']);
    expect(String(file.length)).toBe(example['length']);
    expect(toHex(sha256(file).subarray(0, 8))).toBe(example['check']);
    const indexKeys = new VaultIndexKeys(key);
    expect(toHex(indexKeys.ofScope(scope))).toBe(example['index key of the scope']);
    expect(toHex(indexKeys.ofRow(hex('row id')))).toBe(example['index key of the row']);
    // Computed with Python's hmac.
    expect(toHex(searchKeyOf(key))).toBe(example['search key']);
  });
});
