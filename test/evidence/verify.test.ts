import { beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { parseTrust, type Trust } from '../../src/evidence/trust.js';
import type { VerificationReport } from '../../src/evidence/verification-report.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { failure } from '../support/errors.js';
import { build, type Built, trustBytes } from './evidence-builder.js';
import { checkOf } from './support/check-of.js';
import { edited, type Path, remove, set } from './support/json-edit.js';
import { trustOf } from './support/originals.js';
import { DAY_BEFORE, minutes, type Plan } from './support/plan.js';
import { claimOf, syntheticAuthor } from './support/synthetic-authors.js';
import { newAuthority } from './support/synthetic-keys.js';

const authority = newAuthority('bank', DAY_BEFORE);
const make = (bends: Partial<Plan> = {}) => build({ authority, ...bends });

let bank: Built;
let known: Trust;

beforeAll(async () => {
  bank = await make();
  known = trustOf(bank);
});

describe('a report', () => {
  it('says what was checked, and that all of it passed', () => {
    const report = verifyEvidence(bank.bytes, known);
    expect(report.result).toBe('verified');
    expect(report.checks.map(({ id, result, word }) => [id, result, word])).toEqual([
      ['format', 'pass', 'math'],
      ['statement', 'pass', 'math'],
      ['header', 'pass', 'math'],
      ['payload', 'pass', 'math'],
      ['tags', 'pass', 'math'],
      ['claim', 'pass', 'math'],
      ['author', 'pass', 'trust'],
      ['inclusion', 'pass', 'math'],
      ['checkpoint', 'pass', 'math'],
      ['handovers', 'pass', 'math'],
      ['log-identity', 'pass', 'trust'],
      ['batch', 'pass', 'math'],
      ['signature:1', 'pass', 'trust'],
      ['signature:2', 'pass', 'trust'],
      ['signature:3', 'pass', 'trust'],
      ['anchor:after', 'pass', 'trust'],
      ['anchor:before', 'pass', 'trust'],
      ['epoch-time-stamp', 'pass', 'trust'],
    ]);
  });

  it('says what the entry is, who wrote it and between which blocks it came in', () => {
    const { entry } = verifyEvidence(bank.bytes, known);
    expect(entry).toMatchObject({
      kind: 'record',
      type: 'tradle.Residence',
      index: 9,
      treeSize: 20,
      recordedAt: minutes(90),
      disclosed: { subject: 'customer-4711', key: 'residence', author: syntheticAuthor('Ada').id },
      content: { city: 'Zürich', country: 'CH', street: 'Seilergraben 1' },
      notYetIn: { chain: 'devchain', height: 310, time: minutes(100), pinned: true },
      in: { chain: 'devchain', height: 330, time: minutes(300), pinned: true },
    });
  });

  it('lists what is made for development and what is not proven', () => {
    const { development, notProven } = verifyEvidence(bank.bytes, known);
    expect(development.map(({ code }) => code)).toEqual([
      'development.devchain',
      'development.seal',
    ]);
    expect(notProven.map(({ code }) => code)).toEqual([
      'not-proven.truth',
      'not-proven.other-entries',
      'not-proven.later-keys',
      'not-proven.revocation',
      'not-proven.block-time',
      'not-proven.not-yet',
      'not-proven.author-later',
    ]);
  });

  it('repeats that a trust file is one of development', () => {
    const trust = parseTrust(trustBytes({ ...bank.trust, development: true }));
    expect(verifyEvidence(bank.bytes, trust).development).toContainEqual({
      code: 'development.trust',
      facts: { name: 'What the friends of bank trust' },
    });
  });

  it('is made to the end although a check fails, and shows nothing that did not pass', () => {
    const bytes = edited(bank.bytes, (file) => {
      set(file, ['entry', 'header', 'salt'], Buffer.alloc(32).toString('base64'));
    });
    const report = verifyEvidence(bytes, known);
    expect(checkOf(report, 'header')).toMatchObject({ result: 'fail', code: 'header.commitment' });
    expect(checkOf(report, 'anchor:before').result).toBe('pass');
    expect(report.entry).not.toHaveProperty('disclosed');
    expect(report.entry).not.toHaveProperty('content');
  });

  it('says of the rest that it was not done where a statement cannot be read', () => {
    const bytes = edited(bank.bytes, (file) => {
      set(file, ['entry', 'statement'], Buffer.from('{}').toString('base64'));
    });
    const report = verifyEvidence(bytes, known);
    expect(report).toMatchObject({ result: 'failed', entry: null, log: null });
    expect(checkOf(report, 'statement').code).toBe('statement.malformed');
    expect(checkOf(report, 'inclusion').result).toBe('not-done');
  });
});

describe('a log that began after a loss', () => {
  it('says so, and that what was lost is not proven', async () => {
    const built = await make({
      first: (statement) => ({
        ...statement,
        kind: 'loss',
        cause: 'a disk failed',
        checkpoint: '',
        from: `${statement.origin}-old`,
        recoveredSize: 40,
      }),
    });
    const report = verifyEvidence(built.bytes, trustOf(built));
    expect(report).toMatchObject({
      result: 'verified',
      log: { loss: { cause: 'a disk failed', recoveredSize: 40 } },
    });
    expect(report.notProven.map(({ code }) => code)).toContain('not-proven.loss');
  });
});

describe('what is left out of a file', () => {
  const optional: readonly [path: Path, checks: readonly string[]][] = [
    [['entry', 'openers'], ['tags']],
    [['entry', 'payload'], ['payload']],
    [['anchors', 'before'], ['anchor:before']],
    [['log', 'seal'], []],
    [['log', 'recoverySignature'], []],
    [['signatures', 1], ['signature:3']],
  ];

  for (const [path, checks] of optional)
    it(`is not vouched for: /${path.join('/')}`, () => {
      const whole = verifyEvidence(bank.bytes, known);
      const less = verifyEvidence(
        edited(bank.bytes, (file) => {
          remove(file, path);
        }),
        known,
      );
      expect(less.result).toBe('verified');
      expect(passed(less)).toEqual(passed(whole).filter((id) => !checks.includes(id)));
      for (const id of checks.filter((each) => each !== 'signature:3'))
        expect(checkOf(less, id).result).toBe('not-present');
    });

  it('is not vouched for: everything that may be', () => {
    const bytes = edited(bank.bytes, (file) => {
      for (const path of [
        ['history'],
        ['entry', 'header'],
        ['entry', 'openers'],
        ['entry', 'payload'],
      ])
        remove(file, path);
      for (const path of [['anchors'], ['batch'], ['signatures'], ['timeStamp'], ['log', 'seal']])
        remove(file, path);
      remove(file, ['development']);
    });
    const report = verifyEvidence(bytes, known);
    expect(report.result).toBe('verified');
    expect(passed(report)).toEqual([
      'format',
      'statement',
      'inclusion',
      'checkpoint',
      'handovers',
      'log-identity',
    ]);
    expect(report.notProven.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'not-proven.recorded-time',
        'not-proven.header',
        'not-proven.payload',
      ]),
    );
  });

  function passed({ checks }: VerificationReport): string[] {
    return checks.filter(({ result }) => result === 'pass').map(({ id }) => id);
  }
});

describe('a record without a key', () => {
  it('is its own thing, whose tag the header itself opens', async () => {
    const built = await make({ recordKey: undefined });
    const report = verifyEvidence(built.bytes, trustOf(built));
    expect(report.result).toBe('verified');
    expect(checkOf(report, 'tags').facts).toEqual({ tags: 'author, key, subject' });
  });
});

describe('a claim', () => {
  it('passes if it says what the header says, and is not taken for signed', async () => {
    const built = await make({
      header: (header) => ({ ...header, claim: claimOf(header) }),
      history: () => undefined,
    });
    const report = verifyEvidence(built.bytes, trustOf(built));
    expect(checkOf(report, 'claim')).toMatchObject({ result: 'pass', word: 'math' });
    expect(report.checks.map(({ id }) => id)).not.toContain('author');
    expect(codesOf(report)).toContain('not-proven.claim');
  });

  it('is its author’s by their history, on the word of whoever pinned them', () => {
    const author = syntheticAuthor('Ada').id;
    const pinned = verifyEvidence(bank.bytes, known);
    expect(checkOf(pinned, 'author')).toMatchObject({
      ...{ result: 'pass', word: 'trust', code: 'author.pass', facts: { author, events: 3 } },
    });
    expect(codesOf(pinned)).toEqual(
      expect.not.arrayContaining(['not-proven.claim-key', 'not-proven.author-name']),
    );
    expect(codesOf(pinned)).toContain('not-proven.author-later');
    const unpinned = verifyEvidence(bank.bytes, { ...known, identities: [] });
    expect(unpinned.result).toBe('verified');
    expect(checkOf(unpinned, 'author')).toMatchObject({ result: 'pass', word: 'math' });
    expect(codesOf(unpinned)).toContain('not-proven.author-name');
  });

  it('is of nobody’s key without the history, and the report says so', () => {
    const report = verifyEvidence(
      edited(bank.bytes, (file) => {
        remove(file, ['history']);
      }),
      known,
    );
    expect(report.result).toBe('verified');
    expect(report.checks.map(({ id }) => id)).not.toContain('author');
    expect(codesOf(report)).toContain('not-proven.claim-key');
  });

  it('of an event that a newer version writes is not judged by this one', async () => {
    const newer = utf8('{"event":{"$v":2}}');
    const built = await make({ history: (history) => [...history, newer] });
    expect(failure(() => verifyEvidence(built.bytes, trustOf(built))).code).toBe(
      'EVIDENCE_FORMAT_NEWER',
    );
  });

  function codesOf({ notProven }: VerificationReport): string[] {
    return notProven.map(({ code }) => code);
  }
});
