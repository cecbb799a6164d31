import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { parseOtsFile } from '../../src/evidence/opentimestamps/parse-ots-file.js';
import {
  HASH_358391,
  HEADER_358391,
  HEIGHT_358391,
} from '../evidence/opentimestamps/support/ots-vectors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type CliResult, runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();

afterAll(() => removeDirectory(directory));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const VECTORS = 'test/vectors/ots';
const HELLO = `${VECTORS}/hello-world.txt`;
const HEADER = `${HEIGHT_358391}:${toHex(HEADER_358391)}`;
const garbage = fileOf('garbage', Uint8Array.of(0xff, 0, 0x1b, 0x5b, 0x32, 0x4a));
const folder = join(directory, 'folder');
mkdirSync(folder);
const trust = fileOf(
  'blocks.trust.json',
  JSON.stringify({
    $v: 1,
    name: 'blocks of my own node',
    chains: [{ chain: 'bitcoin:mainnet', blocks: [{ height: HEIGHT_358391, hash: HASH_358391 }] }],
  }),
);

/** A vector, with what it is of. */
function verify(name: string, ...options: readonly string[]): Promise<CliResult> {
  const content = `${VECTORS}/${name}`;
  return runCli(['ots', 'verify', `${content}.ots`, '--content', content, ...options]);
}

/** Exit code 2, and one line that says why. */
function expectUnusable({ code, stdout, stderr }: CliResult, says = /./): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^chirograph: [^\n\p{Cc}]+\n$/u);
  expect(stderr).toMatch(says);
}

describe('ots verify', () => {
  it('ends with 0 if a header confirms it, and says by which block', async () => {
    const { code, stdout, stderr } = await verify('hello-world.txt', '--header', HEADER);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^CONFIRMED\n {2}The content existed before 2015-05-28T15:41:18.000Z/);
    expect(stdout).toContain(`Bitcoin block ${HEIGHT_358391}, ${HASH_358391}`);
  });

  it('takes headers from files, and in capitals', async () => {
    const headers = fileOf('headers.bin', HEADER_358391);
    const asFile = await verify('hello-world.txt', '--headers', `${HEIGHT_358391}:${headers}`);
    const capitals = `${HEIGHT_358391}:${toHex(HEADER_358391).toUpperCase()}`;
    const inCapitals = await verify('hello-world.txt', '--header', capitals);
    for (const { code } of [asFile, inCapitals]) expect(code).toBe(0);
  });

  it('prints the report as JSON', async () => {
    const { code, stdout } = await verify('hello-world.txt', '--header', HEADER, '--json');
    expect(code).toBe(0);
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      $v: 1,
      result: 'confirmed',
      existedBefore: { height: HEIGHT_358391, header: 'given' },
    });
  });

  it.each([
    ['another root', 'bad-stamp.txt', ['--header', HEADER], 'not-confirmed', 'wrong-root'],
    ['no header', 'hello-world.txt', [], 'not-confirmed', 'header-unknown'],
    [
      'promises of calendars',
      'two-calendars.txt',
      ['--header', HEADER],
      'not-confirmed',
      'pending',
    ],
    ['an unknown kind', 'unknown-notary.txt', [], 'not-confirmed', 'not-judged'],
  ])('ends with 1 for %s', async (_what, name, options, result, verdict) => {
    const { code, stdout } = await verify(name, ...options, '--json');
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as { attestations: { verdict: string }[] };
    expect(report).toMatchObject({ result, existedBefore: null });
    for (const each of report.attestations) expect(each.verdict).toBe(verdict);
    expect((await verify(name, ...options)).stdout).toMatch(/^NOT CONFIRMED\n/);
  });

  it('ends with 1 for other content', async () => {
    const argv = ['ots', 'verify', `${HELLO}.ots`, '--content', garbage, '--header', HEADER];
    const { code, stdout } = await runCli(argv);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^OTHER CONTENT\n/);
  });

  it('ends with 1 for a header that no pinned block is built on, if that is required', async () => {
    const required = ['--header', HEADER, '--require', 'pinned'];
    expect((await verify('hello-world.txt', ...required)).code).toBe(1);
    const { code, stdout } = await verify('hello-world.txt', ...required, '--trust', trust);
    expect(code).toBe(0);
    expect(stdout).toContain('which your trust pins or a pinned block is built on');
  });

  it.each([
    ['a file that is none', [garbage, '--content', HELLO], /not an OpenTimestamps file/],
    [
      'a file that is cut',
      [fileOf('cut.ots', readFileSync(`${HELLO}.ots`).subarray(0, 600)), '--content', HELLO],
      /too early/,
    ],
    [
      'another version',
      [`${VECTORS}/invalid/bad-major-version.ots`, '--content', HELLO],
      /another version/,
    ],
    ['a file that is not there', [join(directory, 'nothing'), '--content', HELLO], /ENOENT/],
    ['a directory', [folder, '--content', HELLO], /directory/],
    [
      'content that is not there',
      [`${HELLO}.ots`, '--content', join(directory, 'nothing')],
      /ENOENT/,
    ],
    ['no content', [`${HELLO}.ots`], /--content/],
    [
      'a header that is too short',
      [`${HELLO}.ots`, '--content', HELLO, '--header', HEADER.slice(0, -2)],
      /160 digits/,
    ],
    [
      'a header without a height',
      [`${HELLO}.ots`, '--content', HELLO, '--header', toHex(HEADER_358391)],
      /HEIGHT:HEX/,
    ],
    [
      'a height beyond any',
      [`${HELLO}.ots`, '--content', HELLO, '--header', `9999999999:${toHex(HEADER_358391)}`],
      /HEIGHT:HEX/,
    ],
    [
      'headers that are none',
      [`${HELLO}.ots`, '--content', HELLO, '--headers', `${HEIGHT_358391}:${garbage}`],
      /80 bytes/,
    ],
    [
      'a header without its work',
      [`${HELLO}.ots`, '--content', HELLO, '--header', `700000:${toHex(HEADER_358391)}`],
      /difficulty floor/,
    ],
    [
      'a header that contradicts a pinned one',
      [
        `${HELLO}.ots`,
        '--content',
        HELLO,
        '--header',
        HEADER,
        '--trust',
        fileOf(
          'other.trust.json',
          readFileSync(trust, 'utf8').replace(HASH_358391, '1'.repeat(64)),
        ),
      ],
      /pinned/,
    ],
    [
      'a trust file that is none',
      [`${HELLO}.ots`, '--content', HELLO, '--trust', garbage],
      /trust file/,
    ],
    [
      'something else required',
      [`${HELLO}.ots`, '--content', HELLO, '--require', 'luck'],
      /pinned/,
    ],
  ])('ends with 2 and one line for %s', async (_what, argv, says) => {
    expectUnusable(await runCli(['ots', 'verify', ...argv]), says);
  });

  it('is what verify points to', async () => {
    expectUnusable(await runCli(['verify', `${HELLO}.ots`]), /chirograph ots verify/);
  });
});

describe('ots merge', () => {
  const whole = `${VECTORS}/two-calendars.txt.ots`;
  const out = join(directory, 'merged.ots');

  it('writes what the files have together, for its owner alone', async () => {
    const { code, stdout } = await runCli(['ots', 'merge', whole, whole, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/has what 2 files had, in 265 bytes\n$/);
    expect(readFileSync(out)).toEqual(readFileSync(whole));
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const asJson = await runCli(['ots', 'merge', whole, whole, whole, '--out', out, '--json']);
    expect(JSON.parse(asJson.stdout)).toEqual({ file: out, bytes: 265 });
  });

  it.each([
    ['files of two contents', [whole, `${HELLO}.ots`], /different contents/],
    ['a file that is none', [whole, garbage], /not an OpenTimestamps file/],
    ['one file', [whole], /others/],
  ])('ends with 2 and one line for %s, and writes nothing', async (_what, files, says) => {
    const none = join(directory, 'none.ots');
    expectUnusable(await runCli(['ots', 'merge', ...files, '--out', none]), says);
    expect(existsSync(none)).toBe(false);
  });

  it('ends with 2 and one line where it may not write', async () => {
    expectUnusable(await runCli(['ots', 'merge', whole, whole, '--out', folder]), /written/);
    expectUnusable(await runCli(['ots', 'merge', whole, whole]), /--out/);
  });
});

describe('evidence --format ots', () => {
  it('writes the timestamp and what it is of, once the entry is anchored', async () => {
    const root = await temporaryDirectory();
    const serving = await startServing(root);
    try {
      const { env } = serving;
      const out = join(root, 'first.leaf.ots');
      const content = join(root, 'first.leaf');
      const argv = ['evidence', 'kyc', '0', '--format', 'ots', '--out', out, '--content', content];
      expectUnusable(await runCli(argv, env), /ENTRY_NOT_ANCHORED/);
      expect([existsSync(out), existsSync(content)]).toEqual([false, false]);
      expect((await runCli(['anchor', 'now'], env)).code).toBe(0);
      const { code, stdout } = await runCli(argv, env);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^wrote .*first\.leaf\.ots: \d+ bytes.*\nwrote .*first\.leaf: \d+ bytes/,
      );
      expect(parseOtsFile(readFileSync(out)).hash).toBe('sha256');
      expect(readFileSync(content, 'utf8')).toMatch(/^\0\{"\$v":1,.*"kind":"ledger"/);
      const judged = await runCli(['ots', 'verify', out, '--content', content]);
      expect(judged.code).toBe(1);
      expect(judged.stdout).toMatch(/^NOT CONFIRMED\n/);
      expect(judged.stdout).toContain('development chain devchain: development, proves nothing');
    } finally {
      await serving.stop();
      await removeDirectory(root);
    }
  });

  it('is the only one that is of content', async () => {
    const argv = ['evidence', 'kyc', '0', '--out', join(directory, 'x'), '--content', 'y'];
    expectUnusable(await runCli(argv), /--format ots/);
  });
});
