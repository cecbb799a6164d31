import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combine } from 'shamir-secret-sharing';
import type { UnixMillis } from '../../src/base/brand.js';
import { fromHex, toHex, utf8, utf8ToString } from '../../src/base/bytes.js';
import { isSealable, openSealed, sealTo } from '../../src/keys/internal/sealed-box.js';
import { keyPairOf } from '../../src/keys/key-pair.js';
import { combineAllShares, combineShares, splitNewKey } from '../../src/keys/recovery-key.js';
import {
  formatRecoveryPublicKey,
  formatShare,
  parseRecoveryPublicKey,
  parseShare,
  type RecoveryShare,
  spokenFingerprint,
} from '../../src/keys/recovery-share.js';
import { rejection, failure } from '../support/errors.js';
import { SeededRandom } from '../support/seeded-random.js';

const madeAt = 1_800_000_000_000 as UnixMillis;
let ceremonies = 0;

function ceremony(threshold: number, officers: number) {
  const random = new SeededRandom(`ceremony ${ceremonies++}`);
  return splitNewKey({ threshold, officers, label: 'bank', madeAt, random });
}

interface Vectors {
  readonly boxes: readonly Readonly<Record<string, string>>[];
  readonly sharings: readonly { secret: string; threshold: number; shares: string[] }[];
}

/** Made by others: see make.py beside it. */
const vectors = JSON.parse(
  readFileSync(new URL('../vectors/recovery/recovery.json', import.meta.url), 'utf8'),
) as Vectors;

describe('sealed boxes and shares, against what others made', () => {
  it.each(vectors.boxes)('opens the box of $publicKey', (box) => {
    const { seed = '', publicKey = '', message = '', sealed = '' } = box;
    const pair = keyPairOf(fromHex(seed));
    expect(toHex(pair.publicKey)).toBe(publicKey);
    expect(toHex(openSealed(pair, fromHex(sealed)) ?? new Uint8Array())).toBe(message);
    const own = sealTo(pair.publicKey, fromHex(message));
    expect(toHex(openSealed(pair, own) ?? new Uint8Array())).toBe(message);
    const altered = fromHex(sealed);
    altered[60] = (altered[60] ?? 0) ^ 1;
    expect(openSealed(pair, altered)).toBeNull();
    expect(openSealed(keyPairOf(new Uint8Array(32)), fromHex(sealed))).toBeNull();
  });

  it.each(vectors.sharings)('puts $threshold shares together', async (sharing) => {
    const shares = sharing.shares.map((share) => fromHex(share));
    for (const some of [shares.slice(0, sharing.threshold), shares.slice(-sharing.threshold)])
      expect(toHex(await combine(some))).toBe(sharing.secret);
  });

  it('takes no key that nothing can be sealed to', () => {
    expect(isSealable(new Uint8Array(32))).toBe(false);
    expect(isSealable(new Uint8Array(32).fill(255))).toBe(false);
    expect(isSealable(keyPairOf(new Uint8Array(32)).publicKey)).toBe(true);
  });
});

describe('a recovery key', () => {
  it('comes of any m of n shares, and of no fewer', async () => {
    const rules = fc
      .tuple(
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 0, max: 6 }),
        fc.infiniteStream(fc.nat()),
      )
      .map(([threshold, more, order]) => ({ threshold, officers: threshold + more, order }));
    await fc.assert(
      fc.asyncProperty(rules, async ({ threshold, officers, order }) => {
        const { publicPart, shares } = await ceremony(threshold, officers);
        const rank = new Map(shares.map((share) => [share, order.next().value]));
        const shuffled = shares.toSorted((a, b) => Number(rank.get(a)) - Number(rank.get(b)));
        const key = await combineShares(shuffled.slice(0, threshold));
        expect(key.publicKey).toEqual(publicPart.publicKey);
        key.close();
        expect(() => key.sign(utf8('x'))).toThrow('after it was zeroed');
        const few = await rejection(combineShares(shuffled.slice(0, threshold - 1)));
        expect(few.code).toBe('RECOVERY_SHARES_TOO_FEW');
        expect(toHex(key.publicKey)).not.toBe(
          toHex(await padded(shuffled.slice(0, threshold - 1))),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('says what is wrong with shares that do not go together', async () => {
    const [one, other] = [await ceremony(2, 3), await ceremony(2, 3)];
    const [a, b, c] = one.shares as [RecoveryShare, RecoveryShare, RecoveryShare];
    const [, foreign] = other.shares as [RecoveryShare, RecoveryShare];
    const codeOf = async (...shares: RecoveryShare[]): Promise<unknown> =>
      (await rejection(combineShares(shares))).code;
    expect(await codeOf()).toBe('RECOVERY_SHARES_TOO_FEW');
    expect(await codeOf(a, foreign)).toBe('RECOVERY_SHARES_MIXED');
    expect(await codeOf(a, { ...b, threshold: 3 })).toBe('RECOVERY_SHARES_MIXED');
    expect(await codeOf(a, a)).toBe('RECOVERY_SHARE_TWICE');
    expect(await codeOf(a, { ...a, number: 2 })).toBe('RECOVERY_SHARE_TWICE');
    const forged = { ...b, share: foreign.share };
    expect(await codeOf(a, forged)).toMatch(/^RECOVERY_SHARES?_(?:WRONG|TWICE)$/);
    const bent = { ...c, share: c.share.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) };
    expect(await codeOf(a, bent)).toBe('RECOVERY_SHARES_WRONG');
    expect(await codeOf(a, b, bent)).toBe('RECOVERY_SHARES_WRONG');
  });

  it('may be several, each with enough shares', async () => {
    const [one, other] = [await ceremony(2, 3), await ceremony(3, 4)];
    const keys = await combineAllShares([...one.shares, ...other.shares]);
    expect(keys.map(({ publicKey }) => toHex(publicKey))).toEqual(
      [one, other].map(({ publicPart }) => toHex(publicPart.publicKey)),
    );
    const mixed = await rejection(combineAllShares([...one.shares.slice(0, 1), ...other.shares]));
    expect(mixed.code).toBe('RECOVERY_SHARES_MIXED');
  });
});

describe('the files of a ceremony', () => {
  it('read as they were written, and tell every altered character', async () => {
    const { publicPart, shares } = await ceremony(3, 5);
    expect(parseRecoveryPublicKey(formatRecoveryPublicKey(publicPart))).toEqual(publicPart);
    for (const share of shares) {
      const bytes = formatShare(share);
      expect(parseShare(bytes)).toEqual(share);
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 127 }), (at, bits) => {
          const altered = bytes.slice();
          altered[at] = (altered[at] ?? 0) ^ bits;
          const refused = failure(() => parseShare(altered));
          expect(refused.code).toMatch(/^RECOVERY_(?:SHARE_DAMAGED|FORMAT_NEWER)$/);
          expect(refused.cause).toBeUndefined();
        }),
        { numRuns: 60 },
      );
    }
    const [share] = shares as [RecoveryShare];
    expect(failure(() => parseRecoveryPublicKey(formatShare(share))).code).toBe(
      'RECOVERY_SHARE_DAMAGED',
    );
    const newer = utf8(utf8ToString(formatShare(share)).replace('"$v":1', '"$v":2'));
    expect(failure(() => parseShare(newer)).code).toBe('RECOVERY_FORMAT_NEWER');
  });

  it('have fingerprints that can be read aloud', async () => {
    const { publicPart } = await ceremony(2, 2);
    expect(spokenFingerprint(publicPart.shares[0] ?? ('' as never))).toMatch(
      /^(?:[0-9a-f]{4} ){15}[0-9a-f]{4}$/,
    );
  });
});

/** What one too few make of it, if the library is asked all the same. */
async function padded(shares: readonly RecoveryShare[]): Promise<Uint8Array> {
  const parts = shares.map(({ share }) => share);
  const used = new Set(parts.map((part) => part[32]));
  const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].find((free) => !used.has(free)) ?? 0;
  const guess = new Uint8Array(33).fill(7);
  guess[32] = x;
  return keyPairOf(await combine([...parts, guess])).publicKey;
}
