/** What an honest collection says, and what it does not. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { utf8ToString } from '../../src/base/bytes.js';
import type { CollectionFile } from '../../src/evidence/collection-file.js';
import type { CollectionReport } from '../../src/evidence/collection-report.js';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { parseCollection } from '../../src/evidence/parse-collection.js';
import { reportAsJson } from '../../src/evidence/report-json.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { runVerify } from '../../src/evidence/run-verify.js';
import { NO_TRUST, type Trust } from '../../src/evidence/trust.js';
import { isCollectionReport, verifyBytes } from '../../src/evidence/verify-file.js';
import {
  type BuiltCollection,
  buildCollection,
  type CollectionPlan,
} from './collection-builder.js';
import { build, trustBytes } from './evidence-builder.js';
import { STAMP } from './support/collection-forgeries.js';
import { minutes } from './support/plan.js';
import { authorKey, syntheticAuthor } from './support/synthetic-authors.js';

let built: BuiltCollection;
beforeAll(async () => {
  built = await buildCollection();
});

function reportOf(bytes: Uint8Array, trust: Trust): CollectionReport {
  const report = verifyBytes(bytes, trust);
  if (!isCollectionReport(report)) throw new Error('not a collection');
  return report;
}

function wordsOf({ checks }: CollectionReport): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, result, word }) => [id, word ?? result]));
}

describe('an honest collection', () => {
  it('passes every check, and says what rests on the file’s own word', () => {
    const report = reportOf(built.bytes, built.trust);
    expect(wordsOf(report)).toEqual({
      format: 'math',
      statement: 'math',
      header: 'math',
      payload: 'math',
      tags: 'math',
      claim: 'math',
      author: 'trust',
      inclusion: 'math',
      checkpoint: 'math',
      handovers: 'math',
      'log-identity': 'trust',
      signatures: 'trust',
      'completeness:1': 'math',
      'completeness:2': 'math',
      'completeness:3': 'math',
      'completeness:4': 'math',
      // No entries, a party's tag that no opened entry has as its subject's, and a name that nobody has.
      'completeness:5': 'self',
      'completeness:6': 'self',
      'completeness:7': 'self',
      'anchor:after': 'trust',
    });
    expect(report.result).toBe('consistent');
  });

  it('judges every signed claim by one history of its author, each as of its event', async () => {
    const authorIn = async (bends: Partial<CollectionPlan>) => {
      const made = await buildCollection(bends);
      const { checks, notProven } = reportOf(made.bytes, made.trust);
      const { code = 'none', facts = {} } = checks.find(({ id }) => id === 'author') ?? {};
      const unproven = notProven.find((each) => each.code === 'not-proven.claim-key');
      return { code, facts, ...(unproven !== undefined && { unproven: unproven.facts }) };
    };
    const ada = syntheticAuthor('Ada');
    const bob = syntheticAuthor('Bob');
    expect(await authorIn({})).toMatchObject({
      ...{ code: 'author.pass', facts: { author: ada.id, events: 3 } },
    });
    const both = (index: number) => [null, bob, null, ada][index] ?? null;
    expect(
      await authorIn({ authorOf: both, histories: () => [ada.history, bob.history] }),
    ).toMatchObject({ code: 'author.pass-all', facts: { authors: 2, claims: 2, events: 6 } });
    // Of whom the file shows nothing, nothing is proven.
    expect(await authorIn({ authorOf: both, histories: () => [ada.history] })).toMatchObject({
      ...{ code: 'author.pass', unproven: { count: 1 } },
    });
    expect(await authorIn({ histories: () => [] })).toEqual({
      ...{ code: 'none', facts: {}, unproven: { count: 2 } },
    });
    for (const [code, histories] of [
      ['author.idle', [ada.history, ada.history]],
      ['author.idle', [ada.history, bob.history]],
      // The phone's claim by what came after it, and the tablet's by what came before.
      ['author.event', [ada.history.slice(0, 2)]],
    ] as const)
      expect(await authorIn({ histories: () => histories })).toMatchObject({ code });
    const late = (index: number) =>
      index === 3 || index === 9 ? { ...ada, key: authorKey('Ada phone') } : null;
    expect(await authorIn({ authorOf: late })).toMatchObject({
      ...{ code: 'author.key', facts: { entry: 3 } },
    });
  });

  it('is verified if each answer has an opened entry that names the subject', async () => {
    const { bytes, trust } = await buildCollection({
      questions: [{ name: 'anna', asOf: 12, map: 12 }],
    });
    expect(reportOf(bytes, trust).result).toBe('verified');
    expect(reportOf(bytes, NO_TRUST).result).toBe('consistent');
  });

  it('says by when it was there if an authority stamped a head that holds all of it', async () => {
    const stamped = await buildCollection({ stamp: STAMP });
    const { timeStamp, ...rest } = stamped.file;
    const words = { ...wordsOf(reportOf(built.bytes, built.trust)), 'epoch-time-stamp': 'trust' };
    expect(wordsOf(reportOf(stamped.bytes, stamped.trust))).toEqual(words);
    expect(formatCollection(parseCollection(stamped.bytes))).toEqual(stamped.bytes);
    expect(timeStamp).toBeDefined();
    const without = reportOf(formatCollection(rest), stamped.trust);
    expect(wordsOf(without)).toEqual(wordsOf(reportOf(built.bytes, built.trust)));
    const stranger = reportOf(stamped.bytes, { ...stamped.trust, certificates: [] });
    expect(wordsOf(stranger)).toMatchObject({ 'epoch-time-stamp': 'not-present' });
    const early = await buildCollection({ stamp: { epoch: 3, size: 5 } });
    expect(wordsOf(reportOf(early.bytes, early.trust))).toMatchObject({
      'epoch-time-stamp': 'fail',
    });
  });

  it('gives the state as of a size, and as of what was valid', () => {
    const { questions } = reportOf(built.bytes, built.trust);
    expect(questions.map(({ answer }) => answer)).toEqual([
      // Version 9 is withdrawn by 10; 8 is bruno's and mentions anna.
      {
        entries: [1, 3, 4, 7, 8, 9, 10],
        notOpened: [8],
        mentions: [8],
        state: [3, 7, 10],
        determined: true,
      },
      // At minute 35, version 3 says it is valid from minute 5, version 1 from minute 10.
      { entries: [1, 3, 4, 7], notOpened: [], mentions: [], state: [1], determined: true },
      {
        entries: [1, 3, 4, 7, 8, 9, 10, 13, 14],
        notOpened: [8],
        mentions: [8],
        state: [1],
        determined: true,
      },
      { entries: [2], notOpened: [], mentions: [], state: [2], determined: true },
      { entries: [], notOpened: [], mentions: [], state: [], determined: true },
      { entries: [11], notOpened: [11], mentions: [11], state: [], determined: true },
      { entries: [], notOpened: [], mentions: [], state: [], determined: true },
    ]);
  });

  it('says that the state is not determined while a record of the subject is not opened', async () => {
    const { bytes, trust } = await buildCollection({
      closed: [8, 10, 11],
      questions: [{ name: 'anna', asOf: 12, map: 12 }],
    });
    const report = reportOf(bytes, trust);
    expect(report.result).toBe('verified');
    // Without the header of 10 nobody sees that 9 is withdrawn.
    expect(report.questions[0]?.answer).toMatchObject({ state: [7, 9, 10], determined: false });
    expect(reportAsText(report)).toContain('as far as can be told');
    expect(report.notProven).toContainEqual({ code: 'not-proven.not-opened', facts: { count: 2 } });
  });

  it('reads as it was written', () => {
    expect(parseCollection(built.bytes)).toEqual(built.file);
    expect(formatCollection(parseCollection(built.bytes))).toEqual(built.bytes);
  });

  it('may show fewer things and then says less', () => {
    const { file, trust } = built;
    const { anchors, histories, inspection, ...rest } = file;
    const { seal, recoverySignature, ...log } = file.log;
    expect([anchors, histories, inspection, seal, recoverySignature]).not.toContain(undefined);
    const entries = file.entries.map(({ inclusion, statement }) => ({ inclusion, statement }));
    const { development, ...less } = { ...rest, log, entries };
    expect(development).toEqual(['devchain', 'seal']);
    const report = reportOf(formatCollection(less), trust);
    expect(report.result).toBe('consistent');
    expect(wordsOf(report)).toMatchObject({ header: 'not-present', 'completeness:1': 'self' });
  });

  it('is told from evidence by its kind, in one command and in its exit code', async () => {
    const evidence = await build();
    const trust = [{ label: 'trust', bytes: trustBytes(built.trustJson) }];
    const ask = { trust, requireAttributed: false, json: false };
    expect(runVerify({ ...ask, evidence: built.bytes })).toMatchObject({ exitCode: 0 });
    const others = [{ label: 'trust', bytes: trustBytes(evidence.trust) }];
    expect(runVerify({ ...ask, trust: others, evidence: evidence.bytes })).toMatchObject({
      exitCode: 0,
    });
    const strict = { ...ask, requireAttributed: true };
    expect(runVerify({ ...strict, evidence: built.bytes })).toMatchObject({ exitCode: 1 });
    const one = await buildCollection({ questions: [{ name: 'anna', asOf: 9, map: 12 }] });
    const known = [{ label: 'trust', bytes: trustBytes(one.trustJson) }];
    expect(runVerify({ ...strict, trust: known, evidence: one.bytes })).toMatchObject({
      exitCode: 0,
    });
  });
});

describe('a collection under a batch', () => {
  const order = { questions: [{ name: 'anna', asOf: 12, map: 12 }], hasBatch: true };

  it('is verified, with the batch that covers all of it and who signed that', async () => {
    const { bytes, file, trust } = await buildCollection(order);
    expect(parseCollection(bytes)).toEqual(file);
    const report = reportOf(bytes, trust);
    expect(report.result).toBe('verified');
    expect(wordsOf(report)).toMatchObject({
      signatures: 'trust',
      batch: 'math',
      'signature:1': 'trust',
    });
    expect(report.checks.find(({ id }) => id === 'batch')).toMatchObject({
      code: 'batch.pass',
      facts: { index: 17, size: 17 },
    });
    expect(report.signatures.at(-1)).toMatchObject({ index: 19, batch: 17 });
    expect(reportAsText(report)).toContain('all 17 entries before entry 17');
    expect(reportOf(bytes, NO_TRUST).result).toBe('consistent');
  });

  it('fails under a batch that does not cover its newest map', async () => {
    const { bytes, trust } = await buildCollection({
      ...order,
      questions: [{ name: 'anna', asOf: 12, map: 18 }],
    });
    const report = reportOf(bytes, trust);
    expect(report.checks.filter(({ result }) => result === 'fail')).toMatchObject([
      { id: 'batch', code: 'batch.place' },
    ]);
  });

  it('fails with signatures in its place that are over entries, or over nothing', async () => {
    const { entry, file, trust } = await buildCollection(order);
    const failing = (signatures: CollectionFile['signatures']): string[] =>
      reportOf(formatCollection({ ...file, signatures: signatures ?? [] }), trust)
        .checks.filter(({ result }) => result === 'fail')
        .map(({ id, code }) => `${id}: ${code}`);
    // Entry 4 is over entry 3.
    expect(failing([entry(4)])).toEqual(['batch: batch.unsigned', 'signature:1: signature.of']);
    expect(failing([entry(4), entry(19)])).toEqual(['signature:1: signature.of']);
    expect(failing([entry(19), entry(19)])).toEqual(['signature:2: signature.order']);
  });

  it('is none without signatures, nor signatures without a batch', async () => {
    const { file } = await buildCollection(order);
    const { batch, signatures, ...rest } = file;
    expect([batch, signatures]).not.toContain(undefined);
    for (const half of [
      { ...rest, ...(batch !== undefined && { batch }) },
      { ...rest, ...(signatures !== undefined && { signatures }) },
    ])
      expect(() => formatCollection(half)).toThrow(/just one of the members batch and signatures/);
  });

  it('is other bytes than without one in these members alone', async () => {
    const { bytes, file } = await buildCollection(order);
    const { batch, signatures, ...rest } = file;
    expect([batch, signatures]).not.toContain(undefined);
    const without = JSON.parse(utf8ToString(formatCollection(rest))) as object;
    const members = JSON.parse(utf8ToString(bytes)) as Record<string, unknown>;
    delete members['batch'];
    delete members['signatures'];
    expect(without).toEqual(members);
  });
});

describe('the report of a collection', () => {
  it('says what completeness is of, who made the maps, and what no instant means', () => {
    const text = reportAsText(reportOf(built.bytes, built.trust));
    for (const part of [
      'complete for the tag',
      'not for a human being who has two',
      'fsck',
      'recorded last stands',
      'Question 1: anna, in the ledger kyc',
      '7 entries, 1 of them not opened',
      'its own word',
    ])
      expect(text.replaceAll(/\s+/g, ' ')).toContain(part);
    expect(text).not.toMatch(/\{\w+\}/);
    for (const line of text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(100);
  });

  it('is the same bytes every time, with stable codes', () => {
    const report = reportOf(built.bytes, built.trust);
    const json = reportAsJson(report);
    expect(reportAsJson(reportOf(built.bytes, built.trust))).toBe(json);
    const parsed = JSON.parse(json) as {
      kind: string;
      questions: { question: object }[];
      notProven: { code: string }[];
    };
    expect(parsed.kind).toBe('collection');
    expect(parsed.questions[1]?.question).toEqual({
      asOf: 8,
      ledger: 'kyc',
      subject: 'anna',
      validAt: new Date(minutes(35)).toISOString(),
    });
    expect(parsed.notProven.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'not-proven.identifier',
        'not-proven.maps',
        'not-proven.tag',
        'not-proven.valid-at',
      ]),
    );
  });

  it('names the entry that fails', () => {
    const file = {
      ...built.file,
      entries: built.file.entries.map((entry, place) =>
        place === 2 && entry.header !== undefined
          ? { ...entry, header: { ...entry.header, salt: new Uint8Array(32) } }
          : entry,
      ),
    };
    const report = reportOf(formatCollection(file), built.trust);
    expect(report.result).toBe('failed');
    const failed = report.checks.find(({ id }) => id === 'header');
    expect(failed).toMatchObject({
      result: 'fail',
      code: 'header.commitment',
      facts: { entry: 3 },
    });
    expect(report.questions[0]?.answer).toBeNull();
    expect(reportAsText(report)).toContain('Entry 3: The header');
    expect(utf8ToString(built.bytes)).toContain('"kind":"collection"');
  });
});
