import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alter, ALTERATIONS } from '../../src/cli/demo/alterations.js';
import { readKycBundle } from '../../src/cli/demo/kyc-bundle.js';
import { PACKAGE_ALTERATIONS } from '../../src/cli/demo/package-alterations.js';
import { verifyPackage } from '../../src/cli/demo/package-steps.js';
import { Story } from '../../src/cli/demo/story.js';
import { verifyLeft, verifyOffline } from '../../src/cli/demo/verify-steps.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type ProcessResult, runProgram } from './support/program.js';
import { runCli } from './support/run-cli.js';

const directory = await temporaryDirectory();
const kept = join(directory, 'kept');
const evidence = join(kept, 'residence.evidence.json');
const trust = join(kept, 'bank.trust.json');
let demo: ProcessResult;
let asJson: ProcessResult;

beforeAll(async () => {
  [demo, asJson] = await Promise.all([
    // Whatever is set around it, it is the same.
    runProgram(['demo', '--keep', kept], { env: { CHIROGRAPH_NONSENSE: 'x' } }),
    runProgram(['demo', '--json']),
  ]);
}, 120_000);

afterAll(() => removeDirectory(directory));

describe('the demo', () => {
  it('is as expected from its first step to its last', () => {
    expect(demo.stderr).toBe('');
    expect(demo.code).toBe(0);
    expect(demo.stdout).not.toMatch(/^ +NO /m);
    expect(demo.stdout.match(/^ {4}Proven: \S/gm)).toHaveLength(35);
    expect(demo.stdout.trimEnd().endsWith('All is as expected.')).toBe(true);
  });

  it.each([
    ['checks the 14 that have a model', /ok {2}14 objects are as their models want them/],
    ['says which have none', / 8 × tradle\.CVItem +schema: none/],
    ['loads all', /ok {2}25 receipts came back/],
    ['checks the receipts', /ok {2}each receipt proves its entry/],
    ['enters nothing twice', /ok {2}sent once more, the same receipts come back/],
    ['shows the history', /entry 27 .*Rue du Simplon 12.*\n +entry 3 .*Piazza Rezzonico 39/],
    ['shows the past', /as of size 27.*\n +entry 3 .*Piazza Rezzonico 39.*\n +ok {2}before/],
    ['signs', /ok {2}the signature was validated: TOTAL-PASSED/],
    ['anchors', /ok {2}3 of 3 entries of the epoch log are final/],
    ['deletes the node', /ok {2}nothing is left of its directories\n +ok {2}nobody answers/],
    ['verifies offline', /ok {2}verified, exit code 0/],
    ['is worth less without trust', /ok {2}consistent, not attributed/],
    ['catches an altered payload', /ok {2}caught by the check "payload", exit code 1/],
    ['catches an altered statement or proof', /ok {2}caught by the check "inclusion", exit code 1/],
    ['catches an altered signature', /ok {2}caught by the check "signature:1", exit code 1/],
    ['catches an altered header', /ok {2}caught by the check "header", exit code 1/],
    ['opens nothing to a bare key', /ok {2}without an inspection .*: INSPECTION_REQUIRED/],
    ['shows two dates', /, size 26: Piazza Rezzonico 39; .*\n.*, size 31: .*; Rue du Simplon 12\n/],
    ['shows what held then', /validAt 2024-12-31, size 31: Piazza Rezzonico 39; Erlenweg 113\n/],
    ['shows each field', /\/streetAddress +"Piazza Rezzonico 39" -> "Rue du Simplon 12"\n/],
    ['finds the rest as it was', /ok {2}one thing has another version, 24 are as they were/],
    ['has the proof', /ok {2}the list of entries is the one in the map that the ledger has signed/],
    ['has a proof that can fail', /ok {2}with any of the 27 left out the proof fails/],
    ['keeps to the scope', /ok {2}another customer: INSPECTION_OUT_OF_SCOPE/],
    ['closes', /ok {2}reading on is refused: INSPECTION_CLOSED/],
    ['has all on record', /ok {2}all 16 acts are there, in their order, and no other/],
    ['hands over all', /ok {2}all 5 questions of the inspection have their answer in it/],
    ['catches an entry left out', /dropped: .*\n(?: +fails .*\n)+ +ok {2}caught by .*:1"/],
    ['catches an entry added', /added: .*\n(?: +fails .*\n)+ +ok {2}caught by .*:2"/],
    [
      'keeps the file five years',
      /nothing may go now\n +ok {2}the last of it is due in 182\d days/,
    ],
    ['is stopped by a hold', /all of it is due\n +ok {2}it is kept by: hold\n.*: ERASURE_HELD\n/],
    ['is free after it', /it is released\n +ok {2}all of the file is free/],
    ['takes two', /: ERASURE_APPROVAL_REFUSED\n +ok {2}approved by another, it is done\n/],
    ['prints the certificate', / {6}Certificate of destruction [0-9a-f]{12} \(provisional\)\n/],
    ['says what went', /Destroyed:\n(?: {8}.*\n)* {8}kyc of .*\n {8}tags of 1 persons\n/],
    ['has forgotten', /27 entries were the customer’s\n +ok {2}each is shown as erased/],
    ['leaves the neighbour', /ok {2}customer-4712 still lives at Rue du Simplon 12/],
    ['leaves receipts', /ok {2}all 27 receipts still prove their entry\n.*\n +ok {2}the head/],
    ['leaves proofs', /ok {2}the erased entry is in the tree as before, exit code 0/],
    ['leaves what was taken', /ok {2}the evidence that the customer took along is verified/],
    ['catches a value changed', /changed: .*\n(?: +fails .*\n)+ +ok {2}caught by .*"payload"/],
  ])('%s', (_what, line) => {
    expect(demo.stdout).toMatch(line);
  });

  it('keeps files that verify, and altered ones that do not', async () => {
    const roots = ['--trust', trust, '--require', 'attributed'];
    const sound = await runCli(['verify', evidence, ...roots]);
    expect(sound).toMatchObject({ code: 0, stderr: '' });
    expect(sound.stdout).toBe(readFileSync(join(kept, 'report.txt'), 'utf8'));
    expect((await runCli(['verify', evidence, '--require', 'attributed'])).code).toBe(1);
    for (const { part } of ALTERATIONS) {
      const altered = join(kept, `altered-${part}.evidence.json`);
      expect((await runCli(['verify', altered, ...roots])).code).toBe(1);
    }
  });

  it('keeps the hand-over package, and altered ones that do not verify', async () => {
    const roots = ['--trust', trust, '--require', 'attributed'];
    const collection = join(kept, 'inspection.collection');
    expect((await runCli(['verify', collection, ...roots])).code).toBe(0);
    expect(readFileSync(join(kept, 'inspection.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
    for (const { part } of PACKAGE_ALTERATIONS) {
      const altered = join(kept, `altered-${part}.collection`);
      expect((await runCli(['verify', altered, ...roots])).code).toBe(1);
    }
  });

  it('keeps the certificate, and evidence of what was erased and of what was not', async () => {
    const certificate = readFileSync(join(kept, 'certificate.txt'), 'utf8');
    expect(certificate).toMatch(/^Certificate of destruction [^]*\nDestroyed:\n {2}access of /);
    for (const name of ['erased', 'neighbour']) {
      const file = join(kept, `${name}.evidence.json`);
      const { code, stdout } = await runCli(['verify', file, '--trust', trust]);
      expect([name, code]).toEqual([name, 0]);
      expect([name, stdout.includes('Rue du Simplon')]).toEqual([name, name === 'neighbour']);
    }
  });

  it('believes of what is left no file that was altered', async () => {
    const read = (name: string): Uint8Array => readFileSync(join(kept, `${name}.evidence.json`));
    const proof = ALTERATIONS.find(({ part }) => part === 'proof');
    if (proof === undefined) throw new Error('proofs are altered too');
    const left = { ofErased: alter(read('erased'), proof), ofNeighbour: read('erased') };
    const files = { evidence: read('erased'), trust: readFileSync(trust) };
    const lines: string[] = [];
    await verifyLeft(new Story((line) => lines.push(line)), left, files);
    expect(lines.filter((line) => line.includes('NO  '))).toEqual([
      expect.stringContaining('inclusion'),
      expect.stringContaining('exit code 1'),
      expect.stringContaining('the neighbour’s'),
      expect.stringContaining('the evidence that the customer took along'),
    ]);
  });

  it('gives the worst of several files, each with its report', async () => {
    const files = [evidence, join(kept, 'altered-proof.evidence.json')];
    const { code, stdout } = await runCli(['verify', ...files, '--json']);
    expect(code).toBe(1);
    const results = stdout.trimEnd().split('\n');
    expect(results.map((line) => (JSON.parse(line) as { result: string }).result)).toEqual([
      'consistent',
      'failed',
    ]);
  });

  it('says so, and does not call it proven, when something is not as expected', async () => {
    const [payload] = ALTERATIONS;
    if (payload === undefined) throw new Error('the payload is altered first');
    const files = { evidence: readFileSync(evidence), trust: readFileSync(trust) };
    const lines: string[] = [];
    const story = new Story((line) => lines.push(line));
    await verifyOffline(story, { ...files, evidence: alter(files.evidence, payload) });
    expect(story.isAsExpected).toBe(false);
    expect(lines.join('\n')).toMatch(/NO {2}payload[^]*NOT AS EXPECTED[^]*Nothing is proven/);
    expect(lines.join('\n')).not.toContain('Proven:');
  });

  it('believes no package that was altered', async () => {
    const collection = readFileSync(join(kept, 'altered-dropped.collection'));
    const lines: string[] = [];
    const story = new Story((line) => lines.push(line));
    await verifyPackage(story, { collection }, readFileSync(trust));
    expect(story.isAsExpected).toBe(false);
    expect(lines.join('\n')).toMatch(/NO {2}completeness:1[^]*NO {2}verified[^]*Nothing is proven/);
  });

  it('is JSON when asked', () => {
    expect(asJson.code).toBe(0);
    const { asExpected, steps } = JSON.parse(asJson.stdout) as {
      asExpected: boolean;
      steps: { name: string; facts: Record<string, unknown> }[];
    };
    expect(asExpected).toBe(true);
    expect(steps).toHaveLength(35);
    const caughtBy = (name: string): unknown =>
      steps.find((step) => step.name === name)?.facts['caughtBy'];
    expect(caughtBy('alter')).toMatchObject({
      header: ['header', 'tags'],
      payload: ['payload'],
      proof: ['inclusion'],
      signature: ['signature:1'],
    });
    const answers = [1, 2, 3, 4, 5].map((n) => `completeness:${n}`);
    expect(caughtBy('alter-package')).toEqual({
      dropped: answers,
      // What is about a time before it is as it was.
      added: answers.filter((_, at) => at !== 0 && at !== 3),
      changed: ['payload'],
    });
  });
});

describe('the check against the Tradle models', () => {
  const { objects, schemas } = readKycBundle();
  const residence = objects[2] ?? { _t: '' };
  const check = (change: object): string | null =>
    schemas.checkerOf('tradle.Residence')?.({ ...residence, ...change }) ?? null;

  it('takes what the bundle holds, protocol properties too', () => {
    expect(check({})).toBeNull();
    expect(check({ _link: 'x', time: 1 })).toBeNull();
  });

  it.each([
    ['a missing property', { city: undefined }],
    ['a property of no model', { nickname: 'home' }],
    ['a wrong type', { postalCode: 1896 }],
    ['a choice that there is not', { residenceType: { id: 'tradle.ResidenceType_moon' } }],
    ['another type', { _t: 'tradle.Verification' }],
  ])('refuses %s', (_what, change) => {
    const object = JSON.parse(JSON.stringify({ ...residence, ...change })) as typeof residence;
    expect(schemas.checkerOf('tradle.Residence')?.(object)).toEqual(expect.any(String));
  });

  it('follows what is inlined, down to its own model', () => {
    const verify = schemas.checkerOf('tradle.Verification');
    const inner = { _t: 'tradle.Verification', document: 0 };
    expect(verify?.({ _t: 'tradle.Verification', document: 2, sources: [inner] })).toBeNull();
    const wrong = { ...inner, document: 25 };
    expect(verify?.({ _t: 'tradle.Verification', document: 2, sources: [wrong] })).not.toBeNull();
  });

  it('has nothing to say of a type without a model', () => {
    expect(schemas.checkerOf('tradle.CVItem')).toBeNull();
  });
});
