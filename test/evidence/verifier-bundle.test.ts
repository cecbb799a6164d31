/** The single-file verifier, built and run as a stranger would: in an empty directory, with Node alone. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { build, type Built, trustBytes } from './evidence-builder.js';
import { LOG_KEY } from './misbehaviour/support/history.js';
import { proofOf } from './misbehaviour/support/proofs.js';
import { attachingCollection, CONTENT } from './support/attachment-forgeries.js';
import { edited, set } from './support/json-edit.js';

const BUILD = fileURLToPath(new URL('../../scripts/build-verifier.mjs', import.meta.url));

let directory: string;
let bank: Built;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const built = spawnSync(process.execPath, [BUILD, join(directory, 'verify.mjs')]);
  expect(built.stderr.toString()).toBe('');
  bank = await build();
  writeFileSync(join(directory, 'entry.evidence'), bank.bytes);
  writeFileSync(join(directory, 'bank.json'), trustBytes(bank.trust));
});

afterAll(async () => {
  await removeDirectory(directory);
});

describe('verify.mjs', () => {
  it('verifies a file where nothing else is', () => {
    const { status, stdout, stderr } = verify('entry.evidence', '--trust', 'bank.json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^VERIFIED\n/);
    expect(readdirSync(directory).sort()).toEqual(['bank.json', 'entry.evidence', 'verify.mjs']);
  });

  it('does not say yes to what is not attributed, if asked not to', () => {
    expect(verify('entry.evidence').status).toBe(0);
    expect(verify('entry.evidence', '--require', 'attributed').status).toBe(1);
  });

  it('gives the report in German', () => {
    const { status, stdout } = verify('entry.evidence', '--trust', 'bank.json', '--lang', 'de');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^VERIFIZIERT\n/);
  });

  it('gives the report as JSON', () => {
    const { stdout } = verify('entry.evidence', '--trust', 'bank.json', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ result: 'verified' });
  });

  it('says which attachment a file is', async () => {
    const { bytes } = await attachingCollection();
    writeFileSync(join(directory, 'anna.collection'), bytes);
    writeFileSync(join(directory, 'scan.pdf'), CONTENT);
    writeFileSync(join(directory, 'other.pdf'), Buffer.alloc(1_500_000));
    const found = verify('anna.collection', '--file', 'scan.pdf');
    expect(found).toMatchObject({ status: 0, stderr: '' });
    expect(found.stdout).toContain('attachment 1 of entry 9, “passport.pdf”');
    const { status, stdout } = verify('anna.collection', '--file', 'other.pdf');
    expect({ status, size: /other\.pdf: (\d+) bytes/.exec(stdout)?.[1] }).toEqual({
      ...{ status: 1, size: '1500000' },
    });
  });

  it('verifies a proof of misbehaviour', () => {
    writeFileSync(join(directory, 'fork.json'), proofOf('entry'));
    const log = { $v: 1, name: 'auditor', logs: [LOG_KEY.text] };
    writeFileSync(join(directory, 'auditor.json'), JSON.stringify(log));
    const proven = verify('fork.json', '--trust', 'auditor.json');
    expect(proven).toMatchObject({ status: 0, stderr: '' });
    expect(proven.stdout).toMatch(/^MISBEHAVIOUR PROVEN: /);
    expect(verify('fork.json').status).toBe(1);
  });

  it('says no to an altered file', () => {
    const altered = edited(bank.bytes, (file) => {
      set(file, ['entry', 'payload', 'bytes'], 'e30=');
    });
    writeFileSync(join(directory, 'altered.evidence'), altered);
    expect(verify('altered.evidence', '--trust', 'bank.json')).toMatchObject({ status: 1 });
  });

  const unusable: readonly [what: string, args: readonly string[], message: RegExp][] = [
    ['garbage', ['bank.json'], /^verify: not an evidence file: .+\n$/],
    ['a file that is not there', ['no.evidence'], /^verify: no\.evidence cannot be read\n$/],
    [
      'a file that is not there, to compare',
      ['entry.evidence', '--file', 'no.pdf'],
      /^verify: no\.pdf cannot be read\n$/,
    ],
    ['a directory', ['.'], /^verify: \. is not a file\n$/],
    ['no file', [], /^verify: name one evidence file.*\n$/],
    ['two files', ['a', 'b'], /^verify: name one evidence file.*\n$/],
    ['an unknown option', ['entry.evidence', '--force'], /^verify: an option is not known.*\n$/],
    ['an unknown language', ['entry.evidence', '--lang', 'fr'], /^verify: --lang knows en, de\n$/],
    ['an unknown requirement', ['entry.evidence', '--require', 'x'], /^verify: --require.*\n$/],
    [
      'a trust file that is none',
      ['entry.evidence', '--trust', 'entry.evidence'],
      /^verify: entry\.evidence: not a trust file: .+\n$/,
    ],
  ];
  for (const [what, args, message] of unusable)
    it(`answers 2 and one line to ${what}`, () => {
      const { status, stdout, stderr } = verify(...args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(message);
    });

  it('says what it is and how it is used', () => {
    expect(verify('--help').stdout).toMatch(/^Usage: node verify\.mjs FILE/);
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(verify('--version').stdout).toBe(`${version}\n`);
  });
});

function verify(...args: readonly string[]) {
  return spawnSync(process.execPath, ['verify.mjs', ...args], {
    cwd: directory,
    encoding: 'utf8',
    // Neither packages nor options of this checkout may help.
    env: { PATH: process.env['PATH'] },
  });
}
