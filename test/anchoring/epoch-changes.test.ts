import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  changesDigest,
  CHANGES_SALT_BYTES,
  type EpochChange,
  formatChanges,
  parseChanges,
  parseTaken,
} from '../../src/anchoring/epoch-changes.js';
import type { TreeSize } from '../../src/base/brand.js';
import { fromHex, sha256Digest, toHex } from '../../src/base/bytes.js';
import {
  formatClosingStatement,
  parseClosingStatement,
} from '../../src/evidence/closing-statement.js';
import { formatHeadStatement, originHash } from '../../src/evidence/head-statement.js';
import { failure } from '../support/errors.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const digest = bytes(32).map(sha256Digest);
const handle = bytes(8).map(toHex);
const head = fc
  .record({
    originHash: digest,
    size: fc.maxSafeNat().map((size) => size as TreeSize),
    rootHash: digest,
    discoveryKey: digest,
    fork: fc.maxSafeNat(),
    length: fc.maxSafeNat(),
    treeHash: digest,
  })
  .map(formatHeadStatement);
const closing = fc
  .record({
    originHash: digest,
    reason: fc.constantFrom('lost' as const, 'moved' as const, 'closed' as const),
    successor: fc.option(digest),
  })
  .map(formatClosingStatement);
const change = fc.record({ tenant: handle, log: handle, statement: fc.oneof(head, closing) });
const changes = fc.uniqueArray(change, { minLength: 1, maxLength: 12, selector: ({ log }) => log });
const salt = bytes(CHANGES_SALT_BYTES);

const placeOf = ({ tenant, log }: EpochChange): string => tenant + log;
const byPlace = (all: readonly EpochChange[]) =>
  all.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
const plain = (all: readonly EpochChange[]) =>
  all.map(({ tenant, log, statement }) => [tenant, log, toHex(statement)]);

describe('changes of an epoch', () => {
  it('are read as they were written, in one order', () => {
    fc.assert(
      fc.property(changes, salt, (all, with32) => {
        const written = formatChanges(all, with32);
        expect(plain(parseChanges(written))).toEqual(plain(byPlace(all)));
        expect(toHex(formatChanges(all.toReversed(), with32))).toBe(toHex(written));
      }),
    );
  });

  it('are hidden by their salt', () => {
    fc.assert(
      fc.property(changes, salt, salt, (all, one, other) => {
        fc.pre(toHex(one) !== toHex(other));
        const digestWith = (with32: Uint8Array) => toHex(changesDigest(formatChanges(all, with32)));
        expect(digestWith(one)).not.toBe(digestWith(other));
      }),
    );
  });

  it('have one encoding: any other bytes are refused, or say the same in it', () => {
    fc.assert(
      fc.property(
        changes,
        salt,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (all, with32, at, by) => {
          const written = Buffer.from(formatChanges(all, with32));
          const place = at % written.length;
          written[place] = (written[place] ?? 0) ^ by;
          try {
            const read = parseChanges(written);
            expect(toHex(formatChanges(read, written.subarray(1, 33)))).toBe(toHex(written));
          } catch (error) {
            expect(error).toMatchObject({ code: 'EPOCH_HEADS_DAMAGED' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are refused cut short, with something behind them, and out of order', () => {
    const [first, second] = byPlace(
      fc.sample(changes, { seed: 7, numRuns: 20 }).find((all) => all.length > 1) ?? [],
    );
    if (first === undefined || second === undefined) throw new Error('no sample has two');
    const good = formatChanges([first, second], new Uint8Array(32));
    const length = 17 + first.statement.length;
    const head37 = good.subarray(0, 37);
    const swapped = Buffer.concat([
      head37,
      good.subarray(37 + length),
      good.subarray(37, 37 + length),
    ]);
    const twice = Buffer.concat([
      head37,
      good.subarray(37, 37 + length),
      good.subarray(37, 37 + length),
    ]);
    const none = Buffer.concat([good.subarray(0, 33), Buffer.alloc(4)]);
    const many = Buffer.concat([good.subarray(0, 33), fromHex('00009c41'), good.subarray(37)]);
    const newer = Buffer.concat([Buffer.of(2), good.subarray(1)]);
    for (const bad of [
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.of(0)]),
      swapped,
      twice,
      none,
      many,
      newer,
      new Uint8Array(),
    ])
      expect(failure(() => parseChanges(bad))).toMatchObject({ code: 'EPOCH_HEADS_DAMAGED' });
    expect(() => parseChanges(newer)).toThrow(/newer than 1: update/);
  });
});

describe('a closing statement', () => {
  it('is told from a head, and has one encoding', () => {
    fc.assert(
      fc.property(closing, head, (closed, open) => {
        expect(parseTaken(closed).kind).toBe('closing');
        expect(parseTaken(open).kind).toBe('head');
        expect(toHex(formatClosingStatement(parseClosingStatement(closed)))).toBe(toHex(closed));
      }),
    );
  });

  it('is refused with another beginning, reason or length', () => {
    const good = Buffer.from(
      formatClosingStatement({ originHash: originHash('a'), reason: 'lost', successor: null }),
    );
    const altered = (at: number, to: number) => {
      const bad = Buffer.from(good);
      bad[at] = to;
      return bad;
    };
    for (const bad of [
      altered(0, 1),
      altered(36, 0),
      altered(36, 4),
      good.subarray(1),
      Buffer.concat([good, Buffer.of(0)]),
    ])
      expect(failure(() => parseClosingStatement(bad))).toMatchObject({
        code: 'EVIDENCE_MALFORMED',
      });
  });
});
