/** What evidence says of files that records attach, and of files that a verifier has. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { hexDigest } from '../../src/base/hex-digest.js';
import type { GivenFile } from '../../src/evidence/compared-file.js';
import { CATALOGUES } from '../../src/evidence/languages.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { runVerify, type VerifyRequest } from '../../src/evidence/run-verify.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { runVerifyCommand } from '../../src/evidence/verify-command.js';
import { isCollectionReport, verifyBytes } from '../../src/evidence/verify-file.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import type { RecordHeader } from '../../src/records/header.js';
import { sha256Of } from '../support/file-entries.js';
import type { BuiltCollection } from './collection-builder.js';
import { build, type Built, trustBytes } from './evidence-builder.js';
import { proofOf } from './misbehaviour/support/proofs.js';
import { ATTACHED, attachingCollection, CONTENT } from './support/attachment-forgeries.js';
import { edited, set } from './support/json-edit.js';
import { claimOf } from './support/synthetic-authors.js';

const entry = hexDigest('7'.repeat(64));
const SCAN = {
  entry: hexDigest('8'.repeat(64)),
  mediaType: 'image/png',
  sha256: hexDigest(sha256Of('scan')),
  size: 4,
};
const attaching = (header: RecordHeader): RecordHeader => ({
  ...header,
  attachments: [{ ...ATTACHED, entry }, SCAN],
});
const given = (name: string, content: string): GivenFile => ({
  ...{ name, sha256: hexDigest(sha256Of(content)), size: utf8(content).length },
});
const PASSPORT = given('downloads/any name', CONTENT);
const OTHER = given('other.pdf', 'both sides of a Passport');

let built: Built;
let collection: BuiltCollection;
let request: VerifyRequest;
beforeAll(async () => {
  built = await build({ header: attaching });
  collection = await attachingCollection();
  const trust = [{ label: 'bank.json', bytes: trustBytes(built.trust) }];
  request = { evidence: built.bytes, trust, requireAttributed: true, json: true };
});

describe('evidence of a record with attachments', () => {
  it('is verified, with a claim that covers them, and says what it does not prove', () => {
    const report = verifyEvidence(built.bytes, NO_TRUST);
    expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(report.checks.find(({ id }) => id === 'claim')).toMatchObject({
      ...{ result: 'pass', code: 'claim.pass-signed' },
    });
    expect(report.entry?.disclosed?.attachments).toEqual(attaching({} as RecordHeader).attachments);
    expect(report.notProven.map(({ code }) => code)).toContain('not-proven.attachments');
    expect(report).not.toHaveProperty('compared');
  });

  it('shows them to people, a line of theirs for each', () => {
    const text = reportAsText(verifyEvidence(built.bytes, NO_TRUST));
    expect(text).toContain(
      'attached        1, “passport.pdf”: 24 bytes of application/pdf, SHA-256',
    );
    expect(text).toContain('attached        2: 4 bytes of image/png, SHA-256');
  });

  it.each<[string, (header: RecordHeader) => RecordHeader]>([
    ['covers none of them', (header) => ({ ...header, attachments: [] })],
    ['leaves one out', (header) => ({ ...header, attachments: [{ ...ATTACHED, entry }] })],
    [
      'has them in another order',
      (header) => ({ ...header, attachments: [SCAN, { ...ATTACHED, entry }] }),
    ],
    [
      'is of another content',
      (header) => ({
        ...header,
        attachments: [
          { ...ATTACHED, entry },
          { ...SCAN, sha256: entry },
        ],
      }),
    ],
  ])('fails with a claim that %s', async (_, claimed) => {
    const { bytes } = await build({
      header: (header) => ({ ...attaching(header), claim: claimOf(claimed(header)) }),
      author: null,
      history: () => undefined,
    });
    const failing = verifyEvidence(bytes, NO_TRUST).checks.filter(
      ({ result }) => result === 'fail',
    );
    expect(failing).toMatchObject([{ id: 'claim', code: 'claim.differs' }]);
  });
});

describe('a file that is compared', () => {
  const compared = (files: readonly GivenFile[], more: Partial<VerifyRequest> = {}) => {
    const { exitCode, output } = runVerify({ ...request, files, ...more });
    return { exitCode, compared: (JSON.parse(output) as { compared: unknown }).compared };
  };

  it('is told by its content, whatever its name', () => {
    expect(compared([PASSPORT, given('scan', 'scan')])).toEqual({
      exitCode: 0,
      compared: [
        { ...PASSPORT, is: [{ kind: 'attachment', index: 9, number: 1, name: 'passport.pdf' }] },
        { ...given('scan', 'scan'), is: [{ kind: 'attachment', index: 9, number: 2 }] },
      ],
    });
  });

  it('is a "no" if it is nothing that is shown, and the others are told all the same', () => {
    expect(compared([OTHER, PASSPORT])).toMatchObject({
      exitCode: 1,
      compared: [{ ...OTHER, is: [] }, { is: [{ number: 1 }] }],
    });
    expect(compared([{ ...PASSPORT, size: PASSPORT.size + 1 }]).exitCode).toBe(1);
  });

  it('makes nothing of a file that fails', () => {
    const evidence = edited(built.bytes, (file) => {
      set(file, ['entry', 'header', 'salt'], Buffer.alloc(32).toString('base64'));
    });
    expect(compared([PASSPORT], { evidence })).toMatchObject({
      exitCode: 1,
      compared: [{ is: [] }],
    });
  });

  it('is what a file of a collection brought, and what records of it attach', () => {
    const report = verifyBytes(collection.bytes, NO_TRUST);
    expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(report.checks.find(({ id }) => id === 'attachments')).toMatchObject({
      ...{ result: 'pass', word: 'math', facts: { count: 1, shown: 1 } },
    });
    const entries = isCollectionReport(report) ? report.entries : [];
    expect(entries.find(({ index }) => index === 7)?.brings).toEqual({
      ...{ mediaType: 'application/pdf', sha256: PASSPORT.sha256, size: PASSPORT.size },
    });
    expect(
      compared([PASSPORT], { evidence: collection.bytes, requireAttributed: false, trust: [] }),
    ).toEqual({
      exitCode: 0,
      compared: [
        {
          ...PASSPORT,
          is: [
            { kind: 'content', index: 7 },
            { kind: 'attachment', index: 9, number: 1, name: 'passport.pdf' },
            { kind: 'content', index: 13 },
          ],
        },
      ],
    });
  });

  it('is spoken of in each language, without what a terminal would take for a command', () => {
    const files = [given('\u001b[2J.pdf', CONTENT), OTHER];
    for (const [language, catalogue] of Object.entries(CATALOGUES)) {
      const { output } = runVerify({ ...request, files, json: false, language: language as 'en' });
      expect(output).not.toContain('\u001b');
      expect(output).not.toMatch(/\{[a-z]\w*\}/);
      expect(output.split('\n', 3).join(' ')).toMatch(
        /BUT .*\(2\), 1 match|ABER .*\(2\), entspricht 1/,
      );
      expect(output).toContain(catalogue['title.compared']);
      expect(output).toContain(catalogue['value.is.nothing']);
      for (const line of output.split('\n'))
        expect(Array.from(line).length).toBeLessThanOrEqual(100);
    }
  });

  it('is not compared with a proof of misbehaviour', () => {
    const proof = { ...request, evidence: proofOf('entry'), files: [PASSPORT] };
    expect(runVerifyCommand(proof)).toMatchObject({ exitCode: 2, output: '' });
  });
});

describe('a collection', () => {
  it('says if it shows none of what its records attach', async () => {
    const closed = await attachingCollection({
      attachments: (index) => (index === 9 ? [{ ...ATTACHED, entry }] : []),
    });
    const { checks, notProven } = verifyBytes(closed.bytes, NO_TRUST);
    expect(checks.find(({ id }) => id === 'attachments')).toMatchObject({
      ...{ result: 'not-present', code: 'attachments.not-shown', facts: { count: 1 } },
    });
    expect(notProven.map(({ code }) => code)).toContain('not-proven.attachments');
  });
});
