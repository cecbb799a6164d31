import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { attachingCollection, CONTENT } from '../evidence/support/attachment-forgeries.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runProgram } from './support/program.js';
import { runCli } from './support/run-cli.js';

const directory = await temporaryDirectory();

afterAll(() => removeDirectory(directory));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const garbage = fileOf('garbage', Uint8Array.of(0xff, 0, 0x1b, 0x5b, 0x32, 0x4a));
const folder = join(directory, 'folder');
mkdirSync(folder);

describe('verify, as a process', () => {
  it.each([
    ['garbage', garbage],
    ['a truncated file', fileOf('truncated', '{"$v":1,"entry":{"inclusion":[')],
    ['a file that is not there', join(directory, 'nothing')],
  ])('ends %s with exit code 2 and one line', async (_what, file) => {
    const { code, stdout, stderr } = await runProgram(['verify', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n\p{Cc}]+\n$/u);
  });
});

describe('verify', () => {
  it.each([
    ['an empty file', fileOf('empty', '')],
    ['JSON of another kind', fileOf('foreign', '{"name":"chirograph","version":"0.1.0"}')],
    ['a file of a newer format', fileOf('newer', '{"$v":2}')],
    [
      'a certificate',
      fileOf('pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'),
    ],
    ['a directory', folder],
    ['a name that would clear the terminal', join(directory, '\u001b[2J')],
  ])('ends %s with exit code 2 and one line', async (_what, file) => {
    const { code, stdout, stderr } = await runCli(['verify', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n\p{Cc}]+\n$/u);
  });

  it('ends with one line where the trust file is none, naming it', async () => {
    const { code, stderr } = await runCli(['verify', garbage, '--trust', garbage]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: [^\n]*garbage: not a trust file[^\n]*\n$/);
  });

  it('says which attachment a file is, of any size, and of another that it is none', async () => {
    const { bytes } = await attachingCollection();
    const evidence = fileOf('anna.collection', bytes);
    const scan = fileOf('scan.pdf', CONTENT);
    const large = fileOf('large.pdf', new Uint8Array(3_000_000));
    const found = await runCli(['verify', evidence, '--file', scan]);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    expect(found.stdout).toContain('attachment 1 of entry 9, “passport.pdf”');
    const { code, stdout } = await runCli([
      ...['verify', evidence, '--file', scan, '--file', large, '--json'],
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      compared: [
        { name: scan, is: [{}, {}, {}] },
        { name: large, size: 3_000_000, is: [] },
      ],
    });
  });

  it.each([
    ['that is not there', ['--file', join(directory, 'nothing')]],
    ['that is a directory', ['--file', folder]],
    ['beside two evidence files', [garbage, '--file', garbage]],
  ])('compares no file %s', async (_, more) => {
    const { code, stdout, stderr } = await runCli(['verify', garbage, ...more]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n]*(?:cannot be read|name one)[^\n]*\n$/);
  });

  it('says of each file why it cannot be judged, and goes on', async () => {
    const { code, stderr } = await runCli(['verify', garbage, folder, garbage]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
  });

  it('speaks the languages that there are', async () => {
    const example = 'docs/formats/examples/residence.evidence';
    const inGerman = await runCli(['verify', example, '--lang', 'de']);
    expect(inGerman.code).toBe(0);
    expect(inGerman.stdout).toMatch(/^ALS STIMMIG VERIFIZIERT, NICHT ZUGEORDNET\n/);
    expect((await runCli(['verify', example, '--lang', 'fr'])).code).toBe(2);
  });

  it('knows one thing that can be required', async () => {
    expect((await runCli(['verify', garbage, '--require', 'luck'])).code).toBe(2);
    expect((await runCli(['verify'])).code).toBe(2);
  });
});
