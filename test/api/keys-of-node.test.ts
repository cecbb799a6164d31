/** The keys that a node signs, seals and opens with, as those see them who may: their public halves, and no secret. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { RandomPool } from '../../src/base/random.js';
import { parseInstant } from '../../src/base/time.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { parseEscrow } from '../../src/keys/escrow-file.js';
import { softwareSealSigner } from '../../src/keys/seal-signer.js';
import { sharedKeys } from '../../src/queries/keys-of-node.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { runCli } from '../cli/support/run-cli.js';
import { openRetentionNode, record, type RetentionNode } from '../retention/retention-node.js';
import { type HeldCeremony, holdCeremony } from '../support/ceremony.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  answer,
  createLedger,
  foundTenant,
  ledgerOf,
  newKey,
  problem,
} from './support/ledger-client.js';

interface KeyView extends JsonObject {
  readonly state: string;
  readonly development: boolean;
}

let root: string;
let ceremony: HeldCeremony;
let opened: RetentionNode;
let keyStore: DirectoryKeyStore;
beforeAll(async () => {
  root = await temporaryDirectory();
  ceremony = await holdCeremony(root);
  opened = await openRetentionNode(root, {
    ...{ recoveryKeys: ceremony.recoveryKeys, escrowDirectory: join(root, 'escrow') },
  });
  keyStore = await DirectoryKeyStore.openUnchanged({
    directory: join(root, 'data.keys'),
    dataDirectory: join(root, 'data'),
    random: new RandomPool(),
  });
  for (const n of [1, 2]) {
    await record(opened.node, { payload: { n } });
    await answer(opened.node.request('/v1/ledgers/kyc/rotate-key', { json: {} }));
  }
  await answer(opened.node.request('/v1/vault/rotation', { method: 'POST' }));
}, 60_000);
afterAll(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

const get = (path: string, key?: string): Promise<Response> =>
  opened.node.request(path, key === undefined ? {} : { key });
const keysOf = async (path: string, key?: string): Promise<readonly KeyView[]> =>
  (await answer<{ items: KeyView[] }>(get(path, key))).items;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the keys of a tenant', () => {
  it('are those of its logs, the old ones with the sizes up to which they signed', async () => {
    const { origin, verifierKey, size } = await ledgerOf(opened.node, 'kyc');
    const items = await keysOf('/v1/tenant-keys?kind=log');
    expect(items.map(({ ledger }) => ledger)).toEqual(['_access', 'kyc', 'kyc', 'kyc']);
    const [first, second, last] = items.slice(1);
    // The entry of a loss or handover is the first that the next key signs.
    expect(first).toMatchObject({ state: 'ended', since: { size: 0 }, until: { size: 2 } });
    expect(second).toMatchObject({ state: 'ended', since: { size: 2 }, until: { size: 4 } });
    expect(size).toBe(5);
    expect(last).toEqual({
      ...{ kind: 'log', state: 'active', development: false, ledger: 'kyc', origin },
      ...{ verifierKey, since: { size: 4 } },
    });
    expect(new Set([first, second, last].map((one) => one?.['verifierKey'])).size).toBe(3);
  });

  it('are the key of its vault, by the name that its escrow file has', async () => {
    const tenants = await readdir(join(root, 'escrow'));
    const files = await Promise.all(
      tenants.map(async (name) => parseEscrow(await readFile(join(root, 'escrow', name)))),
    );
    const own = files.find(({ tenantName }) => tenantName === 'default');
    expect(await keysOf('/v1/tenant-keys?kind=vault')).toEqual([
      {
        ...{ kind: 'vault', state: 'active', development: false },
        ...{ keyId: own?.keyId, since: { generation: 2 } },
      },
    ]);
  });

  it('are its recovery key, by the fingerprint that officers have', async () => {
    const { publicKey } = JSON.parse(
      await readFile(join(ceremony.recoveryKeys, 'recovery.json'), 'utf8'),
    ) as { publicKey: string };
    expect(await keysOf('/v1/tenant-keys?kind=recovery')).toMatchObject([
      {
        ...{ kind: 'recovery', state: 'active', development: false },
        fingerprint: sha256(Buffer.from(publicKey, 'base64')),
      },
    ]);
  });

  it('are its own alone, and of ledgers that whoever asks may know of', async () => {
    await createLedger(opened.node, 'board');
    await answer(
      opened.node.request('/v1/tenants/default', {
        ...{ method: 'PUT', json: { restrictedTypes: { 'test.Board': 'board' } } },
      }),
    );
    const ledgers = async (key?: string): Promise<unknown[]> => [
      ...new Set((await keysOf('/v1/tenant-keys?kind=log', key)).map(({ ledger }) => ledger)),
    ];
    expect(await ledgers()).toEqual(['_access', 'kyc']);
    const foreign = await foundTenant(opened.node, 'bank');
    expect(await ledgers(foreign)).toEqual(['_access']);
    expect(await keysOf('/v1/tenant-keys?kind=log', await newKey(opened.node, 'auditor'))).toEqual(
      await keysOf('/v1/tenant-keys?kind=log'),
    );
    await problem(get('/v1/node-keys?kind=log', foreign), 403);
  });

  it('come in pages', async () => {
    const all = await keysOf('/v1/tenant-keys?kind=log');
    const paged: KeyView[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: KeyView[]; cursor: string | null } = await answer(
        get(`/v1/tenant-keys?kind=log&limit=1${from}`),
      );
      paged.push(...page.items);
      ({ cursor } = page);
    }
    expect(paged).toEqual(all);
    const page = await answer<{ cursor: string }>(get('/v1/tenant-keys?kind=log&limit=1'));
    const cursor = encodeURIComponent(page.cursor);
    const other = get(`/v1/tenant-keys?kind=vault&cursor=${cursor}`);
    expect(await problem(other, 400)).toBe('CURSOR_INVALID');
  });

  it('are asked for by kind', async () => {
    for (const query of ['', '?kind=seal', '?kind=api', '?kind=log&more=1'])
      expect(await problem(get(`/v1/tenant-keys${query}`), 400)).toBe('REQUEST_INVALID');
  });
});

describe('the keys of the node', () => {
  it('are the seal, by the digest of its certificate, and the anchor key', async () => {
    const seal = await keyStore.sealKeys();
    const { notBefore, notAfter } = parseCertificate(seal?.certificate ?? new Uint8Array());
    expect(await keysOf('/v1/node-keys?kind=seal')).toEqual([
      {
        ...{ kind: 'seal', state: 'active', development: true },
        fingerprint: sha256(seal?.certificate ?? new Uint8Array()),
        since: { at: new Date(notBefore).toISOString() },
        until: { at: new Date(notAfter).toISOString() },
      },
    ]);
    const anchor = await keyStore.anchorKey();
    const { publicKey } = softwareAnchorSigner(anchor?.secret ?? new Uint8Array());
    expect(await keysOf('/v1/node-keys?kind=anchor')).toEqual([
      {
        ...{ kind: 'anchor', state: 'active', development: true, heldBy: 'software' },
        ...{ publicKey: Buffer.from(publicKey).toString('hex'), fingerprint: sha256(publicKey) },
      },
    ]);
  });

  it('are those of its own tenant, too', async () => {
    const [epochs, ...others] = await keysOf('/v1/node-keys?kind=log');
    expect(others).toEqual([]);
    expect(epochs).toMatchObject({ ledger: 'epochs', state: 'active', since: { size: 0 } });
    expect(await keysOf('/v1/node-keys?kind=vault')).toMatchObject([{ since: { generation: 1 } }]);
    expect(await keysOf('/v1/node-keys?kind=recovery')).toMatchObject([{ development: false }]);
  });

  it('say when a certificate is not valid yet or any more, and what a token that is away does not do', async () => {
    const keys = await keyStore.sealKeys();
    if (keys === null) throw new Error('the node has no seal');
    const { certificate, chain, privateKey } = keys;
    const seal = softwareSealSigner({
      certificate,
      chain: chain.slice(0, -1),
      privateKeyPkcs8: privateKey,
    });
    const publicKey = new Uint8Array(33);
    const signer = { kind: 'pkcs11', publicKey, failure: 'KEYS_TOKEN_UNUSABLE' } as const;
    const shared = { seal, anchor: { signer, isDevelopment: false } };
    const stateAt = (instant: string): unknown =>
      sharedKeys(shared, 'seal', parseInstant(instant))[0]?.said.state;
    expect(stateAt('2000-01-01T00:00:00.000Z')).toBe('waiting');
    expect(stateAt('2200-01-01T00:00:00.000Z')).toBe('ended');
    expect(sharedKeys(shared, 'anchor', parseInstant('2026-01-01T00:00:00.000Z'))).toMatchObject([
      { said: { state: 'unusable', heldBy: 'pkcs11' } },
    ]);
    expect(
      sharedKeys({ ...shared, seal: null }, 'seal', parseInstant('2026-01-01T00:00:00.000Z')),
    ).toEqual([]);
  });
});

it('no list has anything of a secret in it', async () => {
  const secrets: string[] = [];
  for (const name of await readdir(join(root, 'data.keys')))
    for (const [, text = ''] of (await readFile(join(root, 'data.keys', name), 'utf8')).matchAll(
      /"(?:root|key|core|note|seed|secret|privateKey)":"([^"]{40,})"/g,
    )) {
      const bytes = Buffer.from(text, 'base64');
      secrets.push(text, bytes.toString('hex'), bytes.toString('base64url'));
    }
  expect(secrets.length).toBeGreaterThan(30);
  const kinds = ['log', 'vault', 'recovery'];
  const paths = [
    ...kinds.map((kind) => `/v1/tenant-keys?kind=${kind}`),
    ...[...kinds, 'seal', 'anchor'].map((kind) => `/v1/node-keys?kind=${kind}`),
  ];
  for (const path of paths) {
    const text = await (await get(path)).text();
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }
});

describe('chirograph keys list --kind', () => {
  const list = (...argv: readonly string[]): ReturnType<typeof runCli> =>
    runCli([
      ...['keys', 'list', ...argv],
      ...['--url', opened.node.service.url, '--key', opened.node.adminKey],
    ]);

  it('prints a line a key', async () => {
    const logs = await list('--kind', 'log');
    expect(logs).toMatchObject({ code: 0, stderr: '' });
    expect(logs.stdout).toMatch(
      /^ended {5}kyc {2}test\.example\S+ {2}since size 0 {2}until size 2$/m,
    );
    expect(logs.stdout).toMatch(/^active {4}kyc {2}\S+ {2}since size 4$/m);
    expect((await list('--kind', 'vault')).stdout).toMatch(
      /^active {4}[0-9a-f]{32} {2}since generation 2\n$/,
    );
    expect((await list('--kind', 'recovery')).stdout).toMatch(/^active {4}[0-9a-f]{64}\n$/);
    expect((await list('--kind', 'seal')).stdout).toMatch(
      /^active {4}[0-9a-f]{64} {2}since \S+Z {2}until \S+Z {2}development\n$/,
    );
    expect((await list('--kind', 'anchor')).stdout).toMatch(
      /^active {4}[0-9a-f]{64} {2}development\n$/,
    );
    expect((await list('--kind', 'log', '--node')).stdout).toMatch(/^active {4}epochs /);
    expect(JSON.parse((await list('--kind', 'log', '--json')).stdout)).toEqual({
      items: await keysOf('/v1/tenant-keys?kind=log'),
    });
  });

  it('lists API keys unless told', async () => {
    expect((await list()).stdout).toMatch(/^[0-9a-f]{12} {2}admin/);
    expect((await list('--kind', 'api')).stdout).toEqual((await list()).stdout);
  });

  it('takes no kind that there is none of, nor --node with what is shared anyway', async () => {
    for (const argv of [['--kind', 'other'], ['--kind', 'seal', '--node'], ['--node']])
      expect((await list(...argv)).code).toBe(2);
  });
});
