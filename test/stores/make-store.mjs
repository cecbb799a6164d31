// Writes the store that is kept for one version of the program: `npm run build`, then
// `node test/stores/make-store.mjs test/stores/VERSION`. Run once, before a version is released; what
// lies there is never written again. See README.md beside this file.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/chirograph.js', import.meta.url));
// RocksDB's own texts: not needed, and they name directories of the machine they were written on.
const TEXTS = /^(?:LOG|OPTIONS-)/;

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('where to?');
const root = await mkdtemp(join(tmpdir(), 'chirograph-store-'));
const key = randomBytes(32).toString('hex');

async function start() {
  const argv = ['serve', '--data', join(root, 'data'), '--port', '0', '--log-name', 'kept.example'];
  const child = spawn(process.execPath, [PROGRAM, ...argv], {
    env: { ...process.env, CHIROGRAPH_ADMIN_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event !== 'listening') continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error('it did not start');
}

async function stop({ child }, signal) {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function ask({ url }, path, options = {}) {
  const answer = await fetch(`${url}${path}`, {
    ...options,
    headers: { authorization: `Bearer ${key}`, ...options.headers },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

const postJson = async (node, path, value, headers = {}) => {
  const type = { 'content-type': 'application/json', ...headers };
  return (await ask(node, path, { method: 'POST', body: JSON.stringify(value), headers: type })).json();
};

/** Records of every form, and what the client was told of them. */
const records = [
  { type: 'test.Residence', subject: 'anna', key: 'residence', payload: { city: 'Zürich' } },
  { type: 'test.Note', subject: 'bo', payload: { text: 'no key' }, retention: 'aml-5y' },
  {
    type: 'test.Residence',
    subject: 'anna',
    key: 'residence',
    validFrom: '2026-01-01T00:00:00.000Z',
    payload: { city: 'Bern' },
  },
  {
    type: 'test.Account',
    subject: 'bo',
    key: 'account',
    parties: ['anna'],
    payload: { holder: 'bo' },
    parts: [{ subject: 'anna', payload: { role: 'proxy' } }],
  },
];
const told = [];
const append = async (node, record, idempotencyKey) => {
  const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
  const receipt = await postJson(node, '/v1/ledgers/kyc/records', record, headers);
  told.push({ record, ...(idempotencyKey !== undefined && { idempotencyKey }), receipt });
};
const statements = async (node) => {
  const texts = [];
  for (const { receipt } of told)
    texts.push(await (await ask(node, `/v1/ledgers/kyc/records/${receipt.id}/statement`)).text());
  return texts;
};
const keep = async (name) => {
  for (const part of ['data', 'data.keys'])
    await cp(join(root, part), join(target, name, part), {
      recursive: true,
      filter: (path) => !TEXTS.test(path.slice(path.lastIndexOf('/') + 1)),
    });
};

try {
  await mkdir(target, { recursive: true });
  let node = await start();
  await postJson(node, '/v1/ledgers', { name: 'kyc' });
  for (const [at, record] of records.entries())
    await append(node, record, at % 2 === 0 ? `key-${at}` : undefined);
  const [{ receipt }] = told;
  await postJson(node, `/v1/ledgers/kyc/records/${receipt.id}/signatures`, { signer: 'seal' });
  for (let isFinal = false; !isFinal;) {
    const { epochSize, settledSize } = await (await ask(node, '/v1/anchors', { method: 'POST' })).json();
    isFinal = settledSize === epochSize;
  }
  await append(node, { type: 'test.Note', subject: 'anna', payload: { text: 'after the anchor' } });
  const evidence = await (await ask(node, `/v1/ledgers/kyc/records/${receipt.id}/evidence`)).text();
  const trust = await (await ask(node, '/v1/trust')).text();
  const { origin, verifierKey } = await (await ask(node, '/v1/ledgers/kyc')).json();
  await stop(node, 'SIGTERM');
  await keep('stopped');

  const stopped = told.length;
  node = await start();
  for (let n = 0; n < 3; n++)
    await append(node, { type: 'test.Note', subject: `new-${n}`, key: 'n', payload: { n } }, `late-${n}`);
  const all = await statements(node);
  await stop(node, 'SIGKILL');
  await keep('killed');

  const promises = { key, origin, verifierKey, stopped, told, statements: all };
  await writeFile(join(target, 'promises.json'), `${JSON.stringify(promises, null, 2)}\n`);
  await writeFile(join(target, 'residence.evidence'), evidence);
  await writeFile(join(target, 'trust.json'), trust);
} finally {
  await rm(root, { recursive: true, force: true });
}
process.stdout.write(`${target}: ${(await readdir(target)).join(' ')}\n`);
