import { copyFile, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChirographError } from '../src/base/errors.js';
import { RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { readEscrowFiles, readShares } from '../src/cli/recovery-files.js';
import { combineAllShares } from '../src/keys/recovery-key.js';
import { restoreKeys } from '../src/restore-keys.js';
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
  openTestService(root, { recoveryKeys: ceremony.recoveryKeys, escrowDirectory: escrow }, adminKey);

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

/** The code that a try to restore ends with. */
async function refusal(argv: readonly string[]): Promise<string> {
  const optionsOf = (name: string): string[] =>
    argv.filter((_, at) => at > 0 && argv[at - 1] === name);
  try {
    const shares = await readShares(optionsOf('--share'));
    const escrowed = await readEscrowFiles(optionsOf('--escrow'));
    await restoreKeys({
      dataDirectory: join(root, 'data'),
      directory: join(root, 'data.keys'),
      recoveryKeys: await combineAllShares(shares),
      escrowFiles: escrowed,
      clock: systemClock,
      random: new RandomPool(),
      cause: 'the key store burnt',
      isWhole: false,
    });
    return 'none';
  } catch (error) {
    return error instanceof ChirographError ? String(error.code) : String(error);
  }
}

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
    const listed = (await (await request('/v1/tenant-keys?kind=log')).json()) as {
      items: { ledger: string }[];
    };
    expect(listed.items.filter(({ ledger }) => ledger === 'kyc')).toMatchObject([
      { state: 'lost', origin: old, since: { size: 0 } },
      { state: 'active', origin: `${old}/2` },
    ]);
    for (const [at, id] of ids.entries()) {
      const subject = `customer-${at + 1}`;
      const query = new URLSearchParams({ origin: old, subject });
      const response = await request(`/v1/ledgers/kyc/records?${query.toString()}`);
      expect(await response.json()).toMatchObject({
        origin: old,
        items: [{ id, subject, payload: { city: 'Zürich' } }],
      });
    }
    const next = await record(node, 'customer-1');
    await request('/v1/anchors', { method: 'POST' });
    const evidence = await request(`/v1/ledgers/kyc/records/${next}/evidence`);
    expect(evidence.status).toBe(200);
    const report = await request('/v1/verify', { json: await evidence.json() });
    expect(await report.json()).toMatchObject({ result: 'verified' });
    const access = await request('/v1/access?limit=1000');
    expect(JSON.stringify(await access.json())).toContain('keys:restore');
    await node.service.close();
    expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
  });

  it('says of each thing that is wrong what it is, and makes nothing', async () => {
    const { old } = await lostKeys();
    const other = await holdCeremony(root, { name: 'other' });
    const [first = '', second = ''] = ceremony.shares;
    const whole = given('--share', [first, second]);
    const files = await escrowFiles();
    const good = given('--escrow', files);
    const tries: readonly (readonly [string, readonly string[]])[] = [
      ['RECOVERY_SHARES_MIXED', [...good, ...given('--share', [first, other.shares[1] ?? ''])]],
      ['RECOVERY_SHARES_TOO_FEW', [...good, ...given('--share', [first])]],
      ['RECOVERY_SHARE_TWICE', [...good, ...given('--share', [first, first])]],
      ['RECOVERY_SHARE_DAMAGED', [...good, ...given('--share', [first, files[0] ?? ''])]],
      ['ESCROW_DAMAGED', ['--escrow', first, ...whole]],
      ['ESCROW_FOREIGN', [...good, ...given('--share', other.shares)]],
      ['ESCROW_OLD', [...given('--escrow', old), ...whole]],
      ['ESCROW_MISSING', [...given('--escrow', files.slice(0, 1)), ...whole]],
    ];
    for (const [code, argv] of tries) {
      const { code: end, stdout } = await restore(...argv);
      expect([code, end, stdout]).toEqual([code, 2, '']);
      await expect(refusal(argv)).resolves.toBe(code);
    }
    expect(await readdir(root)).not.toContain('data.keys');
  });

  it('is not made where one is, and not for data that are an older copy', async () => {
    const node = await open();
    await node.service.close();
    await cp(join(root, 'data'), join(root, 'older'), { recursive: true });
    const again = await open(node.adminKey);
    await again.request('/v1/vault/rotation', { method: 'POST' });
    await again.service.close();
    const argv = [...given('--escrow', await escrowFiles()), ...given('--share', ceremony.shares)];
    await expect(refusal(argv)).resolves.toBe('KEYS_EXISTS');
    await rm(join(root, 'data'), { recursive: true });
    await rm(join(root, 'data.keys'), { recursive: true });
    await rename(join(root, 'older'), join(root, 'data'));
    await expect(refusal(argv)).resolves.toBe('ESCROW_AHEAD');
  });
});
