import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sha256Digest, TreeSize } from '../../src/base/brand.js';
import { toHex, utf8, utf8ToString } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { RandomPool } from '../../src/base/random.js';
import { formatStoredJson } from '../../src/base/stored-json.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import type { GroupPromise } from '../../src/keys/key-store.js';
import { rejection } from '../support/errors.js';
import { FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const HANDLE = '0123456789abcdef';
let root: string;
let keys: string;
let data: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  keys = join(root, 'data.keys');
  data = join(root, 'data');
  await mkdir(data);
});
afterEach(() => removeDirectory(root));

describe('DirectoryKeyStore', () => {
  it('makes its directory for its owner alone, and every file in it', async () => {
    const store = await open();
    await store.createTenant(HANDLE, null);
    await store.createLogKeys(HANDLE);
    expect((await stat(keys)).mode & 0o777).toBe(0o700);
    const names = await readdir(keys);
    expect(names.sort()).toEqual([
      `log.${HANDLE}.json`,
      'node.json',
      `tenant.${HANDLE}.recovery.json`,
      `tenant.${HANDLE}.root.json`,
      `tenant.${HANDLE}.vault.1.json`,
    ]);
    for (const name of names) expect((await stat(join(keys, name))).mode & 0o777).toBe(0o600);
  });

  it('keeps of keys of a log that were handed over their public halves alone', async () => {
    const store = await open();
    const { core, note } = await store.createLogKeys(HANDLE);
    const [secret, signature] = [Uint8Array.from(core.secretKey), note.sign(utf8('once'))];
    expect(signature).toHaveLength(64);
    await store.destroyLogKeys(HANDLE);
    await store.destroyLogKeys(HANDLE);
    const names = (await readdir(keys)).filter((name) => name.startsWith('log.'));
    expect(names).toEqual([`log.${HANDLE}.ended.json`]);
    const text = await readFile(join(keys, names[0] ?? ''), 'utf8');
    expect(text).not.toContain(Buffer.from(secret.subarray(0, 32)).toString('base64'));
    const ended = await (await open()).logKeys(HANDLE);
    expect(ended).toMatchObject({ isLost: true });
    expect([toHex(ended.core.publicKey), toHex(ended.note.publicKey)]).toEqual([
      toHex(core.publicKey),
      toHex(note.publicKey),
    ]);
    expect(() => ended.core.secretKey).toThrow(expect.objectContaining({ code: 'KEYS_MISSING' }));
    expect(() => ended.note.sign(utf8('x'))).toThrow(
      expect.objectContaining({ code: 'KEYS_MISSING' }),
    );
    // Keys that never were are missing, and so are those of which nothing can be read: those go all the same.
    const damaged = 'fedcba9876543210';
    expect(await rejection(store.logKeys(damaged))).toMatchObject({ code: 'KEYS_MISSING' });
    await store.createLogKeys(damaged);
    await writeFile(join(keys, `log.${damaged}.json`), 'what a disk left');
    await store.destroyLogKeys(damaged);
    expect(await rejection(store.logKeys(damaged))).toMatchObject({ code: 'KEYS_MISSING' });
  });

  it('gives back after a reopening what it made', async () => {
    const first = await open();
    await first.createTenant(HANDLE, null);
    const log = await first.createLogKeys(HANDLE);
    const seal = {
      certificate: utf8('certificate'),
      chain: [utf8('issuer'), utf8('root')],
      privateKey: utf8('key'),
      isDevelopment: true,
    };
    const anchor = { secret: new Uint8Array(32).fill(3), isDevelopment: false };
    const authority = {
      caCertificate: utf8('root'),
      caPrivateKey: utf8("the root's key"),
      timeStampCertificate: utf8('clock'),
      timeStampPrivateKey: utf8("the clock's key"),
    };
    const rootHash = new Uint8Array(32).fill(4) as Sha256Digest;
    const mark = { run: 2, epochs: { size: 3 as TreeSize, rootHash } };
    await first.putSealKeys(seal);
    await first.putAnchorKey(anchor);
    await first.putMark(mark);
    await first.putDevelopmentAuthority(authority);

    const again = await open();
    expect(again.nodeId).toBe(first.nodeId);
    expect(await again.tenantRoot(HANDLE)).toEqual(await first.tenantRoot(HANDLE));
    expect(await again.vaultKey(HANDLE, 1)).toEqual(await first.vaultKey(HANDLE, 1));
    expect((await again.recoveryKey(HANDLE)).publicKey).toEqual(
      (await first.recoveryKey(HANDLE)).publicKey,
    );
    const reopened = await again.logKeys(HANDLE);
    expect(reopened.core).toEqual(log.core);
    expect(reopened.note.publicKey).toEqual(log.note.publicKey);
    expect(reopened.note.sign(utf8('x'))).toEqual(log.note.sign(utf8('x')));
    expect(await again.sealKeys()).toEqual(seal);
    expect(await again.anchorKey()).toEqual(anchor);
    expect(await again.developmentAuthority()).toEqual(authority);
    expect(await again.mark()).toEqual(mark);
  });

  it('has no seal, authority, anchor and mark before it is given them', async () => {
    const store = await open();
    expect([
      await store.sealKeys(),
      await store.developmentAuthority(),
      await store.anchorKey(),
      await store.replicationKeys(),
      await store.mark(),
    ]).toEqual([null, null, null, null, null]);
  });

  it('makes no two keys alike', async () => {
    const store = await open();
    await store.createTenant(HANDLE, null);
    await store.createTenant('fedcba9876543210', null);
    const made = [
      await store.tenantRoot(HANDLE),
      await store.vaultKey(HANDLE, 1),
      (await store.recoveryKey(HANDLE)).publicKey,
      await store.tenantRoot('fedcba9876543210'),
      await store.vaultKey('fedcba9876543210', 1),
    ];
    expect(new Set(made.map(toHex)).size).toBe(made.length);
  });

  it('lists, makes and destroys generations of a vault key', async () => {
    const store = await open();
    await store.createTenant(HANDLE, null);
    for (let generation = 2; generation <= 11; generation++)
      await store.createVaultKey(HANDLE, generation);
    await store.destroyVaultKey(HANDLE, 1);
    expect(await store.vaultGenerations(HANDLE)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await store.vaultGenerations('0')).toEqual([]);
    expect((await rejection(store.vaultKey(HANDLE, 1))).code).toBe('KEYS_MISSING');
  });

  it('overwrites a destroyed key where it lies before it removes it', async () => {
    await (await open()).createTenant(HANDLE, null);
    const path = join(keys, `tenant.${HANDLE}.vault.1.json`);
    const { ino, size } = await stat(path);
    const before = await readFile(path);
    // The power goes after the overwriting.
    const steps = new FaultyFiles();
    await open(steps);
    const store = await open(new FaultyFiles(steps.steps.length, 'after'));
    await expect(store.destroyVaultKey(HANDLE, 1)).rejects.toThrow(PowerCut);
    const after = await stat(path);
    expect([after.ino, after.size]).toEqual([ino, size]);
    expect((await readFile(path)).equals(before)).toBe(false);
    const again = await open();
    expect((await rejection(again.vaultKey(HANDLE, 1))).code).toBe('KEYS_FILE_DAMAGED');
    await again.destroyVaultKey(HANDLE, 1);
    expect(await again.vaultGenerations(HANDLE)).toEqual([]);
  });

  it('does not make a key over one that is there', async () => {
    const store = await open();
    await store.createTenant(HANDLE, null);
    const before = await store.tenantRoot(HANDLE);
    expect((await rejection(store.createVaultKey(HANDLE, 1))).code).toBe('KEYS_EXISTS');
    expect((await rejection(store.createTenant(HANDLE, null))).code).toBe('KEYS_EXISTS');
    expect(await store.tenantRoot(HANDLE)).toEqual(before);
  });

  it('names the file that is missing, and no more than its name', async () => {
    const store = await open();
    for (const [ask, file] of [
      [() => store.tenantRoot(HANDLE), `tenant.${HANDLE}.root.json`],
      [() => store.vaultKey(HANDLE, 7), `tenant.${HANDLE}.vault.7.json`],
      [() => store.recoveryKey(HANDLE), `tenant.${HANDLE}.recovery.json`],
      [() => store.logKeys(HANDLE), `log.${HANDLE}.json`],
    ] as const) {
      const error = await rejection(ask());
      expect(error.code).toBe('KEYS_MISSING');
      expect(error.message).toContain(file);
      expect(error.message).not.toContain(root);
    }
  });

  it('refuses handles that lead elsewhere', async () => {
    const store = await open();
    for (const handle of ['../x', 'a/b', '', 'A', 'a.b', 'x'.repeat(65)])
      await expect(store.tenantRoot(handle)).rejects.toThrow('a handle is');
  });
});

describe('the keys of replication', () => {
  it('are made once, and are the same ever after', async () => {
    const made = await (await open()).beginReplicationKeys();
    const store = await open();
    for (const keys of [await store.beginReplicationKeys(), await store.replicationKeys()]) {
      expect(keys?.link).toEqual(made.link);
      expect(keys?.receipt.publicKey).toEqual(made.receipt.publicKey);
      expect(keys?.receipt.sign(utf8('x'))).toEqual(made.receipt.sign(utf8('x')));
    }
    expect(toHex(made.link.publicKey)).not.toBe(toHex(made.receipt.publicKey));
  });

  it('are not begun anew where they were lost or damaged', async () => {
    const path = join(keys, 'replication.json');
    await (await open()).beginReplicationKeys();
    await writeFile(path, '{}', { mode: 0o600 });
    expect((await rejection((await open()).beginReplicationKeys())).code).toBe('KEYS_FILE_DAMAGED');
    await rm(path);
    const error = await rejection((await open()).beginReplicationKeys());
    expect(error.code).toBe('KEYS_MISSING');
    expect(error.message).toContain('replication.json');
  });

  it('are the first ones, and missed when they are lost, wherever the power went', async () => {
    const dry = new FaultyFiles();
    await (await open(dry)).beginReplicationKeys();
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < dry.steps.length; step++) {
        await removeDirectory(keys);
        const cut = open(new FaultyFiles(step, fault)).then((one) => one.beginReplicationKeys());
        await expect(cut).rejects.toThrow();
        const written = await (await open()).replicationKeys();
        const begun = await (await open()).beginReplicationKeys();
        if (written !== null) expect(begun.link).toEqual(written.link);
        expect((await (await open()).replicationKeys())?.link).toEqual(begun.link);
        await rm(join(keys, 'replication.json'));
        expect((await rejection((await open()).beginReplicationKeys())).code).toBe('KEYS_MISSING');
      }
  });
});

describe('a key file', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const stored = (content: JsonObject, place = `tenant.${HANDLE}.root.json`): string =>
    utf8ToString(formatStoredJson(place, content));

  it.each([
    ['', 'KEYS_FILE_DAMAGED'],
    ['{', 'KEYS_FILE_DAMAGED'],
    ['[]', 'KEYS_FILE_DAMAGED'],
    [`{"$v":1}`, 'KEYS_FILE_DAMAGED'],
    [stored({}), 'KEYS_FILE_DAMAGED'],
    [stored({ root: key, x: 1 }), 'KEYS_FILE_DAMAGED'],
    [stored({ root: key.slice(4) }), 'KEYS_FILE_DAMAGED'],
    [`${stored({ root: key })}\n`, 'KEYS_FILE_DAMAGED'],
    [stored({ root: key }, 'log.x.json'), 'KEYS_FILE_DAMAGED'],
    [`{"$v":1,"root":"${key}"}`, 'KEYS_FILE_DAMAGED'],
    [`{"root":"${key}","$v":1}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":0,"root":"${key}"}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":2,"root":"${key}"}`, 'KEYS_FORMAT_NEWER'],
    [`{"$v":1,"root":"${key}"}`.padEnd(300_000), 'KEYS_FILE_DAMAGED'],
  ])('of %#: is refused by its name and without its content', async (text, code) => {
    const store = await open();
    await writeFile(join(keys, `tenant.${HANDLE}.root.json`), text, { mode: 0o600 });
    const error = await rejection(store.tenantRoot(HANDLE));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`tenant.${HANDLE}.root.json`);
    expect(`${error.message}${String(error.cause)}`).not.toContain(key.slice(0, 8));
  });

  it('of another generation than its name says is refused', async () => {
    const store = await open();
    const file = `tenant.${HANDLE}.vault.1.json`;
    await writeFile(join(keys, file), stored({ generation: 2, key }, file), { mode: 0o600 });
    expect((await rejection(store.vaultKey(HANDLE, 1))).code).toBe('KEYS_FILE_DAMAGED');
  });

  it('is refused whichever of its bytes is flipped', async () => {
    const store = await open();
    await store.createTenant(HANDLE, null);
    const path = join(keys, `tenant.${HANDLE}.root.json`);
    const good = await readFile(path);
    for (let at = 0; at < good.length; at++) {
      await writeFile(
        path,
        Uint8Array.from(good, (byte, place) => (place === at ? byte ^ 1 : byte)),
      );
      expect((await rejection(store.tenantRoot(HANDLE))).code).toMatch(/^KEYS_(FILE|FORMAT)_/);
    }
  });

  it.each([
    'mark.json',
    'seal.json',
    'anchor.json',
    'access-mark.json',
    'development-authority.json',
    'replication.json',
  ])('of another node does not pass for this one’s %s', async (file) => {
    await open();
    const content = { nodeId: 'cd'.repeat(16), run: 1, epochs: null };
    await writeFile(join(keys, file), formatStoredJson(file, content), { mode: 0o600 });
    const store = await open();
    const reads = [
      store.mark(),
      store.sealKeys(),
      store.anchorKey(),
      store.accessChanges(),
      store.developmentAuthority(),
      store.replicationKeys(),
    ];
    const refused = (await Promise.allSettled(reads)).filter((one) => one.status === 'rejected');
    expect(String(refused[0]?.reason)).toContain(`${file} is of another node`);
    expect(refused).toHaveLength(1);
  });
});

describe('opening a key store', () => {
  it('refuses a directory that others can read', async () => {
    await open();
    for (const mode of [0o750, 0o705, 0o701, 0o770]) {
      await chmod(keys, mode);
      const error = await rejection(open());
      expect(error.code).toBe('KEYS_STORE_UNSAFE');
      expect(error.message).toContain('0700');
    }
  });

  it('refuses a file that others can read, and names it', async () => {
    await (await open()).createTenant(HANDLE, null);
    await chmod(join(keys, `tenant.${HANDLE}.root.json`), 0o640);
    const error = await rejection(open());
    expect(error.code).toBe('KEYS_STORE_UNSAFE');
    expect(error.message).toContain(`tenant.${HANDLE}.root.json`);
  });

  it('refuses to lie in the data directory, however it gets there', async () => {
    await symlink(data, join(root, 'link'));
    for (const inside of [data, join(data, 'keys'), join(root, 'link', 'more', 'keys')]) {
      keys = inside;
      await chmod(data, 0o700);
      expect((await rejection(open())).message).toContain('lies in the data directory');
    }
  });

  it('lies beside a data directory whose name it begins with', async () => {
    keys = `${data}-keys`;
    await expect(open()).resolves.toBeDefined();
  });

  it('refuses a path that is a loop of links, or no directory', async () => {
    await symlink(join(root, 'b'), join(root, 'a'));
    await symlink(join(root, 'a'), join(root, 'b'));
    await writeFile(join(root, 'file'), '');
    for (const path of ['a', 'file', join('file', 'keys')]) {
      keys = join(root, path);
      expect((await rejection(open())).code).toBe('KEYS_STORE_UNSAFE');
    }
  });

  it('removes what a crash left of a write', async () => {
    await open();
    await writeFile(join(keys, 'mark.json.tmp'), '{', { mode: 0o644 });
    await open();
    expect(await readdir(keys)).toEqual(['node.json']);
  });

  it('does not take a new name where the old one was lost', async () => {
    await (await open()).createTenant(HANDLE, null);
    await writeFile(join(keys, 'node.json'), '{}');
    expect((await rejection(open())).code).toBe('KEYS_FILE_DAMAGED');
    await rm(join(keys, 'node.json'));
    expect((await rejection(open())).code).toBe('KEYS_MISSING');
  });

  it('makes no new keys for data that have lost theirs', async () => {
    await mkdir(join(data, 'journal'));
    const error = await rejection(open());
    expect(error.code).toBe('KEYS_MISSING');
    expect(error.message).toContain('restore the key store');
    expect(await readdir(keys)).toEqual([]);
  });

  it('finds old keys or new ones, whole, wherever the power went', async () => {
    const dry = new FaultyFiles();
    await (await open(dry)).createTenant(HANDLE, null);
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < dry.steps.length; step++) {
        await removeDirectory(keys);
        const make = async (): Promise<void> => {
          await (await open(new FaultyFiles(step, fault))).createTenant(HANDLE, null);
        };
        // At the very first steps it is the opening that fails, and says so in its own way.
        await expect(make()).rejects.toThrow();
        const store = await open();
        const names = await readdir(keys);
        expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
        if (names.includes(`tenant.${HANDLE}.root.json`)) {
          expect(await store.tenantRoot(HANDLE)).toHaveLength(32);
          expect(await store.vaultKey(HANDLE, 1)).toHaveLength(32);
          expect((await store.recoveryKey(HANDLE)).publicKey).toHaveLength(32);
        }
      }
  });
});

async function open(files?: DurableFileSystem): Promise<DirectoryKeyStore> {
  const random = new RandomPool();
  return DirectoryKeyStore.open({
    directory: keys,
    dataDirectory: data,
    random,
    ...(files !== undefined && { files }),
  });
}

describe('what a node has promised', () => {
  const LOG = 'log.example/acme/kyc';
  const promise = (number: number): GroupPromise => ({
    ...{ promised: { node: 'ab'.repeat(32) as HexDigest, number }, memory: 'whole', run: 3 },
  });

  it('is of one log, and the last that was written', async () => {
    const store = await open();
    expect(await store.groupPromise(LOG)).toBeNull();
    await store.putGroupPromise(LOG, { promised: null, memory: 'behind', run: 1 });
    expect(await store.groupPromise(LOG)).toEqual({ promised: null, memory: 'behind', run: 1 });
    await store.putGroupPromise(LOG, promise(7));
    const again = await open();
    expect(await again.groupPromise(LOG)).toEqual(promise(7));
    expect(await again.groupPromise('log.example/acme/other')).toBeNull();
    expect(await again.problems()).toEqual([]);
  });

  it('is the one before or the one that was written, wherever the power went', async () => {
    await (await open()).putGroupPromise(LOG, promise(1));
    const dry = new FaultyFiles();
    const store = await open(dry);
    const before = dry.steps.length;
    await store.putGroupPromise(LOG, promise(2));
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = before; step < dry.steps.length; step++) {
        await (await open()).putGroupPromise(LOG, promise(1));
        const cut = open(new FaultyFiles(step, fault)).then((one) =>
          one.putGroupPromise(LOG, promise(2)),
        );
        await expect(cut).rejects.toThrow();
        expect([1, 2]).toContain((await (await open()).groupPromise(LOG))?.promised?.number);
      }
  });

  it('is doubted of every log at once, wherever the power went, and stays what it was', async () => {
    const OTHER = 'log.example/acme/other';
    const NONE = { promised: null, memory: 'whole', run: 3 } as const;
    const begin = async (files?: DurableFileSystem): Promise<DirectoryKeyStore> => {
      const store = await open();
      await store.putGroupPromise(LOG, promise(1));
      await store.putGroupPromise(OTHER, promise(2));
      // Who never promised anything has nothing to forget.
      await store.putGroupPromise('log.example/acme/third', NONE);
      return open(files);
    };
    const dry = new FaultyFiles();
    const store = await begin(dry);
    const before = dry.steps.length;
    await store.doubtGroupPromises();
    expect(dry.steps.length).toBeGreaterThan(before);
    for (let step = before; step < dry.steps.length; step++) {
      const cut = await begin(new FaultyFiles(step, 'torn'));
      await expect(cut.doubtGroupPromises()).rejects.toThrow();
      const again = await open();
      await again.doubtGroupPromises();
      expect(await again.groupPromise(LOG)).toEqual({ ...promise(1), memory: 'behind' });
      expect(await again.groupPromise(OTHER)).toEqual({ ...promise(2), memory: 'behind' });
      expect(await again.groupPromise('log.example/acme/third')).toEqual(NONE);
    }
  });

  it('is not taken from another log, another node or a damaged file', async () => {
    await (await open()).putGroupPromise(LOG, promise(1));
    const [file = ''] = (await readdir(keys)).filter((name) => name.startsWith('group.'));
    const content = { memory: 'whole', run: 1, nodeId: 'cd'.repeat(16), origin: LOG };
    for (const other of [
      formatStoredJson(file, content),
      formatStoredJson(file, { ...content, nodeId: (await open()).nodeId, origin: 'another' }),
      formatStoredJson(file, { ...content, nodeId: (await open()).nodeId, memory: 'some' }),
      utf8('{}'),
    ]) {
      await writeFile(join(keys, file), other, { mode: 0o600 });
      expect((await rejection((await open()).groupPromise(LOG))).code).toBe('KEYS_FILE_DAMAGED');
    }
  });
});
