/** A node with its S3 port, and the keys that the suite takes: in a directory of its own, and gone with it. */
/* global fetch */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const PROGRAM = new URL('../../../bin/chirograph.js', import.meta.url).pathname;
const START_MILLIS = 60_000;

export async function startNode() {
  const directory = await mkdtemp(join(tmpdir(), 'chirograph-s3-tests-'));
  const [port, s3Port] = [await freePort(), await freePort()];
  const adminKey = randomBytes(32).toString('hex');
  const log = join(directory, 'log');
  const child = spawn(
    process.execPath,
    [
      PROGRAM,
      'serve',
      '--data',
      join(directory, 'data'),
      '--port',
      `${port}`,
      '--s3-port',
      `${s3Port}`,
      '--s3-domain',
      's3.test',
    ],
    { env: { ...process.env, CHIROGRAPH_ADMIN_KEY: adminKey }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const sink = createWriteStream(log);
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...process.env, CHIROGRAPH_URL: url, CHIROGRAPH_KEY: adminKey };
  await ready(url, child);
  return {
    directory,
    log,
    s3Port,
    pid: child.pid,
    /** @param {readonly string[]} options of `keys create` */
    s3Key: (author, role, options = []) => createKey(environment, author, role, options),
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await new Promise((resolve) => child.once('exit', resolve));
      }
      sink.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function ready(url, child) {
  for (let left = START_MILLIS; left > 0; left -= 200) {
    if (child.exitCode !== null) throw new Error(`the node ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await wait(200);
  }
  throw new Error('the node was not ready in a minute');
}

function createKey(env, author, role, options) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, 'keys', 'create', '--s3', '--json', '--role', role, '--author', author, ...options],
    { env, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`keys create: ${stderr}`);
  const { accessKeyId, secretAccessKey } = JSON.parse(stdout);
  const userId = createHash('sha256').update(author).digest('hex');
  return { accessKeyId, secretAccessKey, userId, displayName: author };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
