import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../../src/base/bytes.js';
import { sha256 } from '../../../src/base/hash.js';
import { parseBlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import type { OtsAttestation } from '../../../src/evidence/opentimestamps/attestations.js';
import { otsDigest } from '../../../src/evidence/opentimestamps/digests.js';
import {
  type HeaderBasis,
  type HeaderSource,
  headersOfRuns,
} from '../../../src/evidence/opentimestamps/header-source.js';
import { mergeOtsFiles } from '../../../src/evidence/opentimestamps/merge-ots-files.js';
import type { OtsFile, OtsTimestamp } from '../../../src/evidence/opentimestamps/ots-file.js';
import { otsReportAsJson } from '../../../src/evidence/opentimestamps/ots-report-json.js';
import { otsReportAsText } from '../../../src/evidence/opentimestamps/ots-report-text.js';
import { parseOtsFile } from '../../../src/evidence/opentimestamps/parse-ots-file.js';
import { verifyOts } from '../../../src/evidence/opentimestamps/verify-ots.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { failure } from '../../support/errors.js';
import {
  HASH_358391,
  HEADER_358391,
  HEIGHT_358391,
  OTS_VECTORS,
  otsVector,
} from './support/ots-vectors.js';
import { toldBy } from './support/told.js';

const REAL = headersOfRuns([{ from: HEIGHT_358391, headers: HEADER_358391 }], NO_TRUST);
const HASH = parseBlockHash('11'.repeat(32));

describe('files made elsewhere', () => {
  it.each(OTS_VECTORS)('have the messages that the library finds: $name', (vector) => {
    const file = parseOtsFile(vector.bytes);
    const report = verifyOts(file, otsDigest(file.hash, vector.content), REAL);
    expect(toldBy(file)).toEqual(vector.attestations);
    // None of the others is in this block.
    expect(report.result).toBe(vector.name === 'hello-world.txt' ? 'confirmed' : 'not-confirmed');
  });

  it('are confirmed by the header of their block', () => {
    const { bytes, content } = otsVector('hello-world.txt');
    const report = verifyOts(parseOtsFile(bytes), sha256(content), REAL);
    const block = { height: HEIGHT_358391, hash: HASH_358391, header: 'given' };
    expect(report.existedBefore).toMatchObject({
      ...block,
      time: Date.UTC(2015, 4, 28, 15, 41, 18),
    });
    expect(report.attestations).toMatchObject([{ verdict: 'confirmed', block }]);
  });

  it('are not, where the block has another root', () => {
    const { bytes, content } = otsVector('bad-stamp.txt');
    const report = verifyOts(parseOtsFile(bytes), sha256(content), REAL);
    expect(report).toMatchObject({
      result: 'not-confirmed',
      existedBefore: null,
      attestations: [{ verdict: 'wrong-root', block: null }],
    });
  });

  it('say nothing of other content', () => {
    const { bytes } = otsVector('hello-world.txt');
    const report = verifyOts(parseOtsFile(bytes), sha256(otsVector('bad-stamp.txt').content), REAL);
    expect(report).toMatchObject({
      result: 'other-content',
      existedBefore: null,
      attestations: [],
    });
  });

  it('are judged kind by kind', () => {
    const verdicts = (name: string): string[] => {
      const { bytes, content } = otsVector(name);
      const { attestations } = verifyOts(parseOtsFile(bytes), sha256(content), REAL);
      return attestations.map(({ verdict }) => verdict);
    };
    expect(verdicts('different-blockchains.txt')).toEqual([
      'pending',
      'not-judged',
      'pending',
      'header-unknown',
    ]);
    expect(verdicts('unknown-notary.txt')).toEqual(['not-judged']);
  });
});

const DIGEST = sha256(Uint8Array.of(1));
/** The message below `sha256`. */
const BELOW = sha256(DIGEST);

function fileOf(timestamp: OtsTimestamp): OtsFile {
  return { hash: 'sha256', digest: DIGEST, timestamp };
}

function stamped(here: readonly OtsAttestation[], below: readonly OtsAttestation[] = []): OtsFile {
  const timestamp = { attestations: below, branches: [] };
  const branches =
    below.length === 0 ? [] : [{ operation: { kind: 'sha256' } as const, timestamp }];
  return fileOf({ attestations: here, branches });
}

function bitcoin(height: number): OtsAttestation {
  return { kind: 'bitcoin', height };
}

const DEVELOPMENT: OtsAttestation = { kind: 'development', chain: 'devchain' };

/** Blocks whose roots are the messages of such files. */
function headers(
  known: Readonly<Record<number, { readonly root: Uint8Array; readonly basis?: HeaderBasis }>>,
): HeaderSource {
  return (height) => {
    const found = known[height];
    if (found === undefined) return null;
    return { hash: HASH, merkleRoot: found.root, time: height, basis: found.basis ?? 'given' };
  };
}

describe('a file', () => {
  it('existed before the lowest block that confirms it', () => {
    const file = stamped([bitcoin(9), bitcoin(12)], [bitcoin(7), bitcoin(3)]);
    const known = { 3: { root: DIGEST }, 7: { root: BELOW }, 9: { root: DIGEST } };
    const report = verifyOts(file, DIGEST, headers(known));
    expect(report.existedBefore).toMatchObject({ height: 7, time: 7_000, header: 'given' });
    expect(report.attestations.map(({ verdict }) => verdict)).toEqual([
      'confirmed',
      'header-unknown',
      'confirmed',
      'wrong-root',
    ]);
  });

  it('existed before a pinned block rather than before one that was given', () => {
    const file = stamped([bitcoin(5), bitcoin(9), bitcoin(8)]);
    const known = {
      5: { root: DIGEST },
      8: { root: DIGEST, basis: 'pinned' },
      9: { root: DIGEST, basis: 'pinned' },
    } as const;
    const { existedBefore } = verifyOts(file, DIGEST, headers(known));
    expect(existedBefore).toMatchObject({ height: 8, header: 'pinned' });
  });

  it('of a development chain is not confirmed by any header, and its neighbours are', () => {
    const known = headers({ 5: { root: DIGEST }, 6: { root: BELOW } });
    const alone = verifyOts(stamped([bitcoin(5), DEVELOPMENT]), DIGEST, known);
    expect(alone).toMatchObject({
      result: 'not-confirmed',
      attestations: [{ verdict: 'development', block: null }, { verdict: 'development' }],
    });
    const beside = verifyOts(stamped([DEVELOPMENT, bitcoin(5)], [bitcoin(6)]), DIGEST, known);
    expect(beside).toMatchObject({
      result: 'confirmed',
      existedBefore: { height: 6 },
      attestations: [
        { verdict: 'development' },
        { verdict: 'development' },
        { verdict: 'confirmed' },
      ],
    });
  });

  it('that names blocks of other chains is not judged by headers of this one', () => {
    const known = headers({ 5: { root: DIGEST } });
    for (const kind of ['litecoin', 'ethereum'] as const)
      expect(verifyOts(stamped([{ kind, height: 5 }]), DIGEST, known)).toMatchObject({
        result: 'not-confirmed',
        attestations: [{ verdict: 'not-judged' }],
      });
  });

  it('is not confirmed by a message that merely begins as the root does', () => {
    const append = { kind: 'append', argument: Uint8Array.of(0) } as const;
    const timestamp = { attestations: [bitcoin(5)], branches: [] };
    const file = fileOf({ attestations: [], branches: [{ operation: append, timestamp }] });
    const report = verifyOts(file, DIGEST, headers({ 5: { root: DIGEST } }));
    expect(report.attestations).toMatchObject([{ verdict: 'wrong-root' }]);
  });
});

describe('a merger', () => {
  const one = stamped([bitcoin(5)], [bitcoin(6)]);
  const other = stamped([DEVELOPMENT, bitcoin(5)], [{ kind: 'pending', uri: 'a' }]);

  it('has what either has, once, whichever comes first', () => {
    const merged = mergeOtsFiles(one, other);
    const back = mergeOtsFiles(other, one);
    for (const { timestamp } of [merged, back]) {
      expect(timestamp.attestations).toHaveLength(2);
      expect(timestamp.branches).toHaveLength(1);
      expect(timestamp.branches[0]?.timestamp.attestations).toHaveLength(2);
    }
    expect(mergeOtsFiles(merged, one)).toEqual(merged);
  });

  it('of what vectors know of one content has the attestations of both', () => {
    const whole = parseOtsFile(otsVector('two-calendars.txt').bytes);
    const [first, second] = whole.timestamp.branches.flatMap(({ operation, timestamp }) =>
      timestamp.branches.map((branch) => ({
        ...whole,
        timestamp: {
          attestations: [],
          branches: [{ operation, timestamp: { attestations: [], branches: [branch] } }],
        },
      })),
    );
    if (first === undefined) throw new Error('nothing to merge');
    expect(mergeOtsFiles(first, second ?? whole)).toEqual(whole);
  });

  it('of two contents, or of two hashes of one, is refused', () => {
    const elsewhere = { ...one, digest: sha256(Uint8Array.of(2)) };
    const otherHash = { ...one, hash: 'keccak256' } as const;
    for (const another of [elsewhere, otherHash])
      expect(failure(() => mergeOtsFiles(one, another)).code).toBe('OTS_MERGE_MISMATCH');
  });

  it('of more than one file may have is refused', () => {
    const heights = (from: number): OtsAttestation[] =>
      Array.from({ length: 600 }, (_, at) => bitcoin(from + at));
    const merge = () => mergeOtsFiles(stamped(heights(0)), stamped(heights(600)));
    expect(failure(merge).code).toBe('OTS_TOO_LARGE');
  });
});

describe('the report', () => {
  const { bytes, content } = otsVector('hello-world.txt');
  const confirmed = verifyOts(parseOtsFile(bytes), sha256(content), REAL);

  it('is the same JSON for the same file, content and headers', () => {
    expect(JSON.parse(otsReportAsJson(confirmed))).toEqual({
      $v: 1,
      result: 'confirmed',
      file: { hash: 'sha256', digest: toHex(sha256(content)) },
      existedBefore: {
        height: HEIGHT_358391,
        hash: HASH_358391,
        time: '2015-05-28T15:41:18.000Z',
        header: 'given',
      },
      attestations: [
        {
          kind: 'bitcoin',
          height: HEIGHT_358391,
          verdict: 'confirmed',
          message: '007ee445d23ad061af4a36b809501fab1ac4f2d7e7a739817dd0cbb7ec661b8a',
          block: {
            height: HEIGHT_358391,
            hash: HASH_358391,
            time: '2015-05-28T15:41:18.000Z',
            header: 'given',
          },
        },
      ],
    });
  });

  it('shows no message that is longer than a commitment of a calendar', () => {
    const append = { kind: 'append', argument: new Uint8Array(33) } as const;
    const timestamp = { attestations: [bitcoin(5)], branches: [] };
    const file = fileOf({ attestations: [], branches: [{ operation: append, timestamp }] });
    const report = verifyOts(file, DIGEST, () => null);
    expect(JSON.parse(otsReportAsJson(report))).toMatchObject({
      attestations: [{ message: null }],
    });
  });

  it('says what is shown and what is not, in lines of plain text', () => {
    expect(otsReportAsText(confirmed)).toBe(
      [
        'CONFIRMED',
        '  The content existed before 2015-05-28T15:41:18.000Z, give or take two hours:',
        `  Bitcoin block ${HEIGHT_358391}, ${HASH_358391}, on the word of whoever gave the header.`,
        '  Not shown: who had it, that it is not older, and that nobody was shown anything else.',
        '',
        'Timestamp',
        `  of the sha256 ${toHex(sha256(content))}`,
        `  bitcoin block ${HEIGHT_358391}: confirmed by its header`,
        '    2015-05-28T15:41:18.000Z, on the word of whoever gave the header',
        '',
      ].join('\n'),
    );
    for (const vector of OTS_VECTORS) {
      const report = verifyOts(parseOtsFile(vector.bytes), sha256(vector.content), () => null);
      expect(otsReportAsText(report)).toMatch(/^NOT CONFIRMED\n[\x20-\x7e\n]+\n$/);
    }
    const other = verifyOts(parseOtsFile(bytes), DIGEST, REAL);
    expect(otsReportAsText(other)).toMatch(/^OTHER CONTENT\n/);
  });
});
