/**
 * What an inspector carries home from the demo, before other people's programs and without the node: the
 * collection in `verify.mjs` and in `verify.html`, the report in veraPDF, and what Poppler takes out of it.
 */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PACKAGE_ALTERATIONS } from '../../src/cli/demo/package-alterations.js';
import { parseCollection } from '../../src/evidence/parse-collection.js';
import { runProgram } from '../cli/support/program.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { giveFiles, launchBrowser, openOffline, resultsOn } from './browser.js';
import { verdictsOf } from './verapdf-verdicts.js';

const COLLECTION = 'inspection.collection';
const TRUST = 'bank.trust.json';
const ALTERED = PACKAGE_ALTERATIONS.map(({ part }) => `altered-${part}.collection`);

const run = promisify(execFile);

let directory: string;
/** All that is on the stick. */
let stick: string;
const kept = (name: string): string => join(directory, 'kept', name);

beforeAll(async () => {
  directory = await temporaryDirectory();
  const demo = await runProgram(['demo', '--keep', join(directory, 'kept')]);
  expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' });
  stick = join(directory, 'stick');
  mkdirSync(stick);
  for (const name of [COLLECTION, TRUST, ...ALTERED]) copyFileSync(kept(name), join(stick, name));
  execFileSync(process.execPath, ['scripts/build-verifier.mjs', join(stick, 'verify.mjs')]);
  execFileSync(process.execPath, ['scripts/build-verify-page.mjs', join(stick, 'verify.html')]);
});

afterAll(() => removeDirectory(directory));

interface Verified {
  readonly code: number;
  readonly stdout: string;
}

/** By `verify.mjs`, where nothing else is. */
async function verify(...args: readonly string[]): Promise<Verified> {
  const options = { cwd: stick, env: {} };
  try {
    const { stdout } = await run(process.execPath, ['verify.mjs', ...args], options);
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as Verified;
    return { code, stdout };
  }
}

const ATTRIBUTED = ['--trust', TRUST, '--require', 'attributed'];

describe('verify.mjs', () => {
  it('verifies the collection of the inspection, by the trust file alone', async () => {
    const { code, stdout } = await verify(COLLECTION, ...ATTRIBUTED);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^VERIFIED\n/);
    expect((await verify(COLLECTION, '--require', 'attributed')).code).toBe(1);
  });

  it.each(PACKAGE_ALTERATIONS.map(({ part, caughtBy }) => [part, caughtBy]))(
    'refuses the one that something was %s in, by the check %s',
    async (part, caughtBy) => {
      const { code, stdout } = await verify(`altered-${part}.collection`, ...ATTRIBUTED, '--json');
      expect(code).toBe(1);
      const { checks } = JSON.parse(stdout) as { checks: { id: string; result: string }[] };
      expect(checks).toContainEqual(expect.objectContaining({ id: caughtBy, result: 'fail' }));
    },
  );
});

describe('verify.html', () => {
  it('says the same in Chromium, from a file and without a network', async () => {
    const browser = await launchBrowser();
    try {
      const { page, offences } = await openOffline(browser, join(stick, 'verify.html'));
      await giveFiles(page, 'trust', [join(stick, TRUST)]);
      await giveFiles(
        page,
        'evidence',
        [COLLECTION, ...ALTERED].map((name) => join(stick, name)),
      );
      expect(await resultsOn(page, 4)).toEqual(['verified', 'failed', 'failed', 'failed']);
      expect(offences).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe('the report', () => {
  it('is PDF/A-3b, says veraPDF', async () => {
    expect(await verdictsOf([kept('inspection.pdf')])).toEqual({ 'inspection.pdf': ['PASS'] });
  });

  it('says the case, both addresses and that all is verified', async () => {
    const { stdout } = await run('pdftotext', ['-layout', kept('inspection.pdf'), '-']);
    for (const text of ['FMA-2026-118', 'Piazza Rezzonico 39', 'Rue du Simplon 12'])
      expect(stdout).toContain(text);
  });

  it('holds a collection with the same questions and entries, which verifies too', async () => {
    const out = join(directory, 'detached');
    mkdirSync(out);
    await run('pdfdetach', ['-saveall', '-o', out, kept('inspection.pdf')]);
    expect(readdirSync(out)).toEqual([COLLECTION]);
    const inside = join(out, COLLECTION);
    const [detached, handedOver] = [inside, kept(COLLECTION)].map((file) =>
      parseCollection(new Uint8Array(readFileSync(file))),
    );
    const questions = handedOver?.questions.map(({ question }) => question);
    expect(questions).toHaveLength(5);
    expect(detached?.questions.map(({ question }) => question)).toEqual(questions);
    expect(detached?.entries.map(({ statement }) => statement)).toEqual(
      handedOver?.entries.map(({ statement }) => statement),
    );
    expect((await verify(inside, ...ATTRIBUTED)).code).toBe(0);
  });
});
