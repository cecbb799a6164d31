import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeyRegistry } from '../../src/access/api-key-registry.js';
import type { KeyId } from '../../src/access/key-text.js';
import { DEFAULT_TENANT, type TenantName } from '../../src/access/tenant-name.js';
import { RandomPool } from '../../src/base/random.js';
import { accessMemory } from '../support/access-memory.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const directory = await temporaryDirectory();
const path = join(directory, 'access.json');
const clock = new FakeClock();
const random = new RandomPool();
const bank = 'bank' as TenantName;

let memory = accessMemory();
const open = (): Promise<ApiKeyRegistry> =>
  ApiKeyRegistry.open(directory, { clock, random, memory });
const bearer = (key: string): string => `Bearer ${key}`;

afterAll(() => removeDirectory(directory));

beforeEach(() => {
  rmSync(path, { force: true });
  memory = accessMemory();
});

describe('a key with an S3 credential', () => {
  it('is one after a restart, and others are not', async () => {
    const registry = await open();
    const { key } = await registry.create({ tenant: bank, role: 'writer', s3: true });
    const { key: other } = await registry.create({ tenant: bank, role: 'writer' });
    const again = await open();
    expect(again.find(key.id)).toEqual({ ...key, s3: true });
    expect(again.find(other.id)).not.toHaveProperty('s3');
    expect(again.find('ffffffffffff' as KeyId)).toBeNull();
  });
});

describe('authenticate', () => {
  it('knows whose key it is', async () => {
    const registry = await open();
    const { key, text } = await registry.create({
      tenant: bank,
      role: 'writer',
      author: 'branch-7',
    });
    expect(registry.authenticate(bearer(text))).toEqual({
      keyId: key.id,
      tenant: 'bank',
      role: 'writer',
      author: 'branch-7',
    });
  });

  it('names the key itself as author where no identity was granted', async () => {
    const registry = await open();
    const { key, text } = await registry.create({ tenant: bank, role: 'writer' });
    expect(registry.authenticate(bearer(text)).author).toBe(`key:${key.id}`);
  });

  it.each([
    undefined,
    '',
    'Basic abc',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    `Bearer ${'x'.repeat(300)}`,
  ])('says that %j is no key', async (header) => {
    const registry = await open();
    expect(() => registry.authenticate(header)).toThrow(
      expect.objectContaining({ code: 'ACCESS_KEY_MISSING' }),
    );
  });

  it('tells a wrong secret and a wrong id apart for nobody', async () => {
    const registry = await open();
    const { text } = await registry.create({ tenant: bank, role: 'writer' });
    const otherSecret = `${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`;
    const otherId = text.replace(/^cg_./, text[3] === '0' ? 'cg_1' : 'cg_0');
    const refusals = [otherSecret, otherId, 'some-other-text'].map((key) => {
      try {
        registry.authenticate(bearer(key));
        return null;
      } catch (error) {
        return error;
      }
    });
    const [first] = refusals;
    expect(first).toMatchObject({ code: 'ACCESS_KEY_UNKNOWN' });
    for (const refusal of refusals) expect(refusal).toEqual(first);
  });

  it('says that a key is revoked to its holder only', async () => {
    const registry = await open();
    await registry.create({ tenant: bank, role: 'admin' });
    const { key, text } = await registry.create({ tenant: bank, role: 'writer' });
    await registry.revoke(bank, key.id);
    expect(() => registry.authenticate(bearer(text))).toThrow(
      expect.objectContaining({ code: 'ACCESS_KEY_REVOKED' }),
    );
    expect(() => registry.authenticate(bearer(`${text.slice(0, 16)}${'A'.repeat(43)}`))).toThrow(
      expect.objectContaining({ code: 'ACCESS_KEY_UNKNOWN' }),
    );
  });
});

describe('the registry', () => {
  it('finds its keys again after a restart', async () => {
    const before = await open();
    const created = await before.create({ tenant: bank, role: 'reader', label: 'inspection desk' });
    const after = await open();
    expect(after.list(bank)).toEqual([created.key]);
    expect(after.authenticate(bearer(created.text)).keyId).toBe(created.key.id);
  });

  it('keeps no key and no secret in its file, which only its owner can read', async () => {
    const registry = await open();
    const { text } = await registry.create({ tenant: bank, role: 'admin' });
    expect(readFileSync(path, 'utf8')).not.toContain(text.slice(16));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('lists the keys of one tenant only', async () => {
    const registry = await open();
    await registry.create({ tenant: bank, role: 'admin' });
    expect(registry.list('other' as TenantName)).toEqual([]);
  });

  it('keeps every one of many keys made at the same time', async () => {
    const registry = await open();
    const created = await Promise.all(
      Array.from({ length: 20 }, () => registry.create({ tenant: bank, role: 'reader' })),
    );
    const again = await open();
    for (const { text } of created) expect(again.authenticate(bearer(text)).tenant).toBe('bank');
  });

  it('changes nothing if the file cannot be written, and goes on when it can', async () => {
    const registry = await ApiKeyRegistry.open(join(directory, 'missing'), {
      clock,
      random,
      memory,
    });
    await expect(registry.create({ tenant: bank, role: 'admin' })).rejects.toThrow();
    expect(registry.list(bank)).toEqual([]);
    await expect(registry.create({ tenant: bank, role: 'admin' })).rejects.toThrow();
  });
});

describe('revoke', () => {
  it('says when, and a second time changes nothing', async () => {
    const registry = await open();
    await registry.create({ tenant: bank, role: 'admin' });
    const { key } = await registry.create({ tenant: bank, role: 'writer' });
    const revoked = await registry.revoke(bank, key.id);
    clock.advance(1000);
    expect(await registry.revoke(bank, key.id)).toEqual(revoked);
    expect((await open()).list(bank)[1]).toEqual(revoked);
  });

  it("does not find another tenant's key", async () => {
    const registry = await open();
    const { key } = await registry.create({ tenant: bank, role: 'writer' });
    await expect(registry.revoke('other' as TenantName, key.id)).rejects.toMatchObject({
      code: 'ACCESS_KEY_NOT_FOUND',
    });
    await expect(registry.revoke(bank, '000000000000' as KeyId)).rejects.toMatchObject({
      code: 'ACCESS_KEY_NOT_FOUND',
    });
  });

  it('never takes away the last admin key, not even of two at the same time', async () => {
    const registry = await open();
    const first = await registry.create({ tenant: bank, role: 'admin' });
    const second = await registry.create({ tenant: bank, role: 'admin' });
    const results = await Promise.allSettled([
      registry.revoke(bank, first.key.id),
      registry.revoke(bank, second.key.id),
    ]);
    expect(results[0].status).toBe('fulfilled');
    expect(results[1]).toMatchObject({ reason: { code: 'ACCESS_LAST_ADMIN' } });
  });
});

describe('the first key', () => {
  it('is made once', async () => {
    const registry = await open();
    const first = await registry.createFirst(DEFAULT_TENANT);
    expect(first?.key.role).toBe('admin');
    expect(await registry.createFirst(DEFAULT_TENANT)).toBeNull();
    expect(await (await open()).createFirst(DEFAULT_TENANT)).toBeNull();
  });

  it('is the one the operator chose', async () => {
    const registry = await open();
    const chosen = 'correct.horse.battery.staple.0123456789';
    await registry.createFirst(DEFAULT_TENANT, chosen);
    const again = await open();
    expect(again.authenticate(bearer(chosen))).toMatchObject({ tenant: 'default', role: 'admin' });
    expect(readFileSync(path, 'utf8')).not.toContain(chosen);
  });

  it('is not made of a weak choice', async () => {
    const registry = await open();
    await expect(registry.createFirst(DEFAULT_TENANT, 'secret')).rejects.toMatchObject({
      code: 'ACCESS_ADMIN_KEY_WEAK',
    });
    expect(registry.isEmpty).toBe(true);
  });

  it('of another tenant is an admin key, and the only one from outside', async () => {
    const registry = await open();
    const { key } = await registry.found({ tenant: bank });
    expect(key.role).toBe('admin');
    await expect(registry.found({ tenant: bank })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

describe('access.json', () => {
  it('is reported at open whichever of its bytes is flipped', async () => {
    const registry = await open();
    await registry.create({ tenant: bank, role: 'admin', label: 'head office' });
    const good = readFileSync(path);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
      writeFileSync(path, bad);
      await expect(open()).rejects.toMatchObject({
        code: expect.stringMatching(/^ACCESS_(?:FILE_DAMAGED|FORMAT_NEWER)$/),
      });
    }
  });

  it('is reported at open wherever it is cut off, and if it is empty', async () => {
    const registry = await open();
    await registry.create({ tenant: bank, role: 'admin' });
    for (let size = statSync(path).size - 1; size >= 0; size -= 7) {
      truncateSync(path, size);
      await expect(open()).rejects.toMatchObject({ code: 'ACCESS_FILE_DAMAGED' });
    }
    truncateSync(path, 0);
    await expect(open()).rejects.toMatchObject({ code: 'ACCESS_FILE_DAMAGED' });
  });

  it('is missed, and an older one is known for one', async () => {
    const registry = await open();
    const { key } = await registry.create({ tenant: bank, role: 'admin' });
    await registry.create({ tenant: bank, role: 'admin' });
    const older = readFileSync(path);
    await registry.revoke(bank, key.id);
    writeFileSync(path, older);
    await expect(open()).rejects.toMatchObject({
      code: 'ACCESS_FILE_DAMAGED',
      message: expect.stringMatching(/change 2.*remembers 3.*restore --successor/),
    });
    rmSync(path);
    await expect(open()).rejects.toThrow('access.json is missing');
    await ApiKeyRegistry.accept(directory, memory);
    expect((await open()).isEmpty).toBe(true);
  });

  it('may be one change ahead of what is remembered, as a crash leaves it', async () => {
    const registry = await open();
    await registry.create({ tenant: bank, role: 'admin' });
    await memory.putAccessChanges(0);
    expect((await open()).list(bank)).toHaveLength(1);
    expect(await memory.accessChanges()).toBe(1);
  });

  it('of another node is refused', async () => {
    await (await open()).create({ tenant: bank, role: 'admin' });
    memory = { ...accessMemory(), nodeId: 'cd'.repeat(16) };
    await expect(open()).rejects.toThrow('of another node');
  });

  it('of a newer format is left alone, and both formats are named', async () => {
    writeFileSync(path, '{"$v":2,"members":[]}');
    await expect(open()).rejects.toMatchObject({
      code: 'ACCESS_FORMAT_NEWER',
      message: expect.stringMatching(/format 2.*reads 1/),
    });
  });
});
