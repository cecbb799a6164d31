/** `chirograph files` against a whole node, and against nodes that break. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { putFile } from '../../src/cli/files-put.js';
import { nodeClientFor } from '../../src/cli/node-options.js';
import { noise } from '../files/http/support/files-client.js';
import { openSuiteService } from '../support/suite-service.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import type { TestService } from '../support/test-service.js';
import { type CliResult, runCli } from './support/run-cli.js';

let node: TestService;
let place: string;
openSuiteService((opened) => {
  node = opened;
});
beforeAll(async () => {
  place = await temporaryDirectory();
});
afterAll(async () => {
  await removeDirectory(place);
});

function files(words: string, stdin = ''): Promise<CliResult> {
  const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
  return runCli(['files', ...words.split(' ')], env, stdin);
}

async function done(words: string, stdin = ''): Promise<string> {
  const result = await files(words, stdin);
  expect([words, result.stderr, result.code]).toEqual([words, '', 0]);
  return result.stdout;
}

async function json<T>(words: string): Promise<T> {
  return JSON.parse(await done(`${words} --json`)) as T;
}

async function fileOf(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(place, name);
  await writeFile(path, bytes);
  return path;
}

interface Listed {
  readonly items: readonly { readonly path: string; readonly version: string }[];
  readonly prefixes: readonly string[];
}

const pathsOf = ({ items }: Listed): string[] => items.map(({ path }) => path);

describe('chirograph files', () => {
  it('puts files and gets them back, from files and pipes, and checks both ways', async () => {
    await done('create desk');
    const bytes = noise(300_000);
    const source = await fileOf('source.bin', bytes);
    expect(await done(`put desk a/f.bin ${source} --type application/x-noise`)).toMatch(
      /^put a\/f\.bin: 293\.0 KiB, version [0-9a-f]{64}\n$/,
    );
    const target = join(place, 'target.bin');
    const got = await json<{ size: number; sha256: string }>(`get desk a/f.bin ${target}`);
    expect(got).toMatchObject({
      size: 300_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect((await readFile(target)).equals(bytes)).toBe(true);
    await done('put desk piped', 'from a pipe');
    await done(`get desk piped ${target}`);
    expect(await readFile(target, 'utf8')).toBe('from a pipe');
    const again = await files(`put desk piped ${source} --new`);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('FILE_CHANGED')]);
    const missing = await files(`get desk nowhere ${target}`);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('FILE_UNKNOWN')]);
    expect(await readdir(place)).not.toContainEqual(expect.stringContaining('.part-'));
  });

  it('lists, moves, copies and deletes', async () => {
    await done('create tree');
    for (const path of ['a/1', 'a/2', 'b']) await done(`put tree ${path}`, path);
    expect(await json<Listed>('ls tree')).toMatchObject({ prefixes: ['a/'] });
    expect(pathsOf(await json<Listed>('ls tree --recursive'))).toEqual(['a/1', 'a/2', 'b']);
    expect(await done('mv tree b c')).toMatch(/^moved to c: version/);
    expect(await done('cp tree c copies/c')).toMatch(/^copied to copies\/c: version/);
    expect(await done('rm tree c')).toMatch(/^deleted c: version/);
    expect(pathsOf(await json<Listed>('ls tree --recursive'))).toEqual(['a/1', 'a/2', 'copies/c']);
    expect(await done('ls tree a/')).toMatch(/3 B {2,}a\/1/);
    expect(await done('drives')).toMatch(/tree +on +3/);
  });

  it('shows what was, names it, and makes it so again', async () => {
    await done('create past');
    await done('put past f', 'one');
    await done('put past g', 'g');
    expect(await done('snapshot past q1')).toMatch(/^@q1 is size \d+\n$/);
    expect(await done('snapshot past')).toMatch(/^snapshot +size +made\nq1 /);
    await done('put past f', 'two');
    await done('rm past g');
    await done('put past h', 'h');
    expect(await done('diff past --from @q1')).toBe('~ f\n- g\n+ h\n');
    const { items } = await json<Listed>('history past f');
    expect(items).toHaveLength(2);
    const target = join(place, 'as-of');
    await done(`get past f ${target} --as-of @q1`);
    expect(await readFile(target, 'utf8')).toBe('one');
    await done(`restore past f --version-id ${items[1]?.version ?? ''}`);
    await done('restore past g --undelete');
    expect(await done('restore past --folder --as-of @q1')).toBe('restored 1, deleted 1, left 0\n');
    expect(pathsOf(await json<Listed>('ls past'))).toEqual(['f', 'g']);
    expect((await files('restore past f')).code).toBe(2);
    expect((await files('get past ../f x')).stderr).toContain('has no segment');
  });

  it('locks and holds versions', async () => {
    await done('create kept --lock none');
    await done('put kept f', 'x');
    await done('lock kept f --until 30d');
    const { items } = await json<Listed>('history kept f');
    const id = items[0]?.version ?? '';
    expect(await done('ls kept')).toContain('governance until');
    expect((await files(`rm kept f --version-id ${id}`)).stderr).toContain('FILE_LOCKED');
    await done('hold kept f');
    expect((await files(`rm kept f --version-id ${id} --bypass-governance`)).code).toBe(2);
    await done('hold kept f --release');
    expect(await done(`rm kept f --version-id ${id} --bypass-governance`)).toMatch(/^took out f/);
    for (const wrong of [
      'lock kept f',
      'lock kept f --mode strict --until 1d',
      'create x --lock no',
    ])
      expect((await files(wrong)).code).toBe(2);
  });

  it('puts what is large in stretches, and what a node says of it is compared', async () => {
    const bytes = noise(1_000_005);
    const source = await fileOf('large.bin', bytes);
    await done('create large');
    const flags = { url: node.service.url, key: node.adminKey };
    const terminal = {
      ...{ stdout: () => undefined, stderr: () => undefined, isInteractive: false },
      ...{ stdin: Readable.from([]), env: {} },
    };
    const wish = { drive: 'large', path: 'f', file: source, type: 'a/b', subject: 'Anna Ü' };
    const shown: string[] = [];
    const progress = { show: (text: string) => void shown.push(text), end: () => undefined };
    const client = nodeClientFor(flags, terminal);
    const limits = { whole: 100_000, stretch: 300_000 };
    await putFile(client, { ...wish, conditions: {} }, terminal, progress, limits);
    expect(shown).toContain('sent 976.6 KiB of 976.6 KiB');
    expect(await json('ls large')).toMatchObject({
      items: [{ mediaType: 'a/b', subject: 'Anna Ü', etag: expect.stringMatching(/-4$/) }],
    });
    const said = await json<{ sha256: string }>(`get large f ${join(place, 'large.out')}`);
    expect(said.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

describe('a connection that breaks', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  /** A node as far as it gives one file, and hangs up so often in the middle of it. */
  async function breaking(
    content: Buffer,
    cuts: number,
    sha256: string,
  ): Promise<[string, string[]]> {
    const ranges: string[] = [];
    const server = createServer((request, response) => {
      const { range = '' } = request.headers;
      ranges.push(range);
      const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        'content-length': content.length - start,
        ...(start > 0 && {
          'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
        }),
        etag: '"e"',
        'chirograph-version': 'v',
        'repr-digest': `sha-256=:${sha256}:`,
      });
      if (ranges.length > cuts) response.end(content.subarray(start));
      else
        response.write(content.subarray(start, start + 1000), () => {
          setImmediate(() => response.destroy());
        });
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return [`http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges];
  }

  it('is gone on with where it broke, and what comes is still checked', async () => {
    const content = Buffer.from(noise(5000));
    const sha256 = createHash('sha256').update(content).digest('base64');
    const [url, ranges] = await breaking(content, 2, sha256);
    const env = { CHIROGRAPH_URL: url, CHIROGRAPH_KEY: 'k' };
    const target = join(place, 'broken');
    const result = await runCli(['files', 'get', 'd', 'f', target], env);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect((await readFile(target)).equals(content)).toBe(true);
    expect(ranges).toEqual(['', 'bytes=1000-', 'bytes=2000-']);
    const [other] = await breaking(content, 0, Buffer.alloc(32).toString('base64'));
    const wrong = await runCli(['files', 'get', 'd', 'f', `${target}-2`], {
      ...env,
      CHIROGRAPH_URL: other,
    });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('get it again')]);
    expect(await readdir(place)).not.toContain('broken-2');
  });
});
