/**
 * A monitor against real nodes. The attacker has all that an operator has: the data directory, the key store
 * and copies of both from before, so that what he shows is signed by the log's own key.
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namedKey } from '../evidence/support/synthetic-keys.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type HostileNode, startHostileNode } from './support/hostile-node.js';
import { runCli } from './support/run-cli.js';
import { type Serving, startServing } from './support/serving.js';

interface Said {
  readonly code: number;
  readonly change: string;
  readonly size: number;
  readonly alarms: readonly {
    readonly code: string;
    readonly place: string;
    readonly detail: string;
    readonly proof?: string;
  }[];
}

const directory = await temporaryDirectory();
const trust = join(directory, 'trust.json');
const receipts = join(directory, 'receipts.ndjson');
let states = 0;

/** A monitor of its own memory. */
function monitor(): (env: Serving['env'], ...more: readonly string[]) => Promise<Said> {
  const state = join(directory, `monitor-${states++}`);
  return (env, ...more) => check(state, env, ...more);
}

async function check(
  state: string,
  env: Serving['env'],
  ...more: readonly string[]
): Promise<Said> {
  const argv = ['monitor', 'check', 'kyc', '--state', state, '--trust', trust, '--retries', '0'];
  const { code, stdout, stderr } = await runCli([...argv, '--json', ...more], env);
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as Omit<Said, 'code'>) };
}

function codes({ alarms }: Said): string[] {
  return alarms.map(({ code }) => code);
}

/** Appends records that are like no others. */
let appended = 0;
async function append({ env }: Serving, count: number): Promise<string> {
  const lines = Array.from({ length: count }, () =>
    JSON.stringify({ type: 'test.Note', subject: 'anna', payload: { n: appended++ } }),
  );
  const { code, stdout } = await runCli(['append', 'kyc', '--json'], env, `${lines.join('\n')}\n`);
  expect(code).toBe(0);
  return stdout;
}

/** What stands in two directories, as an operator may copy and put back. */
async function copy(from: string, to: string): Promise<void> {
  await rm(join(directory, to), { recursive: true, force: true });
  await cp(join(directory, from), join(directory, to), { recursive: true });
}

let node: Serving;
let isServing = false;

async function start(name: string): Promise<Serving> {
  return startServing(join(directory, name));
}

beforeAll(async () => {
  node = await start('node');
  await append(node, 4);
  expect((await runCli(['keys', 'trust', '--out', trust], node.env)).code).toBe(0);
  await node.stop();
  // Where every attack begins: a copy of data and keys as they were with five entries.
  await copy('node', 'backup');
  node = await again('node');
  isServing = true;
  writeFileSync(receipts, await append(node, 3));
});

afterAll(async () => {
  if (isServing) await node.stop();
  await removeDirectory(directory);
});

/** The key of a node is shown once. */
let key = '';
async function again(name: string): Promise<Serving> {
  if (key === '') key = node.env['CHIROGRAPH_KEY'] ?? '';
  const serving = await start(name);
  return { ...serving, env: { ...serving.env, CHIROGRAPH_KEY: key } };
}

/** A second node with the same keys and an older or another history. */
async function withTwin(act: (twin: Serving) => Promise<void>, from = 'backup'): Promise<void> {
  await copy(from, 'twin');
  const twin = await again('twin');
  try {
    await act(twin);
  } finally {
    await twin.stop();
  }
}

async function proven(proof: string | undefined): Promise<unknown> {
  const argv = ['monitor', 'verify', proof ?? '', '--trust', trust, '--json'];
  const { code, stdout } = await runCli(argv);
  return { code, ...(JSON.parse(stdout) as object) };
}

describe('an honest log', () => {
  it('is followed as it grows, and never accused', async () => {
    const look = monitor();
    expect(await look(node.env)).toMatchObject({ code: 0, change: 'first', size: 8, alarms: [] });
    expect(await look(node.env)).toMatchObject({ code: 0, change: 'none', alarms: [] });
    appendFileSync(receipts, await append(node, 2));
    expect(await look(node.env, '--compare', receipts)).toMatchObject({
      code: 0,
      change: 'grown',
      size: 10,
      alarms: [],
    });
  });

  it('may have another node that is behind', async () => {
    const look = monitor();
    await withTwin(async ({ env }) => {
      const more = ['--compare', env['CHIROGRAPH_URL'] ?? '', '--compare-key', key];
      expect(await look(node.env, ...more)).toMatchObject({ code: 0, alarms: [] });
    });
  });

  it('is compared with evidence files and saved checkpoints', async () => {
    const evidence = join(directory, 'evidence.json');
    const container = join(directory, 'evidence.asice');
    expect((await runCli(['evidence', 'kyc', '2', '--out', evidence], node.env)).code).toBe(0);
    const argv = ['evidence', 'kyc', '2', '--format', 'asice', '--out', container];
    expect((await runCli(argv, node.env)).code).toBe(0);
    const saved = join(directory, 'checkpoint');
    writeFileSync(saved, await checkpointOf(node));
    const files = [evidence, container, saved].flatMap((file) => ['--compare', file]);
    expect(await monitor()(node.env, ...files)).toMatchObject({ code: 0, alarms: [] });
  });
});

describe('an auditor, whose key shows no content', () => {
  it('needs the log’s key, or an evidence file that vouches for it', async () => {
    const argv = ['keys', 'create', '--role', 'auditor', '--label', 'monitor', '--json'];
    const { code, stdout } = await runCli(argv, node.env);
    expect(code).toBe(0);
    const env = { ...node.env, CHIROGRAPH_KEY: (JSON.parse(stdout) as { key: string }).key };
    const evidence = join(directory, 'vouching.json');
    await runCli(['evidence', 'kyc', '1', '--out', evidence], node.env);
    const state = join(directory, `monitor-${states++}`);
    const bare = ['monitor', 'check', 'kyc', '--state', state, '--trust', trust];
    const refused = await runCli(bare, env);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('an evidence file as --compare');
    expect(await check(state, env, '--compare', evidence)).toMatchObject({ code: 0, alarms: [] });
    // It is remembered.
    expect(await check(state, env)).toMatchObject({ code: 0, change: 'none', alarms: [] });
  });
});

describe('a backup that is put back', () => {
  it('is a rollback; grown again on another history it is a fork, and proven', async () => {
    const look = monitor();
    const seen = await look(node.env);
    await withTwin(async (twin) => {
      // The same place to the monitor: who watches an address does not see what stands behind it.
      const swapped = await startHostileNode(twin.env);
      const front = await startHostileNode(node.env);
      const state = join(directory, `monitor-${states++}`);
      expect(codes(await check(state, front.env))).toEqual([]);
      front.become(twin.env);
      const rolledBack = await check(state, front.env);
      expect(rolledBack).toMatchObject({ code: 1, size: seen.size, change: 'none' });
      expect(codes(rolledBack)).toEqual(['rollback']);

      await append(twin, seen.size - 5);
      const same = await check(state, front.env);
      expect(codes(same)).toEqual(['misbehaviour']);
      expect(same.alarms[0]?.detail).toContain('(roots)');
      expect(await proven(same.alarms[0]?.proof)).toMatchObject({ code: 0, result: 'proven' });

      const other = join(directory, `monitor-${states++}`);
      front.become(node.env);
      expect(codes(await check(other, front.env))).toEqual([]);
      front.become(twin.env);
      await append(twin, 3);
      const larger = await check(other, front.env);
      expect(codes(larger)).toEqual(['misbehaviour']);
      expect(larger.alarms[0]?.detail).toContain('(beginning)');
      expect(await proven(larger.alarms[0]?.proof)).toMatchObject({
        code: 0,
        result: 'proven',
        shows: { kind: 'beginning' },
      });
      // What it remembers is the history that it saw first.
      expect(larger.size).toBe(seen.size);
      await swapped.stop();
      await front.stop();
    });
  });

  it('is caught by receipts that clients kept, without any memory', async () => {
    await withTwin(async (twin) => {
      const short = await monitor()(twin.env, '--compare', receipts);
      expect(short.code).toBe(1);
      expect(new Set(codes(short))).toEqual(new Set(['rollback']));
      await append(twin, 6);
      const long = await monitor()(twin.env, '--compare', receipts);
      expect(new Set(codes(long))).toEqual(new Set(['misbehaviour']));
      expect(await proven(long.alarms[0]?.proof)).toMatchObject({ code: 0, result: 'proven' });
    });
  });
});

describe('a split view', () => {
  it('is proven where both are compared, down to the entry', async () => {
    await withTwin(async (twin) => {
      await append(twin, 2);
      const more = ['--compare', twin.env['CHIROGRAPH_URL'] ?? '', '--compare-key', key];
      const said = await monitor()(node.env, ...more);
      expect(codes(said)).toEqual(['misbehaviour']);
      expect(said.alarms[0]?.place).toContain(twin.env['CHIROGRAPH_URL'] ?? '');
      expect(said.alarms[0]?.detail).toContain('the first at index 5');
      expect(await proven(said.alarms[0]?.proof)).toMatchObject({
        code: 0,
        result: 'proven',
        shows: { kind: 'entry', index: 5 },
      });
    });
  });

  it('keeps the first proof, and says again where it is', async () => {
    const look = monitor();
    await withTwin(async (twin) => {
      await append(twin, 2);
      const more = ['--compare', twin.env['CHIROGRAPH_URL'] ?? '', '--compare-key', key];
      const [first] = (await look(node.env, ...more)).alarms;
      const bytes = readFileSync(first?.proof ?? '');
      await append(twin, 20);
      const [second] = (await look(node.env, ...more)).alarms;
      expect(second?.proof).toBe(first?.proof);
      expect(readFileSync(first?.proof ?? '')).toEqual(bytes);
      // What cannot be read is no proof, and makes room for one that can.
      writeFileSync(first?.proof ?? '', '{}');
      const [third] = (await look(node.env, ...more)).alarms;
      expect(await proven(third?.proof)).toMatchObject({ result: 'proven' });
    });
  });
});

describe('a node that misbehaves on the wire', () => {
  let front: HostileNode;
  let state: string;

  beforeAll(async () => {
    front = await startHostileNode(node.env);
    state = join(directory, 'monitor-wire');
    expect((await check(state, front.env)).code).toBe(0);
  });
  afterAll(async () => {
    await front.stop();
  });

  it('and signs with another key is found out', async () => {
    front.alter('checkpoint', (body) => front.resigned(body));
    expect(codes(await check(state, front.env))).toEqual(['key-unknown']);
    front.alter('checkpoint', null);
  });

  it('and signs with another key that is known for the log’s is said to have changed it, once', async () => {
    const own = join(directory, 'monitor-handover');
    expect((await check(own, front.env)).code).toBe(0);
    front.alter('checkpoint', (body) => front.resigned(body));
    const origin = (await checkpointOf(node)).split('\n')[0] ?? '';
    const named = ['--log-key', front.vkeyOf(origin)];
    expect(codes(await check(own, front.env, ...named))).toEqual(['key-changed']);
    expect(codes(await check(own, front.env, ...named))).toEqual([]);
    front.alter('checkpoint', null);
  });

  it('and shows another log at the same place is found out', async () => {
    await fetch(`${node.env['CHIROGRAPH_URL'] ?? ''}/v1/ledgers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"name":"other"}',
    });
    front.redirect('/ledgers/kyc/', '/ledgers/other/');
    expect(codes(await check(state, front.env))).toEqual(['origin-changed']);
    front.redirect('', '');
  });

  it('and grows without showing that it goes on is not followed', async () => {
    const own = join(directory, 'monitor-withheld');
    const { size } = await check(own, front.env);
    await append(node, 1);
    front.alter('proofs', () => null);
    front.alter('tile', () => null);
    expect(await check(own, front.env)).toMatchObject({
      code: 1,
      size,
      alarms: [{ code: 'unproven' }],
    });
    // Tiles alone are enough.
    front.alter('tile', null);
    expect(await check(own, front.env)).toMatchObject({ code: 0, size: size + 1, alarms: [] });
    await append(node, 1);
    front.alter('tile', () => new Uint8Array(32));
    expect(codes(await check(own, front.env))).toEqual(['unproven']);
    front.alter('tile', null);
    front.alter('proofs', null);
  });

  it('and says that there is no such ledger, or refuses, or answers nonsense, raises alarms', async () => {
    const known = join(directory, 'monitor-known');
    expect((await check(known, front.env)).code).toBe(0);
    front.alter('checkpoint', () => null);
    expect(codes(await check(known, front.env))).toEqual(['gone']);
    front.alter('checkpoint', () => new TextEncoder().encode('nonsense'));
    expect(codes(await check(known, front.env))).toEqual(['unusable']);
    front.alter('checkpoint', null);
    const stranger = { ...front.env, CHIROGRAPH_KEY: `${key.slice(0, -4)}AAAA` };
    expect(codes(await check(known, stranger))).toEqual(['refused']);
  });

  it('and does not answer at all is unreachable', async () => {
    const gone = await startHostileNode(node.env);
    const own = join(directory, 'monitor-unreachable');
    expect((await check(own, gone.env)).code).toBe(0);
    await gone.stop();
    expect(await check(own, gone.env)).toMatchObject({
      code: 1,
      change: 'none',
      alarms: [{ code: 'unreachable' }],
    });
  });
});

describe('what cannot be used', () => {
  it.each([
    ['nobody to believe', []],
    ['a key that is none', ['--log-key', 'x']],
    ['a time that is none', ['--trust', trust, '--stale-after', 'soon']],
    ['retries that are none', ['--trust', trust, '--retries', 'many']],
    ['a file that is not there', ['--trust', trust, '--compare', '/nonexistent']],
    ['another node without a key for it', ['--trust', trust, '--compare', 'http://127.0.0.1:1']],
    ['a file without heads', ['--trust', trust, '--compare', trust]],
  ])('ends with exit code 2 and one line: %s', async (_what, more) => {
    const argv = ['monitor', 'check', 'kyc', '--state', join(directory, 'unused'), ...more];
    const { code, stdout, stderr } = await runCli(argv, node.env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n]+\n$/);
  });

  it('is a key that nothing vouches for, at the first look', async () => {
    const stranger = namedKey('log.example/000000000000b22b', 'a stranger');
    for (const [name, roots] of [
      ['empty', {}],
      ['stranger', { recoveryKeys: [stranger.text] }],
    ] as const) {
      const file = join(directory, `${name}.trust.json`);
      writeFileSync(file, JSON.stringify({ $v: 1, name, ...roots }));
      const state = join(directory, 'unused');
      const argv = ['monitor', 'check', 'kyc', '--state', state, '--trust', file];
      const { code, stderr } = await runCli(argv, node.env);
      expect(code).toBe(2);
      expect(stderr).toMatch(/no key of \S+ is known: name it with --log-key/);
    }
  });

  it('is a memory that was tampered with: it does not begin anew', async () => {
    const state = join(directory, 'monitor-tampered');
    expect((await check(state, node.env)).code).toBe(0);
    const [name = ''] = readdirSync(state);
    const file = join(state, name);
    const original = readFileSync(file, 'utf8');
    for (const bad of [
      '',
      '{}',
      original.replace('"$v":1', '"$v":2'),
      original.replace(/\\n\d+\\n/, '\\n1\\n'),
    ]) {
      writeFileSync(file, bad);
      const argv = ['monitor', 'check', 'kyc', '--state', state, '--trust', trust];
      const { code, stderr } = await runCli(argv, node.env);
      expect(code).toBe(2);
      expect(stderr).toContain(name);
    }
  });

  it('is a compared file of another log, which silences nothing', async () => {
    const wrong = join(directory, 'wrong-checkpoint');
    const front = await startHostileNode(node.env);
    writeFileSync(wrong, front.resigned(new TextEncoder().encode(await checkpointOf(node))));
    const said = await monitor()(node.env, '--compare', wrong);
    expect(said).toMatchObject({ code: 1, alarms: [{ code: 'unusable', place: wrong }] });
    await front.stop();
  });
});

describe('monitor verify', () => {
  it('says what is proven, to whom, and what is no proof', async () => {
    await withTwin(async (twin) => {
      await append(twin, 2);
      const more = ['--compare', twin.env['CHIROGRAPH_URL'] ?? '', '--compare-key', key];
      const said = await monitor()(node.env, ...more);
      const proof = said.alarms[0]?.proof ?? '';
      const people = await runCli(['monitor', 'verify', proof, '--trust', trust]);
      expect(people).toMatchObject({ code: 0, stderr: '' });
      expect(people.stdout).toMatch(/^MISBEHAVIOUR PROVEN: /);

      const empty = join(directory, 'nobody.trust.json');
      writeFileSync(empty, '{"$v":1,"name":"nobody"}');
      const stranger = await runCli(['monitor', 'verify', proof, '--trust', empty]);
      expect(stranger.code).toBe(1);
      expect(stranger.stdout).toMatch(/^NOT ATTRIBUTED: /);

      const altered = join(directory, 'altered.json');
      writeFileSync(altered, readFileSync(proof, 'utf8').replace('"index":5', '"index":4'));
      const failed = await runCli(['monitor', 'verify', altered, '--trust', trust]);
      expect(failed.code).toBe(1);
      expect(failed.stdout).toMatch(/^NOT PROVEN: /);
      // `verify` knows such files too.
      expect(await runCli(['verify', proof, '--trust', trust])).toEqual(people);
      expect((await runCli(['verify', proof, altered, '--trust', trust])).code).toBe(1);
      const none = await runCli(['monitor', 'verify', trust, '--trust', trust]);
      expect(none).toMatchObject({ code: 2, stdout: '' });
    });
  });
});

async function checkpointOf({ env }: Serving): Promise<string> {
  const response = await fetch(`${env['CHIROGRAPH_URL'] ?? ''}/v1/ledgers/kyc/checkpoint`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return response.text();
}
