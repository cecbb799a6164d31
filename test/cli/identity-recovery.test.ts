/** `chirograph identity recover --request`, `sign` and `--signed`, against a real node, with each recovery key in a file of its own. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { run as runProgram } from '../../src/cli/program.js';
import { testKey } from '../identities/support/identity-kit.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { type CliResult, runCli } from './support/run-cli.js';

interface Shown {
  readonly id: string;
  readonly sequence: number;
  readonly keys: readonly { readonly key: string; readonly isInUse: boolean }[];
  readonly recovery?: object;
}

const OFFICERS = ['officer-1', 'officer-2', 'officer-3'] as const;
let root: string;
let node: TestService;
let made = 0;
/** Of each test: an identity of its own, and files of its own. */
let directory: string;
let id: string;
const dids = new Map<string, string>();

beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(join(root, 'node'));
});

beforeEach(async () => {
  directory = join(root, String(made++));
  await mkdir(directory);
  for (const [at, name] of ['master', 'next', 'phone', 'stranger', ...OFFICERS].entries()) {
    const { did, privateKey } = testKey((['ES256', 'Ed25519', 'ES256K'] as const)[at % 3]);
    dids.set(name, did);
    await writeFile(pem(name), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  }
  const recovery = OFFICERS.flatMap((name) => ['--recovery', did(name)]);
  const argv = ['--update', pem('master'), '--name', 'Ada', ...recovery, '--threshold', '2'];
  ({ id } = (await done<{ identity: Shown }>('register', ...argv)).identity);
});

afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

const pem = (name: string): string => join(directory, `${name}.pem`);
const file = (name: string): string => join(directory, `${name}.json`);
const did = (name: string): string => dids.get(name) ?? '';

function run(...argv: readonly string[]): Promise<CliResult> {
  const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
  return runCli(['identity', ...argv], env);
}

async function done<T>(...argv: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...argv, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

function request(name: string, ...more: readonly string[]): Promise<CliResult> {
  return run('recover', id, '--update', pem('next'), '--request', file(name), ...more);
}

/** Where there is no node, and nobody knows of one. */
function sign(name: string, by: string, ...more: readonly string[]): Promise<CliResult> {
  return runCli(['identity', 'sign', file(name), '--recovery-key', pem(by), ...more]);
}

async function signedBy(name: string, by: string): Promise<string> {
  const out = file(`${name}.${by}`);
  const { code } = await sign(name, by, '--yes', '--out', out);
  expect(code).toBe(0);
  return out;
}

function submit(...files: readonly string[]): Promise<CliResult> {
  return run('recover', id, ...files.flatMap((one) => ['--signed', one]));
}

function refused(words: string): object {
  return { code: 2, stdout: '', stderr: expect.stringContaining(words) };
}

describe('an identity whose recovery keys are in several hands', () => {
  it('is recovered by a request that each of a quorum signs where its key is', async () => {
    const wrote = await request('r', '--sign', pem('phone'));
    expect(wrote).toMatchObject({ code: 0, stderr: '' });
    expect(wrote.stdout).toMatch(/waits for 2 of 3 recovery keys/);
    const [fingerprint = ''] = /fingerprint [0-9a-f ]+/.exec(wrote.stdout) ?? [];
    expect((await stat(file('r'))).mode & 0o777).toBe(0o600);

    const first = await sign('r', 'officer-1', '--yes', '--out', file('one'));
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(did('officer-1')) });
    for (const words of [
      ...[id, 'Ada', '2 of 3 must sign', 'the same recovery keys', fingerprint.slice(12).trim()],
      ...[`${did('master')}  sign update`, `${did('next')}  update`, `${did('phone')}  sign`],
    ])
      expect(first.stderr).toContain(words);
    // Without --out it is printed.
    const third = await sign('r', 'officer-3', '--yes');
    await writeFile(file('three'), third.stdout);

    const { identity } = await done<{ identity: Shown }>(
      ...['recover', id, '--signed', file('one'), '--signed', file('three')],
    );
    const inUse = identity.keys.filter(({ isInUse }) => isInUse).map(({ key }) => key);
    expect(inUse).toEqual([did('next'), did('phone')]);
    const history = await run('history', id);
    for (const name of ['next', 'phone', 'officer-1', 'officer-3'])
      expect(history.stdout).toContain(did(name));
    expect(await submit(file('one'), file('three'))).toEqual(refused('recorded already'));
  });

  it('may name other recovery keys by the same request', async () => {
    await request('r', '--recovery', did('officer-2'), '--since', '2026-01-01T00:00:00.000Z');
    const shown = await sign('r', 'officer-1', '--yes', '--out', file('r.officer-1'));
    expect(shown.stderr).toMatch(/OTHERS: 1 of 1 recover it/);
    expect(shown.stderr).toMatch(/from 2026-01-01T00:00:00.000Z on is not to be trusted/);
    const files = [file('r.officer-1'), await signedBy('r', 'officer-2')];
    expect((await submit(...files)).code).toBe(0);
    const { recovery } = await done<Shown>('show', id);
    expect(recovery).toEqual({ keys: [did('officer-2')], threshold: 1 });
  });

  it('leaves no private key in any file or output', async () => {
    const outputs = [await request('r'), await sign('r', 'officer-1', '--yes')];
    const text = [
      ...outputs.map(({ stdout, stderr }) => stdout + stderr),
      await readFile(file('r'), 'utf8'),
    ].join('');
    for (const name of ['next', 'officer-1']) {
      const secret = (await readFile(pem(name), 'utf8')).split('\n')[1] ?? '';
      expect(secret).not.toBe('');
      expect(text).not.toContain(secret);
    }
  });
});

describe('identity recover', () => {
  it('refuses too few, twice the same key, and different requests, by name', async () => {
    await request('r');
    await request('other', '--since', '2026-01-01T00:00:00.000Z');
    const [one, two] = [await signedBy('r', 'officer-1'), await signedBy('other', 'officer-2')];
    expect(await submit(one)).toEqual(refused(`1 signed; not yet: ${did('officer-2')}`));
    expect(await submit(one, one)).toEqual(refused(`${did('officer-1')} signed two`));
    expect(await submit(one, two)).toEqual(refused('signed different requests'));
    expect((await done<Shown>('show', id)).sequence).toBe(0);
  });

  it('refuses an outdated request, one for another identity, and what nobody signed', async () => {
    await request('r');
    const files = [await signedBy('r', 'officer-1'), await signedBy('r', 'officer-2')];
    expect(await submit(file('r'))).toEqual(
      refused(`${file('r')}: not a recovery request: no recovery key`),
    );
    const { identity } = await done<{ identity: Shown }>('register', '--update', pem('stranger'));
    const argv = files.flatMap((one) => ['--signed', one]);
    expect(await run('recover', identity.id, ...argv)).toEqual(refused('which is another'));
    await done('introduce', id);
    expect(await submit(...files)).toEqual(refused('outdated'));
  });

  it('says which options go together', async () => {
    expect(await run('recover', id, '--update', pem('next'))).toEqual(refused('give one of --by'));
    expect(await request('r', '--by', pem('officer-1'))).toEqual(refused('give one of --by'));
    expect(await run('recover', id, '--request', file('r'))).toEqual(refused('--update is needed'));
    const changed = ['--signed', file('r'), '--update', pem('next')];
    expect(await run('recover', id, ...changed)).toEqual(refused('--signed goes with nothing'));
    expect(await request('r', '--since', '2999-01-01T00:00:00.000Z')).toEqual(
      refused('later than now'),
    );
    await request('r');
    expect(await request('r')).toEqual(refused('there already'));
    const unknown = ['recover', `identity:${'0'.repeat(64)}`, '--update', pem('next')];
    expect((await run(...unknown, '--request', file('s'))).code).toBe(2);
  });
});

describe('identity sign', () => {
  it('refuses a key that is none of the recovery keys, before anybody is asked', async () => {
    await request('r');
    for (const by of ['stranger', 'master', 'next']) {
      const answer = await sign('r', by, '--out', file('out'));
      expect(answer).toMatchObject({ code: 2, stdout: '' });
      expect(answer.stderr).toContain(`${did(by)} is none of the recovery keys`);
    }
    await expect(stat(file('out'))).rejects.toThrow('ENOENT');
  });

  it('signs nothing unless somebody says yes, and nothing twice', async () => {
    await request('r');
    expect((await sign('r', 'officer-1', '--out', file('out'))).stderr).toMatch(/--yes is needed/);
    await expect(stat(file('out'))).rejects.toThrow('ENOENT');
    await signedBy('r', 'officer-1');
    expect(await sign('r.officer-1', 'officer-2', '--yes')).toEqual(refused('signed already'));
    expect(await sign('r', 'officer-2', '--yes', '--out', file('r.officer-1'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there already/),
    });
  });

  it('asks who sits before it, and signs for a yes alone', async () => {
    await request('r');
    const argv = ['identity', 'sign', file('r'), '--recovery-key', pem('officer-1')];
    for (const [answer, code] of [
      ['no', 2],
      ['', 2],
      ['yes', 0],
    ] as const) {
      let [out, said] = ['', ''];
      const ended = await runProgram([...argv, '--out', file('out')], {
        stdout: (text) => void (out += text),
        stderr: (text) => void (said += text),
        isInteractive: true,
        stdin: Readable.from([Buffer.from(`${answer}\n`)]),
        env: {},
      });
      expect(ended).toBe(code);
      expect(said).toMatch(/^TO BE SIGNED[^]*Sign this\? Type yes: /);
      if (code === 2)
        expect([out, said]).toEqual(['', expect.stringMatching(/nothing was signed/)]);
    }
    expect((await readFile(file('out'), 'utf8')).endsWith('\n')).toBe(true);
  });

  it('refuses what is no request, in one line that names the file', async () => {
    for (const [name, text] of [
      ['empty', ''],
      ['text', 'sign here'],
      ['list', '[]'],
      ['handover', '{"$v":1,"kind":"chirograph/handover-request"}'],
    ] as const) {
      await writeFile(file(name), text);
      const { code, stdout, stderr } = await sign(name, 'officer-1', '--yes');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(
        new RegExp(`^chirograph: .*${name}.json: not a recovery request: .*\n$`),
      );
    }
    expect((await sign('nowhere', 'officer-1', '--yes')).stderr).toMatch(/nowhere.json/);
  });

  it('refuses a request, and a node what is sent, altered by a byte', async () => {
    await request('r');
    const good = await readFile(file('r'));
    const signed = await readFile(await signedBy('r', 'officer-1'));
    const other = await signedBy('r', 'officer-2');
    const place = fc.nat({ max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(
        place,
        place,
        fc.integer({ min: 1, max: 255 }),
        async (here, there, flip) => {
          await writeFile(file('bad'), altered(good, here, flip));
          expect((await sign('bad', 'officer-1', '--yes')).stdout).toBe('');
          await writeFile(file('worse'), altered(signed, there, flip));
          expect((await submit(file('worse'), other)).code).toBe(2);
        },
      ),
      { numRuns: 25 },
    );
    expect((await done<Shown>('show', id)).sequence).toBe(0);
  });
});

/** The line feed at the end is no part of it. */
function altered(bytes: Buffer, place: number, flip: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = place % (copy.length - 1);
  copy[at] = (copy[at] ?? 0) ^ flip;
  return copy;
}
