import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runProgram } from './support/program.js';
import { runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const serving = await startServing(directory);
const { env, data } = serving;
let isServing = true;

async function stop(): Promise<void> {
  if (isServing) await serving.stop();
  isServing = false;
}

afterAll(async () => {
  await stop();
  await removeDirectory(directory);
});

function record(n: number, more: object = {}): string {
  return JSON.stringify({
    type: 'test.Note',
    subject: 'anna',
    key: 'note',
    payload: { n },
    ...more,
  });
}

describe('append', () => {
  it('takes one record over several lines, from standard input', async () => {
    const text = JSON.stringify(JSON.parse(record(1)), null, 2);
    const { code, stdout, stderr } = await runProgram(['append', 'kyc'], { env, stdin: text });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^1 {2}[0-9a-f]{64} {2}\S+Z {2}durable\n$/);
  });

  it('takes NDJSON from a file, blank lines among it', async () => {
    const file = join(directory, 'records.ndjson');
    writeFileSync(file, `${record(2)}\n\n${record(3)}`);
    const { code, stdout } = await runCli(['append', 'kyc', file, '--json'], env);
    expect(code).toBe(0);
    const receipts = stdout.trimEnd().split('\n');
    expect(receipts.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual([2, 3]);
  });

  it('enters nothing twice under an idempotency key', async () => {
    const argv = ['append', 'kyc', '--idempotency-key', 'note-4'];
    const first = await runCli(argv, env, record(4));
    const second = await runCli(argv, env, record(4));
    expect(second).toEqual(first);
    expect((await runCli(argv, env, record(5))).stderr).toMatch(/LEDGER_IDEMPOTENCY_CONFLICT/);
  });

  it('answers every line, and ends with exit code 2 where some are refused', async () => {
    const lines = `${record(6)}\n\n${record(7, { validFrom: '2026-02-30T00:00:00.000Z' })}\nno json\n`;
    const { code, stdout, stderr } = await runCli(['append', 'kyc'], env, lines);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: 2 of 3 records were refused[^\n]*\n$/);
    const answers = stdout.trimEnd().split('\n');
    expect(answers).toHaveLength(3);
    expect(answers[1]).toMatch(/^line 3: RECORD_MALFORMED/);
    expect(answers[2]).toMatch(/^line 4: JSON_MALFORMED/);
  });

  it.each([
    ['nothing', '', []],
    ['no JSON', 'hello', []],
    ['an array', '[1,2]', []],
    ['a file that is not there', '', ['/nonexistent/file']],
    ['a key for many records', `${record(1)}\n${record(2)}`, ['--idempotency-key', 'k']],
  ])('ends %s with exit code 2 and one line', async (_what, stdin, argv) => {
    const { code, stdout, stderr } = await runCli(['append', 'kyc', ...argv], env, stdin);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n]+\n$/);
  });
});

describe('get', () => {
  it('prints an entry, and the size that the answer is of', async () => {
    const { code, stdout } = await runCli(['get', 'kyc', '2'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^type +test\.Note$/m);
    expect(stdout).toMatch(/^payload +\{\n +"n": 2\n +\}$/m);
    expect(stdout).toMatch(/^as of size 6, root hash [0-9a-f]{64}$/m);
  });

  it('prints the versions, and those that there were', async () => {
    const all = await runCli(['get', 'kyc', '3', '--history', '--json'], env);
    const { items } = JSON.parse(all.stdout) as { items: { index: number; leafHash: string }[] };
    expect(items.map(({ index }) => index)).toEqual([5, 4, 3, 2, 1]);
    expect(items[0]?.leafHash).toMatch(/^[0-9a-f]{64}$/);
    const then = await runCli(['get', 'kyc', '3', '--history', '--as-of', '3'], env);
    expect(then.stdout).toMatch(/^2 versions\nas of size 3,/m);
  });

  it('says so where there is no such entry', async () => {
    const { code, stderr } = await runCli(['get', 'kyc', '3', '--as-of', '3'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: LEDGER_ENTRY_UNKNOWN/);
  });
});

describe('anchor, evidence and keys trust', () => {
  it('make files that verify', async () => {
    const now = await runCli(['anchor', 'now'], env);
    expect(now).toMatchObject({ code: 0, stderr: '' });
    expect(now.stdout).toMatch(/^devchain \(development[^\n]*\n2 of 2 entries/);
    expect((await runCli(['anchor', 'status'], env)).stdout).toBe(now.stdout);

    const evidence = join(directory, 'note.evidence.json');
    const trust = join(directory, 'trust.json');
    expect((await runCli(['evidence', 'kyc', '2', '--out', evidence], env)).code).toBe(0);
    expect((await runCli(['keys', 'trust', '--out', trust], env)).code).toBe(0);
    expect(statSync(evidence).mode & 0o777).toBe(0o600);
    const argv = ['verify', evidence, '--trust', trust, '--require', 'attributed', '--json'];
    const { code, stdout } = await runCli(argv);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'verified', entry: { index: 2 } });
  });

  it('end with one line where the file cannot be written', async () => {
    const out = join(directory, 'no/such/folder');
    const { code, stderr } = await runCli(['evidence', 'kyc', '2', '--out', out], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: [^\n]*cannot be written \(ENOENT\)\n$/);
  });
});

describe('access', () => {
  it('lists who saw what, for people and as JSON', async () => {
    await runCli(['get', 'kyc', '1'], env);
    const { code, stdout } = await runCli(['access', '--action', 'record:read'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+ +disclosed +record:read +\S+ +kyc +1 entries +1 persons$/m);
    const argv = ['access', '--actor', 'node', '--limit', '1', '--json'];
    const { items } = JSON.parse((await runCli(argv, env)).stdout) as { items: unknown[] };
    expect(items).toMatchObject([{ actor: 'node' }]);
    expect(await runCli(['access', '--limit', 'x'], env)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('fsck and restore', () => {
  it('refuse what is in use, or no data directory at all', async () => {
    for (const argv of [['fsck'], ['restore', '--successor', '--cause', 'a test']]) {
      const inUse = await runProgram([...argv, '--data', data]);
      expect(inUse).toMatchObject({ code: 2, stdout: '' });
      expect(inUse.stderr).toMatch(/^chirograph: [^\n]+\n$/);
      const nothing = join(directory, 'nothing');
      expect((await runCli([...argv, '--data', nothing])).code).toBe(2);
      // Looking for damage must not make what is missing.
      expect(existsSync(nothing) || existsSync(`${nothing}.keys`)).toBe(false);
    }
  });

  it('find a stopped node sound, and make its write state again', async () => {
    await stop();
    const { code, stdout, stderr } = await runProgram(['fsck', '--data', data]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, entries = ''] =
      /^sound: 3 logs, (\d+) entries read again, each as it was written\n$/.exec(stdout) ?? [];
    const rebuilt = await runCli(['fsck', '--rebuild', '--json', '--data', data]);
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({
      sound: true,
      entries: Number(entries),
      rebuilt: true,
    });
    expect((await runCli(['fsck', '--data', data])).code).toBe(0);
  });

  it('say the first thing that is wrong with a damaged one, and change nothing', async () => {
    const damaged = join(directory, 'damaged');
    await cp(data, damaged, { recursive: true });
    await cp(`${data}.keys`, `${damaged}.keys`, { recursive: true });
    const [segment = ''] = readdirSync(join(damaged, 'journal')).map((name) =>
      join(damaged, 'journal', name),
    );
    const bytes = readFileSync(segment);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(segment, bytes);
    const { code, stdout, stderr } = await runProgram(['fsck', '--rebuild', '--data', damaged]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^damaged: [^\n]+\n/);
    expect(readFileSync(segment).equals(bytes)).toBe(true);
  });

  it('go on in new logs, and say what became of each', async () => {
    const argv = ['restore', '--successor', '--cause', 'the disk was lost', '--data', data];
    const { code, stdout } = await runCli(argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+\/kyc\n {2}7 entries found;[^]*goes on as \S+\/kyc\/2$/m);
    expect((await runCli(['fsck', '--data', data])).code).toBe(0);
    expect((await runCli(argv.map((one) => (one.startsWith('the') ? 'a\nb' : one)))).code).toBe(2);
    expect((await runCli(['restore', '--cause', 'x', '--data', data])).stderr).toMatch(
      /--successor/,
    );
  });
});
