/**
 * Cosigned heads in evidence: what counts as witnessed, for whom, and that each rule is needed: it is taken out in
 * turn, and a named forgery then gets past the verifier.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sha256Digest, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { RULE_BOOK } from '../../src/evidence/internal/rule-book.js';
import { verifyBy } from '../../src/evidence/internal/verify-by.js';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { parseTrust, type Trust } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { formatVerifierKey } from '../../src/tlog/note-key.js';
import { parseSignedNote } from '../../src/tlog/signed-note.js';
import { failure } from '../support/errors.js';
import { logKey } from '../tlog/keys.js';
import { build, type Built, trustBytes } from './evidence-builder.js';
import {
  type Bends,
  epochsOrigin,
  policyLines,
  WITNESSES,
  witnessedEvidence,
} from './support/witnessed-evidence.js';

let bank: Built;
let trust: Trust;
beforeAll(async () => {
  bank = await build();
  trust = trusting(policyLines());
});

function trusting(witnessPolicy: readonly string[]): Trust {
  return parseTrust(trustBytes({ ...bank.trust, witnessPolicy: [...witnessPolicy] }));
}

function checkOf(bytes: Uint8Array, by: Trust) {
  const report = verifyEvidence(bytes, by);
  const { ranges, growthCheckedBy, result } = report;
  const check = report.checks.find(({ id }) => id === 'witnessed');
  const shown = check && { result: check.result, word: check.word, code: check.code };
  return { result, ranges, growthCheckedBy, check: shown };
}

describe('evidence with a cosigned head', () => {
  it('is witnessed where a quorum of the verifier’s own witnesses has cosigned', () => {
    const size = Number(headSizeOf(bank));
    expect(checkOf(witnessedEvidence(bank), trust)).toMatchObject({
      result: 'verified',
      check: { result: 'pass', word: 'trust', code: 'witnessed.pass' },
      growthCheckedBy: ['w0', 'w1', 'w2'],
    });
    const { ranges } = verifyEvidence(witnessedEvidence(bank), trust);
    expect(ranges[0]).toMatchObject({ from: 0, to: size });
    expect(ranges[0]?.marks).toContain('witnessed');
    expect(ranges.at(-1)?.marks).toEqual([]);
    const text = reportAsText(verifyEvidence(witnessedEvidence(bank), trust));
    expect(text).toContain('w0, w1, w2 checked besides the operator');
  });

  it('says no less than without, and no more, where nobody or too few count', () => {
    const without = checkOf(bank.bytes, trust);
    expect(without.check).toBeUndefined();
    expect(without.growthCheckedBy).toEqual([]);
    const unknown = checkOf(witnessedEvidence(bank), parseTrust(trustBytes(bank.trust)));
    const few = checkOf(witnessedEvidence(bank, { cosigners: WITNESSES.slice(0, 1) }), trust);
    expect(unknown).toMatchObject({
      ...without,
      check: { result: 'not-present', word: null, code: 'witnessed.no-policy' },
    });
    expect(few).toMatchObject({
      ...without,
      check: { result: 'not-present', word: null, code: 'witnessed.too-few' },
    });
    expect(reportAsText(verifyEvidence(bank.bytes, trust))).toContain(
      'nobody besides the operator checked it',
    );
  });

  it('never counts a chain for development as a mark', async () => {
    const cheap = await build({ chain: 'devchain' });
    const by = parseTrust(trustBytes(cheap.trust));
    const { ranges } = verifyEvidence(cheap.bytes, by);
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.flatMap(({ marks }) => marks)).toEqual([]);
  });

  it('counts no cosignature twice, of a false key, or that was altered', () => {
    const twice = witnessedEvidence(bank, { cosigners: ['one.example', 'one.example'] });
    expect(checkOf(twice, trust).check?.result).toBe('not-present');
    const altered = witnessedEvidence(bank, {
      witnessed: (witnessed) => {
        const { signatures } = parseSignedNote(witnessed.checkpoint);
        expect(signatures).toHaveLength(4);
        const lines = witnessed.checkpoint.split('\n');
        const flipped = lines.map((line) =>
          /^— (one|two)\./.test(line)
            ? `${line.slice(0, -6)}${line.at(-6) === 'A' ? 'B' : 'A'}${line.slice(-5)}`
            : line,
        );
        return { ...witnessed, checkpoint: flipped.join('\n') };
      },
    });
    expect(checkOf(altered, trust).check?.result).toBe('not-present');
  });

  it('is read back as it was written, and is nothing else', () => {
    const bytes = witnessedEvidence(bank);
    expect(parseEvidence(bytes).witnessed?.epoch.size).toBe(bank.file.anchors?.after.epoch.size);
    const more = Buffer.from(bytes).toString('utf8').replace('"verifierKey"', '"verifiesKey"');
    expect(failure(() => parseEvidence(utf8(more))).code).toBe('EVIDENCE_MALFORMED');
  });
});

function headSizeOf({ file }: Built): bigint {
  const { after } = file.anchors ?? {};
  return Buffer.from(after?.head ?? []).readBigUInt64BE(36);
}

const OTHER_ROOT = sha256Digest(sha256(utf8('another tree')));

/** Of each rule what passes without it. */
const FORGERIES: Readonly<Record<string, Partial<Bends>>> = {
  'the head is of this log': {},
  'its tree is a beginning of the checkpoint’s': {
    witnessed: (one) => ({ ...one, consistency: one.consistency.slice(1) }),
  },
  'the head is in the map of its tenant': {
    witnessed: (one) => ({ ...one, log: { ...one.log, salt: new Uint8Array(32) } }),
  },
  'the tenant is in the map of tenants': {
    witnessed: (one) => ({
      ...one,
      tenant: { ...one.tenant, salt: new Uint8Array(32) },
    }),
  },
  'the tenant is the one that the origin names': {},
  'the head contains the entry': {
    witnessed: (one) => {
      const { before } = bank.file.anchors ?? {};
      if (before === undefined) throw new Error('the evidence has an anchor before');
      const { consistency, head, log, tenant } = before;
      const { statement } = before.epoch;
      const at = parseStatement(statement).index;
      const { size } = one.epoch;
      const epoch = { size, statement, inclusion: bank.epochTree.inclusion(at, size) };
      return { ...one, consistency, head, log, tenant, epoch };
    },
  },
  'the epoch log’s key signed the checkpoint': { signedBy: 8 },
  'the checkpoint is of an epoch log of the same node': {
    checkpoint: (one) => ({ ...one, origin: 'other.example/0000000000000000/epochs' }),
  },
  'no pinned key of that epoch log is another': {},
  'the epoch is in the tree of the checkpoint': {
    checkpoint: (one) => ({ ...one, rootHash: OTHER_ROOT }),
  },
  'the entry is not recorded after the cosignatures': { at: 1_000_000_000 },
};
/** Proven for anchors, whose rules these are too, or below. */
const ELSEWHERE = Object.entries(FORGERIES)
  .filter(([, bends]) => Object.keys(bends).length === 0)
  .map(([rule]) => rule);

describe('a verifier without one of the rules of cosigned heads', () => {
  it('is tried for every rule that there is', () => {
    expect(Object.keys(FORGERIES)).toEqual(Object.keys(RULE_BOOK.witnessed));
    expect(ELSEWHERE).toHaveLength(3);
  });

  it.each(Object.entries(FORGERIES).filter(([rule]) => !ELSEWHERE.includes(rule)))(
    'without “%s” is deceived',
    (rule, bends) => {
      const bytes = witnessedEvidence(bank, bends);
      expect(judged(bytes, trust)).toBe('fail');
      expect(judged(bytes, trust, rule)).not.toBe('fail');
    },
  );

  it('would take any key of an epoch log that is pinned', () => {
    const pin = `log ${formatVerifierKey(logKey(epochsOrigin(bank), 9).key)}`;
    const by = parseTrust(
      trustBytes({
        ...bank.trust,
        logs: [pin.slice('log '.length)],
        witnessPolicy: [...policyLines()],
      }),
    );
    const rule = 'no pinned key of that epoch log is another';
    expect(judged(witnessedEvidence(bank), by)).toBe('fail');
    expect(judged(witnessedEvidence(bank), by, rule)).toBe('pass');
  });

  it('judges the entry by heads of its own log alone', async () => {
    const other = await build({ ledger: 'audit' });
    const bytes = witnessedEvidence(bank, {
      witnessed: (one) => {
        const { after } = other.file.anchors ?? {};
        return { ...one, head: after?.head ?? one.head };
      },
    });
    expect(judged(bytes, trust)).toBe('fail');
  });
});

function judged(bytes: Uint8Array, by: Trust, without?: string): string | undefined {
  const rules = Object.entries(RULE_BOOK.witnessed).filter(([name]) => name !== without);
  const book = { ...RULE_BOOK, witnessed: Object.fromEntries(rules) };
  return verifyBy(book, bytes, by).checks.find(({ id }) => id === 'witnessed')?.result;
}
