import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CliResult, runCli } from './cli/support/run-cli.js';
import { type HeldCeremony, holdCeremony } from './support/ceremony.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

let root: string;
let ceremony: HeldCeremony;
let escrow: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  ceremony = await holdCeremony(root);
  escrow = join(root, 'escrow');
});
afterEach(() => removeDirectory(root));

const open = (adminKey?: string): Promise<TestService> =>
  openTestService(
    root,
    { recoveryKeys: ceremony.recoveryKeys, escrowDirectory: escrow },
    adminKey,
  );

async function record({ request }: TestService, subject: string): Promise<string> {
  const json = { type: 'tradle.Residence', subject, payload: { city: 'Zürich' } };
  const response = await request('/v1/ledgers/kyc/records', { json });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

const escrowFiles = async (): Promise<string[]> =>
  (await readdir(escrow)).sort().map((name) => join(escrow, name));

function restore(...argv: readonly string[]): Promise<CliResult> {
  const places = ['--data', join(root, 'data'), '--keys', join(root, 'data.keys')];
  return runCli(['keys', 'restore', ...places, '--cause', 'the key store burnt', ...argv]);
}

const given = (option: string, values: readonly string[]): readonly string[] =>
  values.flatMap((value) => [option, value]);

/** A node with records, a rotation behind it, and no key store any more. */
async function lostKeys(): Promise<{ adminKey: string; ids: string[]; old: string[] }> {
  const node = await open();
  const { adminKey } = node;
  await node.request('/v1/ledgers', { json: { name: 'kyc' } });
  const before = await record(node, 'customer-1');
  const kept = join(root, 'kept');
  await mkdir(kept);
  for (const file of await escrowFiles()) await copyFile(file, file.replace(escrow, kept));
  const rotated = await node.request('/v1/vault/rotation', { method: 'POST' });
  expect(await rotated.json()).toEqual({ generation: 2 });
  const after = await record(node, 'customer-2');
  await node.service.close();
  await rm(join(root, 'data.keys'), { recursive: true });
  const old = (await readdir(kept)).map((name) => join(kept, name));
  return { adminKey, ids: [before, after], old };
}

describe('a key store that was lost', () => {
  it('is made again from shares and escrow: everything opens, and the node goes on', async () => {
    const { adminKey, ids } = await lostKeys();
    const [first = '', , third = ''] = ceremony.shares;
    const restored = await restore(
      ...given('--escrow', await escrowFiles()),
      ...given('--share', [third, first]),
    );
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(/goes on as test\.example\/[0-9a-f]{16}\/kyc\/2/);
    const node = await open(adminKey);
    const { request } = node;
    const origins = (await (await request('/v1/ledgers/kyc')).json()) as {
      logs: { origin: string }[];
    };
    const [old = ''] = origins.logs.map(({ origin }) => origin);
    for (const [at, id] of ids.entries()) {
      const path = `/v1/ledgers/kyc/records/${id}?origin=${encodeURIComponent(old)}`;
      const response = await request(path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(await response.json()).toMatchObject({
        subject: `customer-${at + 1}`,
        payload: { city: 'Zürich' },
      });
    }
    const next = await record(node, 'customer-1');
    await request('/v1/anchors', { method: 'POST' });
    const evidence = await request(`/v1/ledgers/kyc/records/${next}/evidence`);
    expect(evidence.status).toBe(200);
    const report = await request('/v1/verify', { json: await evidence.json() });
    expect(await report.json()).toMatchObject({ verdict: 'verified' });
    const access = await request('/v1/access?limit=1000');
    expect(JSON.stringify(await access.json())).toContain('keys:restore');
    await node.service.close();
    expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
  });
});
