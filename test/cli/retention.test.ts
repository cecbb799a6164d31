/** `chirograph retention` and `hold` against a real node. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { policiesSchema } from '../../src/api/retention-schemas.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { policiesToJson } from '../../src/retention/policies-payload.js';
import { mergedPresets, PRESETS } from '../../src/retention/presets.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const serving = await startServing(directory);
const CASE = [
  '--case',
  '12 Cg 34/26x',
  '--authority',
  'Landesgericht',
  '--legal-basis',
  'ZPO § 303',
];
const LATER = '2099-12-31';

beforeAll(async () => {
  const record = { type: 'test.Note', subject: 'anna', retention: 'notes', payload: { n: 1 } };
  const { code } = await runCli(['append', 'kyc'], serving.env, JSON.stringify(record));
  expect(code).toBe(0);
});

afterAll(async () => {
  await serving.stop();
  await removeDirectory(directory);
});

async function lines(...argv: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runCli(argv, serving.env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

async function json<T = JsonObject>(...argv: readonly string[]): Promise<T> {
  return JSON.parse((await lines(...argv, '--json')).join('\n')) as T;
}

async function refusal(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(argv, serving.env);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return stderr;
}

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

describe('presets', () => {
  it.each(Object.keys(PRESETS))(
    '%s is what the API takes, and says where it comes from',
    (name) => {
      const preset = PRESETS[name];
      if (preset === undefined) throw new Error('it is there');
      const given = policiesToJson(preset);
      expect(policiesSchema.parse(given)).toEqual(given);
      expect(preset.source).toMatch(/Art\. \d+|§ \d+/);
    },
  );

  it('are listed, and printed together as one', async () => {
    expect((await lines('retention', 'preset')).map((line) => line.split(' ')[0])).toEqual(
      Object.keys(PRESETS),
    );
    const printed = (await lines('retention', 'preset', 'amlr', 'mifid2')).join('\n');
    const { amlr, mifid2 } = PRESETS;
    if (amlr === undefined || mifid2 === undefined) throw new Error('they are there');
    expect(JSON.parse(printed)).toEqual(policiesToJson(mergedPresets([amlr, mifid2])));
    expect(await refusal('retention', 'preset', 'gobd')).toMatch(/no preset gobd/);
  });
});

describe('policies', () => {
  it('are set from a file, printed, and their history listed', async () => {
    expect(await lines('retention', 'policies')).toEqual([
      'no policies are set: nothing falls due',
    ]);
    const preset = (await lines('retention', 'preset', 'amlr')).join('\n');
    expect(await lines('retention', 'set', file('amlr.json', preset))).toEqual([
      expect.stringMatching(/^version 1 is in force since 20/),
    ]);
    const notes = { basis: 'house rule', period: { months: 1 }, clock: { kind: 'recorded' } };
    const mine = JSON.stringify({ classes: { notes }, types: { 'test.Other': 'notes' } });
    await lines('retention', 'set', file('mine.json', mine));
    const shown = await lines('retention', 'policies');
    expect(shown.slice(1)).toEqual([
      'notes  1 month from the month of recording  house rule',
      'test.Other → notes',
    ]);
    expect(await json('retention', 'policies')).toMatchObject({ version: 2 });
    const { items } = await json<{ items: JsonObject[] }>('retention', 'history');
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
    expect(await lines('retention', 'history')).toHaveLength(2);
    const amlr = items[1]?.['classes'];
    expect(amlr).toHaveProperty('aml-relationship.extension', { years: 5 });
  });

  it('are set in place of a version that is in force, and of no other', async () => {
    const policies = file('if-version.json', JSON.stringify({ classes: {}, types: {} }));
    const set = ['retention', 'set', policies, '--if-version'] as const;
    expect(await refusal(...set, '1')).toMatch(/read them again/);
    expect(await refusal(...set, 'x')).toMatch(/--if-version takes a number/);
    expect(await lines(...set, '2')).toEqual([expect.stringMatching(/^version 3 /)]);
  });

  it('that are none are refused in one line', async () => {
    expect(await refusal('retention', 'set', file('broken.json', '{'))).toMatch(/is not JSON/);
    expect(await refusal('retention', 'set', join(directory, 'nowhere.json'))).toMatch(/nowhere/);
    expect(await refusal('retention', 'set', file('no.json', '{"classes":1}'))).toMatch(/classes/);
    expect(await refusal('retention', 'policies', '--as-of', 'never')).not.toBe('');
  });
});

describe('holds', () => {
  it('are placed, listed, shown and released; what is due says so', async () => {
    expect(await lines('retention', 'due', '--at', LATER)).toEqual([
      expect.stringMatching(/^anna {2}notes {2}20\d\d-\d\d {2}due since 20.*house rule$/),
    ]);
    const [id = ''] = await lines('hold', 'place', ...CASE, '--subject', 'anna', '--until', '900d');
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    const [due = ''] = await lines('retention', 'due', '--at', LATER);
    // By then it is over.
    expect(due).not.toContain('held');
    const everything = await json<{ id: string }>('hold', 'place', ...CASE, '--everything');
    expect(await lines('retention', 'due', '--at', LATER)).toEqual([
      expect.stringMatching(new RegExp(`held by ${everything.id}$`)),
    ]);
    const of = await lines('retention', 'due', '--at', LATER, '--subject', 'anna');
    expect(of).toContainEqual(
      expect.stringMatching(/^anna {2}notes .*kept: hold [0-9a-f]{12} {2}due 20/),
    );
    const listed = await lines('hold', 'list');
    expect(listed[0]).toMatch(new RegExp(`^${id}  active .* Landesgericht  1 person$`));
    expect(listed[1]).toMatch(/everything$/);
    expect((await lines('hold', 'show', id)).join('\n')).toContain('"subjects":["anna"]');
    expect(await lines('hold', 'release', id, '--reason', 'settled')).toEqual([`released ${id}`]);
    expect(await refusal('hold', 'release', id, '--reason', 'again')).toMatch(/released already/);
    expect(await refusal('hold', 'keep', id)).toMatch(/released already/);
    expect(await refusal('hold', 'keep', everything.id)).toMatch(/nobody has proposed/);
    await lines('hold', 'release', everything.id, '--reason', 'settled');
    const free = await lines('retention', 'due', '--at', LATER, '--subject', 'anna');
    expect(free).toContainEqual(expect.stringMatching(/^anna {2}notes .*free/));
  });

  it('say what they hold, or everything, and not both', async () => {
    expect(await refusal('hold', 'place', ...CASE)).toMatch(/--everything/);
    expect(await refusal('hold', 'place', ...CASE, '--class', 'notes', '--everything')).toMatch(
      /say what is held/,
    );
    expect(await refusal('hold', 'place', ...CASE, '--subjects-from', file('none', ''))).toMatch(
      /names nobody/,
    );
    const extension = [...CASE, '--extension', '--class', 'notes', '--until', '30d'];
    expect(await refusal('hold', 'place', ...extension)).toMatch(/allows no extension/);
    expect(await refusal('hold', 'show', 'ffffffffffff')).toMatch(/no hold with this id/);
    expect(await refusal('hold', 'place', ...CASE, '--ledger', 'nowhere')).toMatch(
      /no such ledger/,
    );
  });
});
