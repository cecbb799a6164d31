/** A key store is lost and the data are whole: by the recovery key the logs go on under their own origins. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { readEscrowFiles, readShares } from '../src/cli/recovery-files.js';
import { parseTrust, type Trust } from '../src/evidence/trust.js';
import { verifyBytes } from '../src/evidence/verify-file.js';
import { combineAllShares } from '../src/keys/recovery-key.js';
import { restoreKeys } from '../src/restore-keys.js';
import { append, createLedger } from './api/support/ledger-client.js';
import { type CliResult, runCli } from './cli/support/run-cli.js';
import { type HeldCeremony, holdCeremony } from './support/ceremony.js';
import { copyDirectory } from './support/copy-directory.js';
import { rejection } from './support/errors.js';
import { FaultyFiles } from './support/faulty-files.js';
import { HeldStep } from './support/held-step.js';
import { caseNumbers, spread } from './support/suite.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from './support/test-service.js';

let root: string;
let owner: string;
let ceremony: HeldCeremony;
let escrow: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  owner = join(root, 'owner');
  ceremony = await holdCeremony(root);
  escrow = join(root, 'escrow');
});
afterEach(() => removeDirectory(root));

const open = (at: string, key?: string, more: TestServiceOptions = {}): Promise<TestService> =>
  openTestService(
    at,
    { recoveryKeys: ceremony.recoveryKeys, escrowDirectory: escrow, ...more },
    key,
  );

const escrowFiles = async (): Promise<string[]> =>
  (await readdir(escrow)).map((name) => join(escrow, name));

async function restore(at: string, ...argv: readonly string[]): Promise<CliResult> {
  const shares = ceremony.shares.slice(1).flatMap((file) => ['--share', file]);
  const files = (await escrowFiles()).flatMap((file) => ['--escrow', file]);
  const places = ['--data', join(at, 'data'), '--keys', join(at, 'data.keys')];
  const cause = ['--cause', 'the key store burnt'];
  return runCli(['keys', 'restore', ...places, ...cause, ...files, ...shares, ...argv]);
}

async function evidenceOf(node: TestService, index: number, key: string): Promise<Uint8Array> {
  const response = await node.request(`/v1/ledgers/kyc/records/${index}/evidence`, { key });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

async function trustOf(node: TestService, key: string): Promise<Trust> {
  return parseTrust(new Uint8Array(await (await node.request('/v1/trust', { key })).arrayBuffer()));
}

const refusals = (bytes: Uint8Array, trust: Trust) =>
  verifyBytes(bytes, trust).checks.filter(({ result }) => result === 'fail');

async function originOf({ request }: TestService): Promise<string> {
  return ((await (await request('/v1/ledgers/kyc')).json()) as { origin: string }).origin;
}

describe('a key store that was lost, and data that are whole', () => {
  it('goes on under the old origin; old proofs hold, and a thief of the old keys is refused', async () => {
    const first = await open(owner);
    const { adminKey: key } = first;
    await createLedger(first, 'kyc');
    await append(first, 'kyc');
    // The keys that are lost later are not the first ones, and lie under another name.
    expect((await first.request('/v1/ledgers/kyc/rotate-key', { json: {} })).status).toBe(200);
    const { index } = await append(first, 'kyc');
    await first.request('/v1/vault/rotation', { method: 'POST' });
    const origin = await originOf(first);
    const early = await evidenceOf(first, index, key);
    const before = await trustOf(first, key);
    await first.service.close();

    const thief = join(root, 'thief');
    for (const part of ['data', 'data.keys'])
      await copyDirectory(join(owner, part), join(thief, part));
    await rm(join(owner, 'data.keys'), { recursive: true });
    const stolen = await open(thief, key, { escrowDirectory: join(root, 'thief-escrow') });
    const forged = await append(stolen, 'kyc', undefined, { key });
    const theirs = await evidenceOf(stolen, forged.index, key);
    await stolen.service.close();

    const restored = await restore(owner, '--handover');
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toContain(`${origin}\n  5 entries found; it goes on from there`);
    expect(restored.stdout).toMatch(/goes on as test\.example\/[0-9a-f]{16}\/epochs\/2\n/);
    expect(restored.stdout).toContain('rests on your word alone');

    const again = await open(owner, key);
    expect(await originOf(again)).toBe(origin);
    const later = await append(again, 'kyc', undefined, { key });
    await again.request('/v1/anchors', { method: 'POST' });
    const trust = await trustOf(again, key);
    // By the seal and the recovery key that were pinned before; the development seal of then is in no trust file of now.
    expect(verifyBytes(early, before).result).toBe('verified');
    expect(refusals(early, trust)).toEqual([]);
    const renewed = await evidenceOf(again, index, key);
    for (const by of [before, trust])
      expect(verifyBytes(renewed, by).checks).toContainEqual(
        expect.objectContaining({ id: 'log-identity', code: 'log-identity.pass-recovery-key' }),
      );
    expect(refusals(await evidenceOf(again, later.index, key), before)).toEqual([]);
    expect(refusals(theirs, before)).toEqual([]);
    expect(refusals(theirs, trust)).toMatchObject([{ code: 'log-identity.ended-key' }]);
    const access = await (await again.request('/v1/access?limit=1000')).text();
    expect(access).toContain('"handovers":2');
    await again.service.close();
    expect(await runCli(['fsck', '--data', join(owner, 'data')])).toMatchObject({ code: 0 });
    expect(await restore(owner, '--handover')).toMatchObject({ code: 2, stdout: '' });
  }, 60_000);

  it('keeps what the journal alone has', async () => {
    const held = new HeldStep();
    const node = await open(owner, undefined, { store: { observer: held } });
    const { adminKey: key } = node;
    await createLedger(node, 'kyc');
    const { reached, release } = held.hold('log');
    const appended = append(node, 'kyc', undefined, { key });
    await reached;
    const cut = join(root, 'cut');
    await copyDirectory(join(owner, 'data'), join(cut, 'data'));
    release();
    const { index } = await appended;
    await node.service.close();

    expect(await restore(cut, '--handover')).toMatchObject({ code: 0, stderr: '' });
    const again = await open(cut, key);
    const trust = await trustOf(again, key);
    expect(refusals(await evidenceOf(again, index, key), trust)).toEqual([]);
    await again.service.close();
    expect(await runCli(['fsck', '--data', join(cut, 'data')])).toMatchObject({ code: 0 });
  }, 60_000);

  it('goes on after a crash at any file put into its place, and does nothing twice', async () => {
    const node = await open(owner);
    const { adminKey: key } = node;
    await createLedger(node, 'kyc');
    await append(node, 'kyc');
    const origin = await originOf(node);
    await node.service.close();
    const whole = new FaultyFiles();
    expect(await tried(await copyOf('whole'), whole)).toBeNull();
    const places = whole.steps.flatMap((step, at) =>
      step.startsWith('rename') ? [{ step, at }] : [],
    );
    // Key store, new keys, catalog (of two ledgers and the epoch log), old keys, mark.
    expect(places.length).toBeGreaterThan(15);
    const cases = spread(places);
    const chosen = caseNumbers(6, cases.length).flatMap((n) => cases.slice(n, n + 1));
    for (const { step, at } of chosen) {
      const copy = await copyOf(String(at));
      const files = new FaultyFiles(at, at % 2 === 0 ? 'before' : 'after');
      expect(await tried(copy, files)).not.toBeNull();
      // Nobody writes to what is half done.
      if (step.includes('/catalog/'))
        expect((await rejection(open(copy, key))).code).toBe('LEDGER_READ_ONLY');
      const again = await restore(copy, '--handover');
      // But for the last step, after which the node has gone on.
      expect([step, again.stderr]).toEqual([step, at === places.at(-1)?.at ? again.stderr : '']);
      const gone = await open(copy, key);
      expect(await originOf(gone)).toBe(origin);
      const { logs } = (await (await gone.request('/v1/ledgers/kyc')).json()) as LedgerLogs;
      expect(logs).toHaveLength(1);
      await append(gone, 'kyc', undefined, { key });
      await gone.service.close();
      expect(await runCli(['fsck', '--data', join(copy, 'data')])).toMatchObject({ code: 0 });
      await removeDirectory(copy);
    }
  }, 300_000);
});

interface LedgerLogs {
  readonly logs: readonly unknown[];
}

async function copyOf(name: string): Promise<string> {
  const copy = join(root, `copy-${name}`);
  await copyDirectory(join(owner, 'data'), join(copy, 'data'));
  return copy;
}

/** @returns what the try ended with; null if it did not fail. */
async function tried(at: string, files: FaultyFiles): Promise<unknown> {
  try {
    await restoreKeys({
      dataDirectory: join(at, 'data'),
      directory: join(at, 'data.keys'),
      recoveryKeys: await combineAllShares(await readShares(ceremony.shares)),
      escrowFiles: await readEscrowFiles(await escrowFiles()),
      clock: systemClock,
      random: new RandomPool(),
      cause: 'the key store burnt',
      isWhole: true,
      files,
    });
    return null;
  } catch (error) {
    return error;
  }
}
