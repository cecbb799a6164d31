/** A monitor and real nodes: a rotation, a handover by the recovery key, and a thief who writes on with the stolen key. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { runCli } from '../support/run-cli.js';
import { type Serving, startServing } from '../support/serving.js';

interface Said {
  readonly code: number;
  readonly size: number;
  readonly alarms: readonly { readonly code: string }[];
  readonly handovers: readonly { readonly size: number; readonly by: string }[];
}

let root: string;
let node: Serving;
let key = '';
/** Of before anything was handed over. */
let pinned: string;
beforeAll(async () => {
  root = await temporaryDirectory();
  pinned = join(root, 'pinned.json');
  node = await start('owner');
  await append(node);
  await takeTrust(node, pinned);
});
afterAll(async () => {
  await node.stop();
  await removeDirectory(root);
});

async function start(name: string): Promise<Serving> {
  const serving = await startServing(join(root, name));
  // The key of a node is shown once.
  if (key === '') key = serving.env['CHIROGRAPH_KEY'] ?? '';
  return { ...serving, env: { ...serving.env, CHIROGRAPH_KEY: key } };
}

async function append({ env }: Serving): Promise<string> {
  const record = '{"type":"test.Note","subject":"anna","payload":{"n":1}}\n';
  const { code, stdout } = await runCli(['append', 'kyc', '--json'], env, record);
  expect(code).toBe(0);
  return stdout;
}

async function takeTrust({ env }: Serving, file: string): Promise<void> {
  expect((await runCli(['keys', 'trust', '--out', file], env)).code).toBe(0);
}

async function look(
  { env }: Serving,
  state: string,
  trust: string,
  ...more: readonly string[]
): Promise<Said> {
  const argv = ['monitor', 'check', 'kyc', '--state', join(root, state), '--trust', trust];
  const said = await runCli([...argv, '--retries', '0', '--json', ...more], env);
  expect(said.stderr).toBe('');
  return { ...(JSON.parse(said.stdout) as Omit<Said, 'code'>), code: said.code };
}

it('accepts and names handovers, and finds the thief of an old key', async () => {
  const receipts = join(root, 'receipts.ndjson');
  writeFileSync(receipts, await append(node));
  expect(await look(node, 'own', pinned)).toMatchObject({ code: 0, alarms: [], handovers: [] });
  // Rotated while it serves, signed by both keys: the log itself says so, and the pinned recovery key vouches for the log.
  expect((await runCli(['keys', 'rotate', '--ledger', 'kyc'], node.env)).code).toBe(0);
  const rotated = await look(node, 'own', pinned, '--compare', receipts);
  expect(rotated).toMatchObject({ code: 0, alarms: [], handovers: [{ by: 'both-keys', size: 3 }] });
  expect(await look(node, 'own', pinned)).toMatchObject({ code: 0, alarms: [], handovers: [] });

  // Stolen while it stands still; the thief writes on.
  await node.stop();
  for (const part of ['data', 'data.keys'])
    await cp(join(root, 'owner', part), join(root, 'thief', part), { recursive: true });
  const thief = await start('thief');
  await append(thief);
  const fooled = await look(thief, 'fooled', pinned);
  expect(fooled).toMatchObject({ code: 0, alarms: [] });

  const places = [
    '--data',
    join(root, 'owner', 'data'),
    '--keys',
    join(root, 'owner', 'data.keys'),
  ];
  const handedOver = await runCli([
    'keys',
    'handover',
    '--ledger',
    'kyc',
    '--last-size',
    '4',
    ...places,
  ]);
  expect(handedOver).toMatchObject({ code: 0, stderr: '' });
  node = await start('owner');
  await append(node);
  const trust = join(root, 'trust.json');
  await takeTrust(node, trust);
  expect(JSON.parse(readFileSync(trust, 'utf8'))).toMatchObject({ handovers: [{ size: 4 }] });

  // At another URL now: who pins the recovery key alone learns of it from the log.
  const own = await look(node, 'own', pinned);
  expect(own).toMatchObject({ code: 0, alarms: [], handovers: [{ by: 'recovery-key', size: 4 }] });
  expect(own.size).toBe(6);
  const people = await runCli(
    [
      'monitor',
      'check',
      'kyc',
      '--state',
      join(root, 'people'),
      '--trust',
      pinned,
      '--compare',
      receipts,
    ],
    node.env,
  );
  expect(people).toMatchObject({ code: 0, stderr: '' });
  // The thief is refused by whoever has the owner's trust file, and by who followed the owner.
  expect((await look(thief, 'late', trust)).alarms).toMatchObject([{ code: 'key-ended' }]);
  expect((await look(thief, 'own', trust)).code).toBe(1);
  // Whoever followed the thief learns of it from the owner's log.
  expect(await look(node, 'fooled', pinned)).toMatchObject({
    ...{ code: 1, alarms: [{ code: 'key-ended' }] },
  });
  await thief.stop();
}, 120_000);
