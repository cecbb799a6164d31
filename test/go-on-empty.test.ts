/** All data are lost, the keys are there, and no backup is: the node begins anew, and nothing goes by the name of what was lost. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { parseVerifierKey } from '../src/tlog/note-key.js';
import { runCli } from './cli/support/run-cli.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestNode, type TestNode } from './support/test-node.js';

let root: string;
let data: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  data = join(root, 'data');
});
afterEach(() => removeDirectory(root));

const ORDER = ['--empty', '--cause', 'the disk burnt', '--json'];
const NAME = { CHIROGRAPH_LOG_NAME: 'test.example' };
const restore = () => runCli(['restore', '--data', data, ...ORDER], NAME);

const originsOf = ({ node }: TestNode): string[] =>
  node.store.allLedgers().map(({ reader }) => reader.origin);

/** @returns the origins that it had. */
async function lost(): Promise<string[]> {
  const opened = await openTestNode(root);
  const origins = originsOf(opened);
  await opened.close();
  await rm(data, { recursive: true });
  return origins;
}

it('does not start by itself, and begins with other origins by an order that is on record', async () => {
  const before = await lost();
  await expect(openTestNode(root)).rejects.toMatchObject({ code: 'LEDGER_READ_ONLY' });
  const said = await restore();
  expect([said.code, said.stderr]).toEqual([0, '']);
  const { logName } = JSON.parse(said.stdout) as { logName: string };
  expect(logName).toBe('test.example.r2');
  const opened = await openTestNode(root);
  const after = originsOf(opened);
  expect(after.filter((origin) => !origin.startsWith('test.example.r2/'))).toEqual([]);
  expect(after.filter((origin) => before.includes(origin))).toEqual([]);
  const { node } = opened;
  const more = await node.createLedger('acme', 'kyc');
  expect(more.reader.origin).toMatch(/^test\.example\.r2\//);
  await opened.close();
  expect((await runCli(['fsck', '--data', data])).code).toBe(0);
  // A second loss gives another name.
  await rm(data, { recursive: true });
  expect(JSON.parse((await restore()).stdout)).toMatchObject({ logName: 'test.example.r4' });
});

it('can be ordered again as long as no node has run, and never where one has', async () => {
  await lost();
  expect((await restore()).code).toBe(0);
  // What a crash before its last step leaves.
  await rm(join(data, 'run.json'));
  const again = await restore();
  expect(again.stderr).toBe('');
  expect(JSON.parse(again.stdout)).toMatchObject({ logName: 'test.example.r2' });
  const refused = await restore();
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('the data directory is not empty');
});

it('begins the vault of a tenant that it had with the key that is left, and keeps no other name of its logs', async () => {
  const first = await openTestNode(root);
  const { handle, name, recoveryKey } = await first.node.ensureTenant('acme');
  const tenant = first.node.store.tenants().find((one) => one.handle === handle);
  // As two rotations leave it.
  for (const generation of [2, 3]) {
    await first.keyStore.createVaultKey(handle, generation);
    await first.keyStore.destroyVaultKey(handle, generation - 1);
  }
  const tenantRoot = await first.keyStore.tenantRoot(handle);
  await first.node.release();
  await rm(data, { recursive: true });
  expect((await restore()).code).toBe(0);

  const second = await openTestNode(root);
  const { publicKey } = parseVerifierKey(recoveryKey);
  await second.keyStore.adoptTenant(handle, tenantRoot, publicKey);
  await second.node.adoptTenant({ handle, name, recoveryKey });
  const again = second.node.store.tenants().find((one) => one.handle === handle);
  expect(again).toEqual({ ...tenant, firstVault: 3, logName: 'test.example.r2' });
  const file = await readFile(join(data, 'vault', handle, '00000003.rows'));
  expect(file.length).toBeGreaterThan(0);
  await second.close();

  const third = await openTestNode(root);
  expect(await third.keyStore.vaultGenerations(handle)).toEqual([3]);
  await third.close();
  expect((await runCli(['fsck', '--data', data])).code).toBe(0);
});
