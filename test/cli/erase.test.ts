/** `chirograph erase` against a real node. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const serving = await startServing(directory);
const WHY = ['--reason', 'asked for', '--legal-basis', 'GDPR Art. 17(1)'];
let officer: Readonly<Record<string, string>>;

beforeAll(async () => {
  for (const record of [
    { type: 'test.Note', subject: 'anna', payload: { n: 1 } },
    { type: 'test.Note', subject: 'bo', payload: { n: 2 } },
  ])
    expect((await runCli(['append', 'kyc'], serving.env, JSON.stringify(record))).code).toBe(0);
  const { key } = await json('keys', 'create', '--role', 'officer');
  officer = { ...serving.env, CHIROGRAPH_KEY: key as string };
});

afterAll(async () => {
  await serving.stop();
  await removeDirectory(directory);
});

async function lines(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = serving.env,
): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runCli(argv, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

async function json(...argv: readonly string[]): Promise<JsonObject> {
  return JSON.parse((await lines([...argv, '--json'])).join('\n')) as JsonObject;
}

async function refusal(argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(argv, serving.env);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return stderr;
}

const stateOf = async (id: string): Promise<unknown> => (await json('erase', 'show', id))['state'];

describe('erase', () => {
  it('forgets a person by two persons, and prints what went', async () => {
    const [id = ''] = await lines(['erase', 'propose', '--subject', 'anna', ...WHY]);
    expect(await refusal(['erase', 'approve', id])).toContain('another person');
    expect(await refusal(['erase', 'certificate', id])).toContain('proposed');
    expect(await lines(['erase', 'list'])).toEqual([
      expect.stringMatching(new RegExp(`^${id} {2}proposed +a person +asked for$`)),
    ]);
    expect(await lines(['erase', 'approve', id, '--no-run'], officer)).toEqual([`approved ${id}`]);
    expect(await lines(['erase', 'run'])).toEqual([`begun ${id}`]);
    while ((await stateOf(id)) !== 'done');
    const certificate = (await lines(['erase', 'certificate', id])).join('\n');
    expect(certificate).toMatch(/^Certificate of destruction [0-9a-f]{12} \(provisional\)/);
    for (const said of [
      'GDPR Art. 17(1)',
      'tags of 1 persons',
      'generation 1 to 2',
      'Nothing of what was meant was kept.',
      'What was disclosed before stays with whoever took it.',
      'copies of the key store that were made outside',
    ])
      expect(certificate).toContain(said);
    expect(certificate).not.toContain('anna');
    expect(await lines(['erase', 'run'])).toEqual(['nothing is approved']);
  });

  it('says on one line what is wrong', async () => {
    expect(await refusal(['erase', 'propose', ...WHY])).toContain('--subject');
    expect(await refusal(['erase', 'propose', '--due', '--subject', 'bo', ...WHY])).toContain(
      'or else --due',
    );
    expect(await refusal(['erase', 'propose', '--subject', 'nobody', ...WHY])).toContain(
      'nothing was recorded of this person',
    );
    expect(await refusal(['erase', 'propose', '--due', '--through', '2026-13', ...WHY])).toContain(
      '/through',
    );
    expect(await refusal(['erase', 'show', 'ffffffffffff'])).toContain('no erasure');
  });

  it('withdraws what has not been carried out', async () => {
    const [id = ''] = await lines(['erase', 'propose', '--due', '--class', 'notes', ...WHY]);
    expect(await lines(['erase', 'withdraw', id])).toEqual([`withdrawn ${id}`]);
  });
});
