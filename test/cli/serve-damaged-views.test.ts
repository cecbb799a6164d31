import { randomBytes } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { RunningNode } from './support/running-node.js';

const KEY = 'an-admin-key-of-the-operators-own-0123456789';

let root: string;
let running: RunningNode[];

beforeEach(async () => {
  root = await temporaryDirectory();
  running = [];
});

afterEach(async () => {
  for (const node of running) {
    node.signal('SIGKILL');
    await node.ended();
  }
  await removeDirectory(root);
});

function serve(): RunningNode {
  const argv = ['serve', '--data', join(root, 'data'), '--port', '0'];
  const node = new RunningNode([...argv, '--epoch-interval-millis', '86400000'], {
    CHIROGRAPH_ADMIN_KEY: KEY,
  });
  running.push(node);
  return node;
}

async function stop(node: RunningNode): Promise<void> {
  node.signal('SIGTERM');
  expect(await node.ended()).toBe(0);
}

const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
const QUESTIONS = [
  'records?minSize=201&limit=1000',
  'records?type=test.T1&minSize=201&limit=1000',
  'records?subject=s3&minSize=201',
  'records/count?author=nobody&minSize=201',
  'subjects/s4?minSize=201',
  'subjects/s5/timeline?minSize=201',
  'subjects/s5/diff?from=20&to=201',
];

/** The answers, as text, once the views can be asked; and with which codes they were refused before. */
async function ask(url: string): Promise<{ said: string[]; codes: Set<string> }> {
  const codes = new Set<string>();
  const said: string[] = [];
  for (const question of QUESTIONS)
    for (;;) {
      const response = await fetch(`${url}/v1/ledgers/kyc/${question}`, { headers });
      const text = await response.text();
      if (response.status === 200) {
        said.push(text);
        break;
      }
      expect({ status: response.status, text }).toMatchObject({ status: 503 });
      codes.add((JSON.parse(text) as { code: string }).code);
    }
  return { said, codes };
}

async function filled(): Promise<string[]> {
  const node = serve();
  const url = await node.url();
  const post = (path: string, body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
    });
  expect((await post('ledgers', '{"name":"kyc"}')).status).toBe(201);
  const lines = Array.from({ length: 200 }, (_, at) => ({
    type: `test.T${at % 3}`,
    subject: `s${at % 7}`,
    key: `k${at % 20}`,
    payload: { at, noise: randomBytes(600).toString('hex') },
  }));
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const receipts = await post('ledgers/kyc/records', body, 'application/x-ndjson');
  expect((await receipts.text()).trimEnd().split('\n')).toHaveLength(200);
  const { said } = await ask(url);
  await stop(node);
  // What is in RocksDB's log goes into a table when it is opened again.
  const again = serve();
  expect((await ask(await again.url())).said).toEqual(said);
  await stop(again);
  return said;
}

async function tables(): Promise<string[]> {
  const views = join(root, 'data', 'views');
  const names = (await readdir(views)).filter((name) => name.endsWith('.sst'));
  expect(names).not.toEqual([]);
  return names.map((name) => join(views, name));
}

describe('serve', () => {
  it('makes views again that were damaged while it was stopped, and answers the same bytes', async () => {
    const said = await filled();
    for (const path of await tables()) await truncate(path, 50);
    const opened = serve();
    expect((await ask(await opened.url())).said).toEqual(said);
    expect(opened.log.map(({ event }) => event)).toContain(
      'views cannot be read and are made again',
    );
    await stop(opened);
  });

  it('makes views again that turn out to be damaged while it serves', async () => {
    const said = await filled();
    for (const path of await tables()) {
      const bytes = await readFile(path);
      const [first, last] = [bytes.length * 0.4, bytes.length * 0.6];
      await writeFile(
        path,
        bytes.map((byte, at) => (at >= first && at < last ? byte ^ 0x5a : byte)),
      );
    }
    const opened = serve();
    const url = await opened.url();
    const answers = await ask(url);
    expect(answers.said).toEqual(said);
    expect([...answers.codes]).toContain('VIEW_FAILED');
    const events = opened.log.map(({ event }) => event);
    expect(events).toContain('views failed');
    expect(events).toContain('views are removed and made again');
    expect(await (await fetch(`${url}/readyz`)).text()).not.toContain('views');
    await stop(opened);
  });
});
