import { cpSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { RunningNode } from './support/running-node.js';

const KEY = 'an-admin-key-of-the-operators-own-0123456789';
const ENV = { CHIROGRAPH_ADMIN_KEY: KEY };

let root: string;
let data: string;
let running: RunningNode[];

beforeEach(async () => {
  root = await temporaryDirectory();
  data = join(root, 'data');
  running = [];
});

afterEach(async () => {
  for (const node of running) {
    node.signal('SIGKILL');
    await node.ended();
  }
  await removeDirectory(root);
});

function serve(env: Record<string, string> = ENV, wrap: readonly string[] = []): RunningNode {
  const node = new RunningNode(['serve', '--data', data, '--port', '0'], env, wrap);
  running.push(node);
  return node;
}

function call(url: string, body?: object, key = KEY): Promise<Response> {
  return fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function expectOneLine(code: number, pattern: RegExp): Promise<void> {
  const ended = await runCli(['serve', '--data', data, '--port', '0']);
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(pattern) });
  expect(ended.stderr).toMatch(/^chirograph: [^\n]+\n$/);
}

describe('serve', () => {
  it('prints the first key once, keeps what it was given, and ends when it is told to', async () => {
    const first = serve({});
    const url = await first.url();
    const key = /: (cg_\S+)\n/.exec(first.stderr)?.[1] ?? '';
    expect((await call(`${url}/v1/ledgers`, { name: 'kyc' }, key)).status).toBe(201);
    expect(JSON.stringify(first.log)).not.toContain(key);
    first.signal('SIGTERM');
    expect(await first.ended()).toBe(0);
    expect(first.log.map(({ event }) => event)).toEqual(['listening', 'stopping', 'stopped']);

    const second = serve({});
    expect((await call(`${await second.url()}/v1/ledgers/kyc`, undefined, key)).status).toBe(200);
    second.signal('SIGINT');
    expect(await second.ended()).toBe(0);
    expect(second.stderr).toBe('');
  });

  it('finishes what is in flight, and ends at once when it is told twice', async () => {
    const node = serve();
    const url = await node.url();
    await call(`${url}/v1/ledgers`, { name: 'kyc' });
    const begin = (): ReturnType<typeof httpRequest> =>
      httpRequest(`${url}/v1/ledgers/kyc/records`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson' },
      });
    const line = '{"type":"T","subject":"s","payload":{}}\n';
    const finished = begin();
    const stuck = begin();
    stuck.on('error', () => undefined);
    const answered = new Promise<string>((resolve, reject) => {
      finished.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve(text);
        });
      });
    });
    await Promise.all(
      [finished, stuck].map((one) => new Promise((resolve) => one.write(line, resolve))),
    );
    await new Promise((resolve) => stuck.once('response', resolve));
    node.signal('SIGTERM');
    await node.until('stopping');
    finished.end(line);
    expect((await answered).trimEnd().split('\n')).toHaveLength(2);
    node.signal('SIGTERM');
    expect(await node.ended()).toBe(130);
    // The key that the operator chose is told to nobody.
    expect(node.stderr + JSON.stringify(node.log)).not.toContain(KEY);

    const again = serve();
    const state = await (await call(`${await again.url()}/v1/ledgers/kyc`)).json();
    expect(state).toMatchObject({ size: 4 });
  });

  it('stops with exit code 1 when its store has failed', async () => {
    // A disk that takes no file above 24 MiB; without the trap the system would end the process.
    const limit = 'trap "" XFSZ; ulimit -f 24576; exec "$@"';
    const node = serve(ENV, ['bash', '-c', limit, 'bash']);
    const url = await node.url();
    await call(`${url}/v1/ledgers`, { name: 'kyc' });
    const payload = { a: 'x'.repeat(3 * 1024 * 1024) };
    let last: Response | undefined;
    for (let sent = 0; sent < 20 && (last === undefined || last.status === 201); sent++)
      last = await call(`${url}/v1/ledgers/kyc/records`, { type: 'T', subject: 's', payload });
    expect(last?.status).toBe(500);
    expect(await last?.json()).toMatchObject({ code: 'LEDGER_FAILED' });
    expect(await node.ended()).toBe(1);
    expect(node.log.map(({ event }) => event)).toContain('store failed');
  });
});

describe('serve refuses, with one line and exit code 2,', () => {
  it('a data directory that another process has open, and a port that is taken', async () => {
    const node = serve();
    const { port } = new URL(await node.url());
    await expectOneLine(2, /in use/);
    const ended = await runCli(['serve', '--data', join(root, 'other'), '--port', port]);
    expect(ended).toMatchObject({
      code: 2,
      stderr: `chirograph: cannot listen on 127.0.0.1 port ${port}: EADDRINUSE\n`,
    });
  });

  it('a data directory that is newer, damaged, or older than what it showed', async () => {
    await runCli(['init', '--data', data]);
    cpSync(data, join(root, 'copy'), { recursive: true });
    await runCli(['init', '--data', data]);

    const format = join(data, 'FORMAT');
    writeFileSync(format, 'chirograph 2\n');
    await expectOneLine(2, /format 2/);
    writeFileSync(format, 'chirograph\n');
    await expectOneLine(2, /FORMAT/);

    await removeDirectory(data);
    cpSync(join(root, 'copy'), data, { recursive: true });
    await expectOneLine(2, /older copy/);
  });

  it('development parts in production, an unknown setting, and a key that could be guessed', async () => {
    const refused = async (
      argv: readonly string[],
      env: Record<string, string>,
      pattern: RegExp,
    ): Promise<void> => {
      const ended = await runCli(['serve', '--data', data, ...argv], env);
      expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(pattern) });
    };
    await refused([], { NODE_ENV: 'production' }, /CHIROGRAPH_ANCHOR_CHAIN and CHIROGRAPH_SEAL/);
    await refused([], { CHIROGRAPH_COLOUR: 'red' }, /CHIROGRAPH_COLOUR/);
    await refused(['--port', 'x'], {}, /--port must be/);
    await refused([], { CHIROGRAPH_ADMIN_KEY: 'secret' }, /CHIROGRAPH_ADMIN_KEY must be/);
  });
});

describe('init', () => {
  it('makes a node once, and shows its key once', async () => {
    const first = await runCli(['init', '--data', data, '--json']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const made = JSON.parse(first.stdout) as Record<string, string>;
    expect(made).toMatchObject({ data, keys: `${data}.keys`, development: true });
    expect(made['key']).toMatch(/^cg_/);
    const second = await runCli(['init', '--data', data, '--json']);
    const { key, ...rest } = made;
    expect(JSON.parse(second.stdout)).toEqual(rest);
    const node = serve({});
    expect((await call(`${await node.url()}/v1/ledgers`, undefined, key)).status).toBe(200);
  });

  it('names the address to pay to where anchors cost something', async () => {
    const argv = ['--anchor-chain', 'bitcoin', '--bitcoin-rpc-url', 'http://127.0.0.1:1'];
    const ended = await runCli(['init', '--data', data, ...argv, '--json']);
    expect(ended).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      anchorAddress: expect.stringMatching(/^bc1q/),
    });
    const asDevelopment = await runCli(['init', '--data', data]);
    expect(asDevelopment).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--anchor-chain must be the one/),
    });
  });
});
