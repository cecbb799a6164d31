/** The clients that people have, as Debian packages them, against the S3 port of a node in a process of its own. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { forwardProxy } from './forward-proxy.js';
import { type NodeUnderTest, type S3Key, startNode } from './s3-tests/node-under-test.mjs';

const MINUTES = 60_000;
/** More than a list of S3's has, several times over. */
const SMALL_FILES = 5_000;

let directory: string;
let node: NodeUnderTest;
let key: S3Key;
let endpoint: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  node = await startNode();
  key = node.s3Key('clients', 'admin');
  endpoint = `http://localhost:${node.s3Port}`;
}, 2 * MINUTES);
afterAll(async () => {
  await node.stop();
  await removeDirectory(directory);
});

const execute = promisify(execFile);

/** Of this machine's settings nothing reaches a client. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await execute(program, [...args], {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: '/usr/bin:/bin', HOME: directory, LC_ALL: 'C.UTF-8', ...env },
  });
  return stdout;
}

async function tree(name: string, count: number): Promise<string> {
  const root = join(directory, name);
  for (let at = 0; at < count; at++) {
    const folder = join(root, `folder ${at % 50}`);
    if (at < 50) await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `file-${at}.txt`), randomBytes(1 + (at % 300)));
  }
  return root;
}

/** SHA-256 of what there is below a directory: names and contents. */
async function digestOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted();
  for (const file of files) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest('hex');
}

describe('aws-cli', () => {
  const aws = async (
    args: readonly string[],
    { style = 'path', at = endpoint, proxy = '' } = {},
  ): Promise<string> => {
    const config = join(directory, `aws-${style}`);
    await writeFile(
      config,
      `[default]\nregion = us-east-1\ns3 =\n  addressing_style = ${style}\n  signature_version = s3v4\n`,
    );
    return run('/usr/bin/aws', ['--endpoint-url', at, '--output', 'json', ...args], {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_CONFIG_FILE: config,
      AWS_PAGER: '',
      ...(proxy !== '' && { HTTP_PROXY: proxy }),
    });
  };

  it(
    'puts a file of many parts and one of one, lists them, and gets them back',
    async () => {
      const large = randomBytes(40 * 1024 * 1024);
      await writeFile(join(directory, 'large'), large);
      await writeFile(join(directory, 'small'), 'small');
      await aws(['s3', 'mb', 's3://aws-files']);
      await aws(['s3', 'cp', 'large', 's3://aws-files/a/large', '--quiet']);
      await aws(['s3', 'cp', 'small', 's3://aws-files/a/small', '--quiet']);
      const listed = await aws(['s3api', 'list-objects-v2', '--bucket', 'aws-files']);
      expect(JSON.parse(listed)).toMatchObject({
        Contents: [
          { Key: 'a/large', Size: large.length },
          { Key: 'a/small', Size: 5 },
        ],
      });
      await aws(['s3', 'cp', 's3://aws-files/a/large', 'large.back', '--quiet']);
      expect((await readFile(join(directory, 'large.back'))).equals(large)).toBe(true);
    },
    5 * MINUTES,
  );

  it('signs a link that anybody may follow until it ends, and nobody may alter', async () => {
    const link = (
      await aws(['s3', 'presign', 's3://aws-files/a/small', '--expires-in', '60'])
    ).trim();
    expect(await (await fetch(link)).text()).toBe('small');
    const altered = await fetch(link.replace('a/small', 'a/large'));
    expect(altered.status).toBe(403);
    expect(await altered.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('names the bucket in the host', async () => {
    await using proxy = await forwardProxy(node.s3Port);
    const virtual = { style: 'virtual', at: 'http://s3.test', proxy: proxy.url };
    await aws(['s3', 'cp', 'small', 's3://aws-files/b/small', '--quiet'], virtual);
    await aws(['s3', 'cp', 's3://aws-files/b/small', 'small.back', '--quiet'], virtual);
    expect(await readFile(join(directory, 'small.back'), 'utf8')).toBe('small');
    expect(new Set(proxy.hosts)).toEqual(new Set(['aws-files.s3.test']));
  });

  it('removes what it made', async () => {
    await aws(['s3', 'rb', 's3://aws-files', '--force']);
    expect(JSON.parse((await aws(['s3api', 'list-buckets'])) || '{}')).toMatchObject({
      Buckets: [],
    });
  });
});

describe('rclone', () => {
  const rclone = (args: readonly string[]): Promise<string> =>
    run(
      '/usr/bin/rclone',
      [...args, '--config', join(directory, 'rclone.conf'), '--transfers', '16'],
      {
        RCLONE_CONFIG_NODE_TYPE: 's3',
        RCLONE_CONFIG_NODE_PROVIDER: 'Other',
        RCLONE_CONFIG_NODE_ENDPOINT: endpoint,
        RCLONE_CONFIG_NODE_ACCESS_KEY_ID: key.accessKeyId,
        RCLONE_CONFIG_NODE_SECRET_ACCESS_KEY: key.secretAccessKey,
        RCLONE_CONFIG_NODE_REGION: 'us-east-1',
      },
    );

  it(
    'copies a tree of thousands of files there, and both ways what has changed',
    async () => {
      const one = await tree('one', SMALL_FILES);
      await rclone(['sync', one, 'node:rclone-files', '--checksum']);
      await rclone(['check', one, 'node:rclone-files']);
      const other = join(directory, 'other');
      await mkdir(other);
      await rclone(['bisync', 'node:rclone-files', other, '--resync', '--checksum']);
      expect(await digestOf(other)).toBe(await digestOf(one));

      await writeFile(join(other, 'folder 1', 'new.txt'), 'new here');
      await rm(join(other, 'folder 2', 'file-2.txt'));
      await rclone(['bisync', 'node:rclone-files', other, '--checksum']);
      await rclone(['sync', 'node:rclone-files', one, '--checksum']);
      expect(await digestOf(one)).toBe(await digestOf(other));
    },
    20 * MINUTES,
  );
});

describe('restic', () => {
  const restic = (args: readonly string[]): Promise<string> =>
    run('/usr/bin/restic', ['--no-cache', '-r', `s3:${endpoint}/restic-files`, ...args], {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      RESTIC_PASSWORD: 'not a secret',
    });

  it(
    'keeps a backup that it finds sound by every byte, and restores it',
    async () => {
      const root = await tree('kept', 200);
      await writeFile(join(root, 'large'), randomBytes(30 * 1024 * 1024));
      await restic(['init']);
      await restic(['backup', root]);
      expect(await restic(['check', '--read-data'])).toContain('no errors were found');
      await restic(['restore', 'latest', '--target', join(directory, 'restored')]);
      expect(await digestOf(join(directory, 'restored', root))).toBe(await digestOf(root));
    },
    5 * MINUTES,
  );
});

describe('s3cmd', () => {
  const s3cmd = async (args: readonly string[]): Promise<string> => {
    const config = join(directory, 's3cfg');
    const host = `localhost:${node.s3Port}`;
    await writeFile(
      config,
      [
        '[default]',
        `access_key = ${key.accessKeyId}`,
        `secret_key = ${key.secretAccessKey}`,
        `host_base = ${host}`,
        `host_bucket = ${host}`,
        'bucket_location = us-east-1',
        'use_https = False',
        '',
      ].join('\n'),
    );
    return run('/usr/bin/s3cmd', ['-c', config, '--no-progress', ...args]);
  };

  it(
    'puts, lists, copies, gets and removes',
    async () => {
      const content = randomBytes(20 * 1024 * 1024);
      await writeFile(join(directory, 'cmd'), content);
      await s3cmd(['mb', 's3://cmd-files']);
      await s3cmd(['put', 'cmd', 's3://cmd-files/ä b/cmd']);
      await s3cmd(['cp', 's3://cmd-files/ä b/cmd', 's3://cmd-files/copy']);
      expect(await s3cmd(['ls', '-r', 's3://cmd-files'])).toMatch(/copy\n.*ä b\/cmd\n/);
      await s3cmd(['get', 's3://cmd-files/copy', 'cmd.back']);
      expect((await readFile(join(directory, 'cmd.back'))).equals(content)).toBe(true);
      await s3cmd(['del', '-r', '-f', 's3://cmd-files']);
      await s3cmd(['rb', 's3://cmd-files']);
    },
    3 * MINUTES,
  );
});

describe('boto3', () => {
  it(
    'keeps versions and locks, and puts only what it has seen',
    async () => {
      const script = join(import.meta.dirname, 's3-boto3.py');
      expect(
        await run('/usr/bin/python3', [script, endpoint, key.accessKeyId, key.secretAccessKey]),
      ).toBe('versions\nlocks\nconditions\n');
    },
    2 * MINUTES,
  );
});
