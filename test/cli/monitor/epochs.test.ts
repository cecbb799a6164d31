/** A monitor that follows the epochs of real nodes. The attacker has an operator’s all: data, keys, and copies of both from before. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { type HostileNode, startHostileNode } from '../support/hostile-node.js';
import { runCli } from '../support/run-cli.js';
import { type Serving, startServing } from '../support/serving.js';

interface Said {
  readonly code: number;
  readonly change: string;
  readonly epochs: { readonly size: number; readonly change: string; readonly followed: number };
  readonly alarms: readonly { readonly code: string; readonly detail: string; proof?: string }[];
}

const directory = await temporaryDirectory();
const trust = join(directory, 'trust.json');
let node: Serving;
let twin: Serving;
let front: HostileNode;
let key = '';
let epochKey = '';
let appended = 0;

const codes = ({ alarms }: Said): string[] => alarms.map(({ code }) => code);

async function api<T>({ env }: Serving, path: string, method = 'GET'): Promise<T> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${env['CHIROGRAPH_URL'] ?? ''}${path}`, { method, headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

/** Appends a record like no other, and makes an epoch of it. @returns the size of the epoch log. */
async function epoch(serving: Serving): Promise<number> {
  const line = JSON.stringify({ type: 'test.Note', subject: 'anna', payload: { n: appended++ } });
  expect((await runCli(['append', 'kyc'], serving.env, `${line}\n`)).code).toBe(0);
  return (await api<{ epochSize: number }>(serving, '/v1/anchors', 'POST')).epochSize;
}

async function check(state: string, env: Serving['env'], ...more: string[]): Promise<Said> {
  const argv = ['monitor', 'check', 'kyc', '--state', join(directory, state), '--retries', '0'];
  const roots = ['--trust', trust, '--log-key', epochKey, '--epochs', '--json'];
  const { code, stdout, stderr } = await runCli([...argv, ...roots, ...more], env);
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as Omit<Said, 'code'>) };
}

async function start(name: string): Promise<Serving> {
  const serving = await startServing(join(directory, name));
  if (key === '') key = serving.env['CHIROGRAPH_KEY'] ?? '';
  return { ...serving, env: { ...serving.env, CHIROGRAPH_KEY: key } };
}

beforeAll(async () => {
  node = await start('node');
  await epoch(node);
  expect((await runCli(['keys', 'trust', '--out', trust], node.env)).code).toBe(0);
  epochKey = (await api<{ verifierKey: string }>(node, '/v1/anchors')).verifierKey;
  await node.stop();
  await cp(join(directory, 'node'), join(directory, 'twin'), { recursive: true });
  node = await start('node');
  twin = await start('twin');
  front = await startHostileNode(node.env);
});
afterAll(async () => {
  await front.stop();
  await node.stop();
  await twin.stop();
  await removeDirectory(directory);
});

describe('a monitor that follows epochs', () => {
  it('goes with them, remembers the last one, and reads what a version without them remembered', async () => {
    const state = join(directory, 'honest');
    const without = ['monitor', 'check', 'kyc', '--state', state, '--trust', trust];
    expect((await runCli(without, node.env)).code).toBe(0);
    const file = join(state, readdirSync(state)[0] ?? '');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ $v: 1 });
    const first = await check('honest', node.env);
    expect(first).toMatchObject({ code: 0, epochs: { change: 'first' }, alarms: [] });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ $v: 2 });
    await epoch(node);
    const size = await epoch(node);
    expect(await check('honest', node.env)).toMatchObject({
      code: 0,
      epochs: { change: 'grown', size, followed: size - 1 },
      alarms: [],
    });
    // Who looks without them keeps what is remembered of them.
    expect((await runCli(without, node.env)).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ $v: 2 });
    const text = readFileSync(file, 'utf8');
    const handle = /"handle":"([0-9a-f]{16})","origin"/.exec(text)?.[1] ?? '';
    writeFileSync(file, text.replace(handle, '0123456789abcdef'));
    const tampered = await runCli([...without, '--epochs'], node.env);
    expect(tampered).toMatchObject({ code: 2, stdout: '' });
  });

  it('proves two views of the epoch log, of two nodes, of a saved answer, and at one place in time', async () => {
    const size = await epoch(node);
    expect((await check('turned', front.env)).code).toBe(0);
    // The twin goes on from the backup: it is behind, and then another history.
    front.become(twin.env);
    expect(codes(await check('turned', front.env))).toContain('rollback');
    while ((await epoch(twin)) <= size);
    const turned = await check('turned', front.env);
    front.become(node.env);
    expect(turned.alarms[0]?.code).toBe('misbehaviour');
    const both = ['--compare', twin.env['CHIROGRAPH_URL'] ?? '', '--compare-key', key];
    const compared = await check('compared', node.env, ...both);
    const saved = join(directory, 'saved.json');
    const view = await api<object>(twin, `/v1/anchors/${size - 1}`);
    writeFileSync(saved, JSON.stringify(view));
    const kept = await check('kept', node.env, '--compare', saved);
    for (const { code, alarms } of [turned, compared, kept]) {
      expect({ code, first: alarms[0]?.code }).toEqual({ code: 1, first: 'misbehaviour' });
      const argv = ['monitor', 'verify', alarms[0]?.proof ?? '', '--log-key', epochKey, '--json'];
      const { code: verdict, stdout } = await runCli(argv);
      expect(verdict).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ result: 'proven', shows: { kind: 'roots' } });
    }
  });

  it('takes nothing for granted that comes over the wire', async () => {
    await check('wire', front.env);
    const altered = (find: RegExp, replace: string) => (body: Uint8Array) =>
      Buffer.from(Buffer.from(body).toString().replace(find, replace));
    const bent: [string, RegExp, string, string][] = [
      ['epochs/', /"salt":"...../, '"salt":"AAAAA', 'unusable'],
      ['epochs/', /"handle":"..../, '"handle":"0000', 'unusable'],
      ['epochs/', /"logs":\[/, '"logs":[1,', 'unusable'],
      ['epochs/', /^.*$/s, '{"logs":[]}', 'unusable'],
      ['anchors/', /"inclusion":\[[^\]]*\]/, '"inclusion":[]', 'unusable'],
      ['anchors/', /"consistency":\[[^\]]*\]/, '"consistency":[]', 'unproven'],
      ['anchors/', /^.*$/s, `{"statement":"${'A'.repeat(200_000)}"}`, 'unusable'],
    ];
    for (const [step, find, replace, code] of bent) {
      await epoch(node);
      front.alter(step, altered(find, replace));
      expect([find, codes(await check('wire', front.env))]).toEqual([find, [code]]);
      front.alter(step, null);
    }
    front.alter('epochs/', () => null);
    expect(codes(await check('wire', front.env))).toEqual(['gone']);
    front.alter('epochs/', null);
    expect(await check('wire', front.env)).toMatchObject({ code: 0, alarms: [] });
  });

  it('calls for the anchor that is not there in time, and for the one that anyone could have mined', async () => {
    const within = ['--anchored-within', '5m'];
    expect(await check('anchors', node.env, ...within)).toMatchObject({
      alarms: [{ code: 'unanchored', detail: expect.stringContaining('cost nothing') }],
    });
    const pinned = join(directory, 'pinned.json');
    expect((await runCli(['keys', 'trust', '--out', pinned], node.env)).code).toBe(0);
    const more = [...within, '--trust', pinned];
    expect(await check('anchors', node.env, ...more)).toMatchObject({ code: 0, alarms: [] });
    const old = (body: Uint8Array) =>
      Buffer.from(
        Buffer.from(body)
          .toString()
          .replace(/"settledSize":\d+/, '"settledSize":1'),
      );
    front.alter('anchors', (body) =>
      Buffer.from(body).includes('settledSize') ? old(body) : body,
    );
    const late = ['--anchored-within', '1s', '--trust', pinned];
    expect(codes(await check('withheld', front.env, ...late))).toEqual(['unanchored']);
    front.alter('anchors', null);
  });
});
