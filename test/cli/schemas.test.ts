import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const { env, stop } = await startServing(directory);
const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const schema = file('schema.json', '{ "type": "object", "required": ["city"] }');

afterAll(async () => {
  await stop();
  await removeDirectory(directory);
});

describe('schemas', () => {
  it('puts a schema, lists it, prints it and an older one', async () => {
    const put = await runCli(
      ['schemas', 'put', 'kyc', 'test.Home', schema, '--findable', 'text=/city'],
      env,
    );
    expect(put).toMatchObject({ code: 0, stderr: '' });
    expect(put.stdout).toMatch(
      /^version 1 of test\.Home\nrecords that are as it says name test\.Home@1#[0-9a-f]{16}\n$/,
    );
    const newer = file('newer.json', '{ "type": "object" }');
    await runCli(['schemas', 'put', 'kyc', 'test.Home', newer], env);
    expect((await runCli(['schemas', 'list', 'kyc'], env)).stdout).toMatch(
      /^\S+Z {2}json-schema {3}test\.Home@2#[0-9a-f]{16}\n$/,
    );
    const got = await runCli(['schemas', 'get', 'kyc', 'test.Home', '--schema-version', '1'], env);
    expect(JSON.parse(got.stdout)).toMatchObject({
      version: 1,
      schema: { required: ['city'] },
      findable: [{ as: 'text', pointer: '/city' }],
    });
    expect(got.stdout).toContain('\n  "version": 1');
  });

  it('puts a Tradle model with those that it refers to', async () => {
    const model = '{ "id": "t.Form", "subClassOf": "t.Base", "properties": {} }';
    const base = '{ "t.Base": { "id": "t.Base", "properties": { "a": { "type": "string" } } } }';
    const argv = ['schemas', 'put', 'kyc', 't.Form', file('model.json', model)];
    const more = ['--format', 'tradle-model', '--models', file('models.json', base)];
    expect((await runCli([...argv, ...more], env)).code).toBe(0);
  });

  it('says and sets how strictly the ledger keeps to them, and leaves alone what is not named', async () => {
    const mode = async (...argv: readonly string[]) =>
      (await runCli(['schemas', 'mode', 'kyc', ...argv], env)).stdout;
    expect(await mode()).toBe('strict; types without a schema: accept\n');
    expect(await mode('--unknown-types', 'refuse')).toBe(
      'strict; types without a schema: refuse\n',
    );
    expect(await mode('warn')).toBe('warn; types without a schema: refuse\n');
    expect(await mode()).toBe('warn; types without a schema: refuse\n');
  });

  it.each([
    [['put', 'kyc', 'a', file('array.json', '[]')], 'is not a JSON object'],
    [['put', 'kyc', 'a', file('half.json', '{')], 'not valid JSON'],
    [['put', 'kyc', 'a', schema, '--findable', 'city'], '--findable must be like'],
    [['put', 'kyc', 'a', schema, '--format', 'xsd'], 'xsd'],
    [['put', 'kyc', 'a', file('bad.json', '{ "requierd": [] }')], 'SCHEMA_REFUSED'],
    [['get', 'kyc', 'nobody'], 'SCHEMA_UNKNOWN'],
    [['mode', 'kyc', 'loose'], 'REQUEST_INVALID'],
    [['list', 'nowhere'], 'LEDGER_UNKNOWN'],
  ])('%j ends with one line that says why', async (argv, reason) => {
    const { code, stdout, stderr } = await runCli(['schemas', ...argv], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n]*\n$/);
    expect(stderr).toContain(reason);
  });
});
