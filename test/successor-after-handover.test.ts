/**
 * A ledger whose log was rotated and handed over, and then went on as a successor, since the data were put back from an older copy:
 * what was told stays provable, `fsck` finds nothing, and epochs and monitors follow it through.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { JsonObject } from '../src/base/canonical-json.js';
import { parseTrust, type Trust } from '../src/evidence/trust.js';
import { verifyBytes } from '../src/evidence/verify-file.js';
import { append, answer, createLedger } from './api/support/ledger-client.js';
import { type CliResult, runCli } from './cli/support/run-cli.js';
import { copyDirectory } from './support/copy-directory.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

let root: string;
let key: string | undefined;
let node: TestService;
beforeEach(async () => {
  root = await temporaryDirectory();
  key = undefined;
  await open();
  await createLedger(node, 'kyc');
});
afterEach(async () => {
  await node.service.close().catch(() => undefined);
  await removeDirectory(root);
});

async function open(): Promise<void> {
  node = await openTestService(root, { metricsPort: 0 }, key);
  key ??= node.adminKey;
}

const places = (): string[] => ['--data', join(root, 'data'), '--keys', join(root, 'data.keys')];

async function anchor(): Promise<void> {
  await answer(node.request('/v1/anchors', { method: 'POST' }));
}

async function rotate(): Promise<void> {
  await answer(node.request('/v1/ledgers/kyc/rotate-key', { json: {} }));
}

/** By the recovery key, while the node stands still. */
async function handOver(): Promise<void> {
  await node.service.close();
  const said = await runCli(['keys', 'handover', '--ledger', 'kyc', ...places()]);
  expect(said).toMatchObject({ code: 0, stderr: '' });
  await open();
}

/** @param id index in the log that is written, or the hash of a leaf of any. */
async function evidenceOf(id: number | string): Promise<Uint8Array> {
  const response = await node.request(`/v1/ledgers/kyc/records/${id}/evidence`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

async function trustNow(): Promise<Trust> {
  return parseTrust(new Uint8Array(await (await node.request('/v1/trust')).arrayBuffer()));
}

const failures = (bytes: Uint8Array, trust: Trust): string[] =>
  verifyBytes(bytes, trust)
    .checks.filter(({ result }) => result === 'fail')
    .map(({ code }) => code);

interface State {
  readonly origin: string;
  readonly logs: readonly { readonly origin: string }[];
}

const state = (): Promise<State> => answer(node.request('/v1/ledgers/kyc'));

async function monitor(trust: string, epochKey: string): Promise<CliResult & { said: JsonObject }> {
  const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: key ?? '' };
  const argv = ['monitor', 'check', 'kyc', '--state', join(root, 'monitor'), '--trust', trust];
  const result = await runCli(
    [...argv, '--epochs', '--log-key', epochKey, '--retries', '0', '--json'],
    env,
  );
  expect(result.stderr).toBe('');
  return { ...result, said: JSON.parse(result.stdout) as JsonObject };
}

/** C2SP verifier key of the node's epoch log. */
async function epochKey(): Promise<string> {
  const { verifierKey } = await answer<{ verifierKey: string }>(node.request('/v1/anchors'));
  return verifierKey;
}

it('epochs and monitors follow a log through a rotation and a handover', async () => {
  await append(node, 'kyc');
  await anchor();
  const trust = join(root, 'pinned.json');
  const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: key ?? '' };
  expect((await runCli(['keys', 'trust', '--out', trust], env)).code).toBe(0);
  const pinned = await epochKey();
  expect(await monitor(trust, pinned)).toMatchObject({ code: 0, said: { alarms: [] } });
  const changes = [rotate, handOver, rotate];
  for (const [at, change] of changes.entries()) {
    await change();
    await append(node, 'kyc');
    await anchor();
    const metrics = await (await fetch(`${node.service.metricsUrl ?? ''}/metrics`)).text();
    expect([at, metrics]).toEqual([at, expect.stringMatching(/^chirograph_inconsistent_logs 0$/m)]);
    const { code, said } = await monitor(trust, pinned);
    expect([at, code, said['alarms']]).toEqual([at, 0, []]);
    expect([at, (said['handovers'] as unknown[]).length]).toEqual([at, 1]);
  }
  // Its entries are anchored under whatever key it had.
  const by = await trustNow();
  for (const index of [1, 2, 3, 5, 7])
    expect([index, failures(await evidenceOf(index), by)]).toEqual([index, []]);
  await node.service.close();
  expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
}, 120_000);

it('a log that was handed over goes on as a successor after older data were put back', async () => {
  await append(node, 'kyc');
  await rotate();
  await append(node, 'kyc');
  await handOver();
  const kept = await append(node, 'kyc');
  await anchor();
  const before = await trustNow();
  const { origin } = await state();
  await node.service.close();
  await copyDirectory(join(root, 'data'), join(root, 'older'));
  await open();
  const lost = await append(node, 'kyc');
  const early = await evidenceOf(kept.index);
  const shown = await evidenceOf(lost.index);
  await anchor();
  await node.service.close();

  await rm(join(root, 'data'), { recursive: true });
  await copyDirectory(join(root, 'older'), join(root, 'data'));
  const said = await runCli(['restore', '--successor', '--cause', 'an old disk', ...places()]);
  expect(said).toMatchObject({ code: 0, stderr: '' });
  expect(said.stdout).toContain(`goes on as ${origin}/2\n`);
  expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });

  await open();
  expect((await state()).logs.map((log) => log.origin)).toEqual([origin, `${origin}/2`]);
  const later = await append(node, 'kyc');
  await anchor();
  const now = await trustNow();
  // What was shown stays as good as it was, that of the entry which is lost too.
  for (const bytes of [early, shown])
    for (const by of [before, now]) expect(failures(bytes, by)).toEqual([]);
  // The old log is proved under its last key, with both handovers.
  expect(failures(await evidenceOf(kept.leafHash), before)).toEqual([]);
  expect(failures(await evidenceOf(later.index), before)).toEqual([]);
  // A successor can be rotated and handed over, too.
  await rotate();
  await handOver();
  const last = await append(node, 'kyc');
  expect(failures(await evidenceOf(last.index), await trustNow())).toEqual([]);
  await node.service.close();
  expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
}, 120_000);

it('data of before a handover are not written, and go on as a successor', async () => {
  const kept = await append(node, 'kyc');
  const { origin } = await state();
  await node.service.close();
  await copyDirectory(join(root, 'data'), join(root, 'older'));
  // The mark does not move by it, so that nothing else would say that the data are old.
  const said = await runCli(['keys', 'handover', '--ledger', 'kyc', ...places()]);
  expect(said).toMatchObject({ code: 0, stderr: '' });
  await rm(join(root, 'data'), { recursive: true });
  await copyDirectory(join(root, 'older'), join(root, 'data'));

  await expect(open()).rejects.toMatchObject({ code: 'LEDGER_READ_ONLY' });
  expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
  const restored = await runCli(['restore', '--successor', '--cause', 'an old disk', ...places()]);
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  expect(restored.stdout).toContain(`goes on as ${origin}/2\n`);
  await open();
  const path = `/v1/ledgers/kyc/records/${kept.leafHash}`;
  expect(await answer(node.request(path))).toMatchObject({ leafHash: kept.leafHash });
  await append(node, 'kyc');
  await node.service.close();
  expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
}, 60_000);
