/** `chirograph witness`: made, served and asked as an operator does it, against a real node. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSignedNote } from '../../src/tlog/signed-note.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { RunningNode } from './support/running-node.js';

const KEY = 'an-admin-key-for-witnesses-0123456789abcdef';

let root: string;
let node: RunningNode;
let witness: RunningNode;
let env: Record<string, string>;
let verifierKey: string;
let policy: string;
let internal: string[];

beforeAll(async () => {
  root = await temporaryDirectory();
  const data = ['--data', join(root, 'node'), '--port', '0'];
  node = new RunningNode(['serve', ...data], { CHIROGRAPH_ADMIN_KEY: KEY });
  const url = await node.url();
  env = { CHIROGRAPH_URL: url, CHIROGRAPH_KEY: KEY };
  const response = await fetch(`${url}/v1/ledgers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: '{"name":"kyc"}',
  });
  const ledger = (await response.json()) as { verifierKey: string };
  const logs = join(root, 'logs.txt');
  await writeFile(logs, `# of one operator\nlog ${ledger.verifierKey}\n`);
  const place = join(root, 'witness');
  const made = await runCli(['witness', 'init', place, '--name', 'witness.example', '--json']);
  ({ verifierKey } = JSON.parse(made.stdout) as { verifierKey: string });
  witness = new RunningNode(['witness', 'serve', '--data', place, '--logs', logs, '--port', '0']);
  const at = await witness.url();
  internal = ['--internal', new URL(at).host];
  policy = join(root, 'policy.txt');
  await writeFile(
    policy,
    `log ${ledger.verifierKey}\nwitness regulator ${verifierKey} ${at}\nquorum regulator\n`,
  );
});
afterAll(async () => {
  for (const one of [witness, node]) {
    one.signal('SIGKILL');
    await one.ended();
  }
  await removeDirectory(root);
});

describe('chirograph witness init', () => {
  it('makes a key once, and says what others write into their policies', async () => {
    expect(verifierKey).toMatch(/^witness\.example\+[0-9a-f]{8}\+B/);
    const again = await runCli(['witness', 'init', join(root, 'witness'), '--name', 'other']);
    // Its keys are in use; and they would not be replaced either.
    expect(again).toMatchObject({ code: 2, stdout: '' });
    const place = join(root, 'second');
    expect(await runCli(['witness', 'init', place, '--name', 'a'])).toMatchObject({ code: 0 });
    const twice = await runCli(['witness', 'init', place, '--name', 'a']);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('in the key store already');
  });

  it.each([
    ['with a space', 'a b'],
    ['that is too long', 'a'.repeat(256)],
    ['that is empty', ''],
  ])('refuses a name %s, and makes nothing', async (_, name) => {
    const place = join(root, 'third');
    expect(await runCli(['witness', 'init', place, '--name', name])).toMatchObject({ code: 2 });
    await expect(readFile(`${place}.keys/witness.json`)).rejects.toThrow();
  });
});

describe('chirograph witness serve', () => {
  const serve = (...argv: string[]) => runCli(['witness', 'serve', ...argv]);

  it('refuses what it cannot serve', async () => {
    const logs = join(root, 'logs.txt');
    const data = ['--data', join(root, 'nowhere')];
    expect((await serve(...data, '--logs', logs)).stderr).toContain('chirograph witness init');
    expect((await serve(...data, '--logs', join(root, 'none'))).stderr).toContain('ENOENT');
    await writeFile(join(root, 'bad.txt'), 'log x\n');
    expect((await serve(...data, '--logs', join(root, 'bad.txt'))).stderr).toContain('line 1');
    await writeFile(join(root, 'empty.txt'), '');
    expect(await serve(...data, '--logs', join(root, 'empty.txt'))).toMatchObject({ code: 2 });
    for (const wrong of [
      ['--port', 'x'],
      ['--port', '65536'],
      ['--log-level', 'loud'],
      ['--max-log-bytes', '0'],
      ['--tls-key', 'x'],
    ])
      expect(await serve(...data, '--logs', logs, ...wrong)).toMatchObject({ code: 2, stdout: '' });
  });

  it('has its keys alone', async () => {
    const second = await serve('--data', join(root, 'witness'), '--logs', join(root, 'logs.txt'));
    expect(second).toMatchObject({ code: 2 });
    expect(second.stderr).toContain('in use');
  });
});

describe('chirograph witness submit', () => {
  it('has the newest head cosigned, and writes it with its cosignature', async () => {
    const out = join(root, 'kyc.checkpoint');
    const argv = ['witness', 'submit', 'kyc', '--policy', policy, ...internal];
    const { code, stdout } = await runCli([...argv, '--out', out], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^regulator: cosigned at \S+Z\n\S+\/kyc, size \d+: witnessed\n$/);
    const { signatures } = parseSignedNote(await readFile(out, 'utf8'));
    expect(signatures.map(({ name }) => name)).toEqual([
      expect.stringMatching(/\/kyc$/),
      'witness.example',
    ]);
    // Once it has grown, with a proof; the command remembers nothing, so it is told the size.
    const record =
      '{"type":"tradle.Residence","subject":"customer-4711","payload":{"city":"Oslo"}}';
    expect(await runCli(['append', 'kyc'], env, `${record}\n`)).toMatchObject({ code: 0 });
    const again = await runCli([...argv, '--json'], env);
    expect(JSON.parse(again.stdout)).toMatchObject({
      ...{ witnessed: true, failures: [], size: 2 },
      cosigned: [{ witness: 'regulator' }],
    });
  });

  it('ends with 1 where too few cosign, and says why', async () => {
    const argv = ['witness', 'submit', 'kyc', '--policy', policy];
    const { code, stdout } = await runCli(argv, env);
    expect(code).toBe(1);
    expect(stdout).toContain('regulator: OUTBOUND_ADDRESS_REFUSED: ');
    expect(stdout).toContain('not witnessed');
  });

  it('refuses a policy that is none, and a ledger that is not there', async () => {
    const bad = join(root, 'bad-policy.txt');
    await writeFile(bad, 'witness x\n');
    const refused = await runCli(['witness', 'submit', 'kyc', '--policy', bad], env);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('line 1');
    const unknown = await runCli(['witness', 'submit', 'none', '--policy', policy], env);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('LEDGER_UNKNOWN');
  });
});
