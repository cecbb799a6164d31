/** What the writer of a shared ledger enters of who has signed: against all that could be known. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../../src/base/brand.js';
import type { HexDigest } from '../../../src/base/hex-digest.js';
import {
  type Certificate,
  hasWord,
  isWhole,
  nextCertificate,
} from '../../../src/replication/shared/certify.js';
import type { SaidWord } from '../../../src/tlog/erasure-word.js';

const hex = (n: number): HexDigest => n.toString(16).padStart(64, '0') as HexDigest;
const UP_TO = { origin: 'a', erasure: 4, leafHash: hex(99) };
const word = (node: number, copies = 0): SaidWord => ({
  ...{ at: 1 as UnixMillis, copies, node: hex(node), signature: `${node}/${copies}` },
});
const words = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(2)), { selector: ([node]) => node })
  .map((all) => all.map(([node, copies]) => word(node, copies)));
const holders = fc
  .uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1 })
  .map((all) => all.map(hex).sort());

describe('the next certificate', () => {
  it('names each holder once, as one who has signed or is silent, and nobody else', () => {
    fc.assert(
      fc.property(holders, words, words, fc.boolean(), (all, before, heard, mayWait) => {
        const known = nextCertificate(UP_TO, {
          ...{ known: null, holders: all, words: before, mayWait: false },
        });
        const next = nextCertificate(UP_TO, { known, holders: all, words: heard, mayWait });
        if (mayWait && next !== null) expect(isWhole(next)).toBe(true);
        // What may still wait has not been said.
        if (mayWait && next === null) return;
        const said = next ?? known;
        if (said === null) return;
        const named = [...said.words.map(({ node }) => node), ...said.silent].sort();
        expect(named).toEqual(all);
        const signed = new Set([...before, ...heard].map(({ node }) => node));
        for (const node of all) expect(said.silent.includes(node)).toBe(!signed.has(node));
        // Nothing is said twice, and nobody who has signed is silent again.
        const again = { known: said, holders: all, words: heard, mayWait: false };
        expect(nextCertificate(UP_TO, again)).toBeNull();
        for (const one of known?.words ?? [])
          expect(said.words.find(({ node }) => node === one.node)?.copies).toBeLessThanOrEqual(
            one.copies,
          );
      }),
    );
  });

  it('waits for who is silent as long as it may, and then no longer', () => {
    const parts = { known: null, holders: [hex(1), hex(2)], words: [word(1)] };
    expect(nextCertificate(UP_TO, { ...parts, mayWait: true })).toBeNull();
    expect(nextCertificate(UP_TO, { ...parts, mayWait: false })).toMatchObject({
      silent: [hex(2)],
    });
    const all = { ...parts, words: [word(1), word(2)], mayWait: true };
    expect(nextCertificate(UP_TO, all)).toMatchObject({ silent: [] });
    // Of an erasure before this one: none of its words is one for this.
    const older: Certificate = { ...UP_TO, erasure: 3, silent: [], words: [word(1), word(2)] };
    expect(nextCertificate(UP_TO, { ...parts, known: older, mayWait: false })).toMatchObject({
      ...{ erasure: 4, silent: [hex(2)] },
    });
    expect(nextCertificate(UP_TO, { ...parts, words: [], mayWait: false })).toBeNull();
  });

  it('is said again where fewer copies are left, and not where there are more', () => {
    const known: Certificate = { ...UP_TO, silent: [], words: [word(1, 1), word(2)] };
    const parts = { known, holders: [hex(1), hex(2)], mayWait: false };
    const less = nextCertificate(UP_TO, { ...parts, words: [word(1, 0)] });
    expect(less?.words).toEqual([word(1, 0), word(2)]);
    expect(nextCertificate(UP_TO, { ...parts, words: [word(1, 2), word(2, 1)] })).toBeNull();
  });

  it('says no more for as long as others may be waited for, unless that is the last word', () => {
    const known: Certificate = { ...UP_TO, silent: [], words: [word(1, 3), word(2)] };
    const parts = { known, holders: [hex(1), hex(2)], mayWait: true };
    expect(nextCertificate(UP_TO, { ...parts, words: [word(1, 2)] })).toBeNull();
    expect(nextCertificate(UP_TO, { ...parts, words: [word(1, 0)] })).toMatchObject({
      words: [word(1, 0), word(2)],
    });
    const other: Certificate = { ...UP_TO, silent: [hex(2)], words: [word(1)] };
    const joined = { known: other, holders: [hex(1), hex(2)], mayWait: true, words: [word(2)] };
    expect(nextCertificate(UP_TO, joined)).toMatchObject({ silent: [] });
  });

  it('is whole when nobody is silent, and no copy', () => {
    expect(isWhole({ silent: [], words: [word(1), word(2)] })).toBe(true);
    expect(isWhole({ silent: [], words: [word(1), word(2, 1)] })).toBe(false);
    expect(isWhole({ silent: [hex(2)], words: [word(1)] })).toBe(false);
    const known = { ...UP_TO, silent: [], words: [word(1, 2)] };
    expect(hasWord(known, UP_TO, { node: hex(1), copies: 2 })).toBe(true);
    expect(hasWord(known, UP_TO, { node: hex(1), copies: 1 })).toBe(false);
    expect(hasWord(known, { erasure: 5 }, { node: hex(1), copies: 2 })).toBe(false);
    expect(hasWord(null, UP_TO, { node: hex(1), copies: 2 })).toBe(false);
  });
});
