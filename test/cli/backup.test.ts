/**
 * `chirograph backup` against a node that is a process: what is printed, and how it ends. Each way to end is shown by a
 * process of its own, what else is said by the same program in this one.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type ProcessResult, runProgram } from './support/program.js';
import { type CliResult, runCli } from './support/run-cli.js';
import { RunningNode } from './support/running-node.js';

const KEY = 'an-admin-key-for-backups-0123456789abcdef';

let root: string;
let keys: string;
let env: Readonly<Record<string, string>>;
let node: RunningNode;

beforeAll(async () => {
  root = await temporaryDirectory();
  keys = join(root, 'data.keys');
  for (const name of ['one', 'two', 'scratch']) await mkdir(join(root, name));
  await start();
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const url = `${env['CHIROGRAPH_URL'] ?? ''}/v1/ledgers`;
  await fetch(url, { method: 'POST', headers, body: '{"name":"kyc"}' });
  const record = '{"type":"test.Note","subject":"anna","payload":{"n":1}}\n';
  expect(await runProgram(['append', 'kyc'], { env, stdin: record })).toMatchObject({ code: 0 });
}, 60_000);
afterAll(async () => {
  node.signal('SIGKILL');
  await node.ended();
  await removeDirectory(root);
});

async function start(): Promise<void> {
  const argv = ['serve', '--data', join(root, 'data'), '--port', '0'];
  const targets = ['--backup-directories', `${at('one')},${at('two')}`];
  const quiet = ['--epoch-interval-millis', '86400000', '--time-stamps', 'off'];
  node = new RunningNode([...argv, ...targets, ...quiet], { CHIROGRAPH_ADMIN_KEY: KEY });
  env = { CHIROGRAPH_URL: await node.url(), CHIROGRAPH_KEY: KEY };
}

const at = (name: string): string => join(root, name);

const backup = (...argv: readonly string[]): Promise<ProcessResult> =>
  runProgram(['backup', ...argv], { env });

const within = (...argv: readonly string[]): Promise<CliResult> => runCli(['backup', ...argv], env);

const drilled = (...argv: readonly string[]): readonly string[] => [
  ...['drill', ...argv],
  ...['--keys', keys, '--scratch', at('scratch')],
];

describe('chirograph backup', () => {
  it('make waits for the end, and list says what each target holds', async () => {
    const before = await within('list');
    expect(before).toMatchObject({ code: 0, stderr: '' });
    expect(before.stdout.split('\n')).toEqual([
      `${at('one')}  idle  no backup yet`,
      `${at('two')}  idle  no backup yet`,
      '',
    ]);
    expect(await backup('make', at('one'))).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^backup 1 is complete: \d+ entries\n$/) as unknown,
      stderr: '',
    });
    const { stdout } = await backup('list');
    expect(stdout).toMatch(
      new RegExp(
        `^${at('one')}  idle  backup 1 of \\S+Z, \\d+ entries\n${at('two')}  idle  no backup yet\n$`,
      ),
    );
    const json = JSON.parse((await within('list', '--json')).stdout) as {
      items: { target: string; last?: { backup: number }; vaults: { current: boolean }[] }[];
    };
    expect(json.items).toMatchObject([
      { target: at('one'), state: 'idle', overdue: false, last: { backup: 1 } },
      { target: at('two'), vaults: [] },
    ]);
    expect(json.items[0]?.vaults.every(({ current }) => current)).toBe(true);
  }, 60_000);

  it('make refuses what is no target of the node, and says why one has failed', async () => {
    expect(await backup('make', at('three'))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^chirograph: .*set its directory with backupDirectories.*\n$/,
      ) as unknown,
    });
    await rename(at('two'), at('away'));
    expect(await within('make', at('two'))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^chirograph: the backup failed: BACKUP_TARGET_UNUSABLE; .*\n$/,
      ) as unknown,
    });
    expect((await within('list')).stdout).toContain(
      `${at('two')}  idle  no backup yet  BACKUP_TARGET_UNUSABLE\n`,
    );
    await rename(at('away'), at('two'));
    expect(await within('make', at('two'))).toMatchObject({ code: 0 });
  }, 60_000);

  it('is refused without a key, with a wrong one, and where no node answers', async () => {
    const asked = (more: Readonly<Record<string, string>>): Promise<CliResult> =>
      runCli(['backup', 'list'], { ...env, ...more });
    expect(await asked({ CHIROGRAPH_KEY: '' })).toMatchObject({ code: 2, stdout: '' });
    expect(await asked({ CHIROGRAPH_KEY: `${KEY}x` })).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringMatching(/^chirograph: [^\n]+\n$/) as unknown,
    });
    expect(await asked({ CHIROGRAPH_URL: 'http://127.0.0.1:1' })).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringMatching(/^chirograph: [^\n]+\n$/) as unknown,
    });
  }, 60_000);

  it('drill ends with 0 where the newest backup can be restored, beside a node that serves', async () => {
    const report = at('drill.json');
    const said = await backup(...drilled(at('one'), '--report', report));
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(
      /^sound: it can be restored\nbackup 1 of \S+Z\n\d+ logs, \d+ entries; \d+ of them proved/,
    );
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      isSound: true,
      findings: [],
    });
    expect((await stat(report)).mode & 0o777).toBe(0o600);
    expect(await readdir(at('scratch'))).toEqual([]);
    const json = await within(...drilled(at('one'), '--json', '--entries', '1'));
    expect(JSON.parse(json.stdout)).toMatchObject({ isSound: true, backup: { number: 1 } });
  }, 60_000);

  it('drill ends with 1 and names what is wrong, and with 2 where it cannot be asked', async () => {
    const [part = ''] = await readdir(join(at('two'), 'parts'));
    const file = join(at('two'), 'parts', part);
    const whole = await readFile(file);
    const altered = Uint8Array.from(whole);
    altered[10] = (altered[10] ?? 0) ^ 1;
    await writeFile(file, altered);
    const said = await backup(...drilled(at('two'), '--json'));
    expect(said).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(said.stdout)).toMatchObject({
      isSound: false,
      findings: [expect.stringContaining(`parts/${part} is not what was written`)],
    });
    expect((await within(...drilled(at('two')))).stdout).toMatch(/^not sound\n/);
    await writeFile(file, whole);
    // An empty directory where a backup was to be is a finding: whoever drills by the clock must hear of it.
    const empty = await within(...drilled(at('scratch')));
    expect(empty).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('backup.json') as unknown,
    });
    expect(await within(...drilled(at('one'), '--entries', '0'))).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: 'chirograph: --entries must be a whole number from 1 to 999999\n',
    });
    const without = await within('drill', at('one'), '--keys', at('nowhere'));
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toMatch(/^chirograph: [^\n]+\n$/);
  }, 60_000);

  it('make --data backs a stopped node up, and is refused while one serves', async () => {
    const atRest = ['make', at('one'), '--data', at('data'), '--json'];
    const refused = await backup(...atRest);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^chirograph: [^\n]+\n$/);
    node.signal('SIGTERM');
    expect(await node.ended()).toBe(0);
    const made = await within(...atRest);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toMatchObject({ target: at('one'), backup: 2 });
    await rm(at('two'), { recursive: true });
    await mkdir(at('two'));
    await start();
    // What was there once, and is empty now, is a disk that is not mounted.
    expect((await within('list')).stdout).toMatch(
      new RegExp(
        `${at('one')}  idle  backup 2 of .*\n${at('two')}  idle  no backup yet  BACKUP_MISSING\n$`,
      ),
    );
  }, 60_000);
});
