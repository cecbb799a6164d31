/** Whoever copied a node with its keys writes on; verifiers who have the node's trust file refuse it. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { parseTrust, type Trust } from '../src/evidence/trust.js';
import { verifyBytes } from '../src/evidence/verify-file.js';
import { requestHandover } from '../src/hand-over-log.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import { append, createLedger } from './api/support/ledger-client.js';
import { copyDirectory } from './support/copy-directory.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

it('takes nothing larger from a stolen key than the recovery key names', async () => {
  const owner = join(root, 'owner');
  const thief = join(root, 'thief');
  const first = await openTestService(owner);
  await createLedger(first, 'kyc');
  await append(first, 'kyc');
  const early = await evidenceOf(first, 1);
  await first.service.close();
  for (const part of ['data', 'data.keys'])
    await copyDirectory(join(owner, part), join(thief, part));

  const { adminKey: key } = first;
  const stolen = await openTestService(thief);
  const forged = await append(stolen, 'kyc', undefined, { key });
  const theirs = await evidenceOf(stolen, forged.index, key);
  await stolen.service.close();

  const dataDirectory = join(owner, 'data');
  const random = new RandomPool();
  const directory = join(owner, 'data.keys');
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  const options = { dataDirectory, keyStore, random, clock: systemClock };
  const names = { tenant: 'default', ledger: 'kyc' };
  const { signed, refusal } = await requestHandover({ ...options, ...names }, 2);
  expect([signed?.size, refusal]).toEqual([2, null]);

  const again = await openTestService(owner);
  const trust = await trustOf(again, key);
  expect(trust.handovers).toEqual([signed]);
  const ours = await append(again, 'kyc', undefined, { key });
  const later = await evidenceOf(again, ours.index, key);
  await again.service.close();

  const results = (bytes: Uint8Array, by: Trust) =>
    verifyBytes(bytes, by).checks.filter(({ result }) => result === 'fail');
  expect(results(theirs, { ...trust, handovers: [] })).toEqual([]);
  expect(results(theirs, trust)).toMatchObject([
    { id: 'log-identity', code: 'log-identity.ended-key', facts: { size: 2 } },
  ]);
  for (const bytes of [early, later]) expect(results(bytes, trust)).toEqual([]);
});

async function evidenceOf(
  node: TestService,
  index: number,
  key = node.adminKey,
): Promise<Uint8Array> {
  const response = await node.request(`/v1/ledgers/kyc/records/${index}/evidence`, { key });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

async function trustOf(node: TestService, key: string): Promise<Trust> {
  return parseTrust(new Uint8Array(await (await node.request('/v1/trust', { key })).arrayBuffer()));
}
