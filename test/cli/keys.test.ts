import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startTestNode } from '../api/support/test-node.js';
import { runCli } from './support/run-cli.js';

const node = await startTestNode();
const env = { CHIROGRAPH_URL: node.url, CHIROGRAPH_KEY: node.adminKey };

const strangers: Server[] = [];

afterAll(() => {
  for (const server of strangers) server.close().closeAllConnections();
});

/** Something at a URL that is no node. */
async function startStranger(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  strangers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('keys', () => {
  it('makes a key, lists it and revokes it', async () => {
    const created = await runCli(
      ['keys', 'create', '--role', 'writer', '--label', 'branch 7'],
      env,
    );
    expect(created.code).toBe(0);
    const [key = ''] = created.stdout.split('\n');
    const id = key.slice(3, 15);
    expect(key).toMatch(/^cg_[0-9a-f]{12}_/);

    const listed = await runCli(['keys', 'list'], env);
    expect(listed.stdout).toMatch(new RegExp(`^${id}  writer +\\S+ .*active   branch 7$`, 'm'));
    expect(listed.stdout).not.toContain(key.slice(16));

    expect(await runCli(['keys', 'revoke', id], env)).toMatchObject({
      code: 0,
      stdout: `revoked ${id}\n`,
    });
    expect((await runCli(['keys', 'list'], env)).stdout).toMatch(
      new RegExp(`^${id}.*revoked`, 'm'),
    );
  });

  it('makes a key with an S3 credential, of an admin unless it says otherwise', async () => {
    const made = await runCli(['keys', 'create', '--s3', '--json'], env);
    expect(JSON.parse(made.stdout)).toMatchObject({
      role: 'admin',
      accessKeyId: expect.stringMatching(/^CHIROS3K[0-9A-F]{12}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
    });
    const told = await runCli(['keys', 'create', '--s3', '--role', 'writer'], env);
    expect(told.stdout).toMatch(/^accessKeyId CHIROS3K\w{12}\nsecretAccessKey [\w-]{40}$/m);
    expect(told.stdout).toContain('with the role writer');
  });

  it('wants a role of any other key', async () => {
    expect(await runCli(['keys', 'create'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--role'),
    });
  });

  it('prints JSON on one line when asked', async () => {
    const { stdout } = await runCli(['keys', 'list', '--json'], env);
    expect(stdout.trimEnd()).not.toContain('\n');
    const { items } = JSON.parse(stdout) as { items: unknown[] };
    expect(items[0]).toMatchObject({ role: 'admin', tenant: 'default' });
  });

  it('takes flags before the environment', async () => {
    const argv = ['keys', 'list', '--url', node.url, '--key', node.adminKey];
    const other = { CHIROGRAPH_URL: 'http://127.0.0.1:1', CHIROGRAPH_KEY: 'other' };
    expect((await runCli(argv, other)).code).toBe(0);
  });

  it('goes through all pages of a list', async () => {
    const asked: (string | undefined)[] = [];
    const url = await startStranger((request, response) => {
      asked.push(request.url);
      const cursor = asked.length < 3 ? `c/${asked.length}` : null;
      response.end(JSON.stringify({ items: [{ id: `key ${asked.length}` }], cursor }));
    });
    const { code, stdout } = await runCli(['keys', 'list', '--json', '--url', url], env);
    expect(code).toBe(0);
    expect(stdout).toBe('{"items":[{"id":"key 1"},{"id":"key 2"},{"id":"key 3"}]}\n');
    expect(asked).toEqual([
      '/v1/keys?limit=1000',
      '/v1/keys?limit=1000&cursor=c%2F1',
      '/v1/keys?limit=1000&cursor=c%2F2',
    ]);
  });

  it('does not go through pages without end', async () => {
    const url = await startStranger((_request, response) =>
      response.end('{"items":[],"cursor":"again"}'),
    );
    expect((await runCli(['keys', 'list', '--url', url], env)).code).toBe(2);
  });
});

describe('what goes wrong', () => {
  it('is told as the node tells it: code, title and detail', async () => {
    const { code, stdout, stderr } = await runCli(['keys', 'revoke', '000000000000'], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'chirograph: ACCESS_KEY_NOT_FOUND: There is no such API key (the tenant has no key with this id)\n',
    );
  });

  it('never shows the key', async () => {
    const wrong = { ...env, CHIROGRAPH_KEY: `${node.adminKey.slice(0, 16)}${'B'.repeat(43)}` };
    const { code, stderr } = await runCli(['keys', 'list'], wrong);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: ACCESS_KEY_UNKNOWN/);
    expect(stderr).not.toContain('BBBB');
  });

  it('is a line where nothing answers', async () => {
    const { code, stderr } = await runCli(['keys', 'list', '--url', 'http://127.0.0.1:1'], env);
    expect(code).toBe(2);
    expect(stderr).toBe('chirograph: no node at http://127.0.0.1:1: cannot connect\n');
  });

  it('is a line where the answer does not come in time', async () => {
    const url = await startStranger(() => undefined);
    const { code, stderr } = await runCli(['keys', 'list', '--url', url, '--timeout', '50'], env);
    expect(code).toBe(2);
    expect(stderr).toBe(`chirograph: no node at ${url}: it does not answer in time\n`);
  });

  it.each<[string, RequestListener]>([
    ['a page', (_request, response) => response.end('<html></html>')],
    ['other JSON', (_request, response) => response.end('{"items":7}')],
    ['nothing', (_request, response) => response.end()],
    ['an error page', (_request, response) => response.writeHead(502).end('bad gateway\u001b[2J')],
  ])('is a line where %s answers', async (_what, listener) => {
    const url = await startStranger(listener);
    const { code, stdout, stderr } = await runCli(['keys', 'list', '--url', url], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [ -~]+\n$/);
  });

  it('is a line, fit for a terminal, where a stranger sends a problem of his own', async () => {
    const problem = { code: 'X\u001b[31m', title: 'two\nlines', detail: 'z'.repeat(5000) };
    const url = await startStranger((_request, response) =>
      response.writeHead(400).end(JSON.stringify(problem)),
    );
    const { stderr } = await runCli(['keys', 'list', '--url', url], env);
    expect(stderr).toMatch(/^chirograph: X \[31m: two lines \(z{300}\)\n$/);
  });

  it('does not follow a redirect with the key', async () => {
    const seen: (string | undefined)[] = [];
    const thief = await startStranger((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    });
    const url = await startStranger((_request, response) =>
      response.writeHead(307, { location: thief }).end(),
    );
    expect((await runCli(['keys', 'list', '--url', url], env)).code).toBe(2);
    expect(seen).toEqual([]);
  });
});
