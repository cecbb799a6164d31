/**
 * A recovery key that no one person has (docs/formats/escrow.md): made whole in memory, split among officers, and put
 * together again from enough of their shares. Its seed and secret key are zeroed as soon as they are done with.
 */
import { combine, split } from 'shamir-secret-sharing';
import sodium from 'sodium-native';
import type { UnixMillis } from '../base/brand.js';
import { equalBytes, toHex } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { groupBy } from '../base/group-by.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { openSealed } from './internal/sealed-box.js';
import { signDetached } from './key-pair.js';
import { RecoveryError } from './recovery-error.js';
import {
  fingerprintOf,
  MAX_OFFICERS,
  MIN_THRESHOLD,
  type RecoveryPublicKey,
  type RecoveryShare,
} from './recovery-share.js';

/** The key for as long as it is needed; `close` must be called. */
export interface RecoveryKey {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** @returns null for what is not sealed to this key. */
  readonly open: (box: Uint8Array) => Uint8Array | null;
  /** Zeroes it. */
  readonly close: () => void;
}

export interface CeremonyOptions {
  readonly threshold: number;
  readonly officers: number;
  readonly label?: string;
  readonly madeAt: UnixMillis;
  readonly random: RandomSource;
}

/** Makes a key and splits it. Whoever calls zeroes the shares once they are written. */
export async function splitNewKey(
  options: CeremonyOptions,
): Promise<{ readonly publicPart: RecoveryPublicKey; readonly shares: readonly RecoveryShare[] }> {
  const { threshold, officers, label, madeAt, random } = options;
  assert(threshold >= MIN_THRESHOLD && threshold <= officers, '2 ≤ m ≤ n');
  assert(officers <= MAX_OFFICERS, 'n ≤ 255');
  const seed = randomBytes(random, 32);
  try {
    const key = keyOf(seed);
    key.close();
    const ceremony = {
      ceremony: toHex(randomBytes(random, 16)),
      ...(label !== undefined && { label }),
      ...{ madeAt, officers, threshold, publicKey: key.publicKey },
    };
    const parts = await split(seed, officers, threshold);
    const shares = parts.map((share, at) => ({ ...ceremony, number: at + 1, share }));
    return {
      publicPart: { ...ceremony, shares: parts.map(fingerprintOf) },
      shares,
    };
  } finally {
    seed.fill(0);
  }
}

/**
 * @throws RecoveryError RECOVERY_SHARES_MIXED, RECOVERY_SHARE_TWICE, RECOVERY_SHARES_TOO_FEW,
 * RECOVERY_SHARES_WRONG.
 */
export async function combineShares(shares: readonly RecoveryShare[]): Promise<RecoveryKey> {
  const [first] = shares;
  if (first === undefined) throw tooFew(0, null);
  const isOther = (one: RecoveryShare): boolean =>
    one.ceremony !== first.ceremony ||
    one.threshold !== first.threshold ||
    one.officers !== first.officers ||
    !equalBytes(one.publicKey, first.publicKey);
  const other = shares.find(isOther);
  if (other !== undefined)
    throw new RecoveryError(
      'RECOVERY_SHARES_MIXED',
      `shares of different ceremonies: ${first.ceremony} and ${other.ceremony}; they do not belong together`,
    );
  refuseTwice(shares);
  if (shares.length < first.threshold) throw tooFew(shares.length, first.threshold);
  // All of them: one that does not lie on the others' polynomial makes another key.
  const seed = await combine(shares.map(({ share }) => share));
  try {
    const key = keyOf(seed);
    if (equalBytes(key.publicKey, first.publicKey)) return key;
    key.close();
  } finally {
    seed.fill(0);
  }
  throw new RecoveryError(
    'RECOVERY_SHARES_WRONG',
    'together these shares make another key than they name: one of them is no share of it',
  );
}

/** By ceremony, where the tenants of a node have different keys. @throws as `combineShares`. */
export async function combineAllShares(
  shares: readonly RecoveryShare[],
): Promise<readonly RecoveryKey[]> {
  const byCeremony = groupBy(shares, ({ ceremony }) => ceremony);
  const short = [...byCeremony.values()].find((some) => some.length < (some[0]?.threshold ?? 0));
  // One that is short among several was most likely meant for another.
  if (byCeremony.size <= 1 || short !== undefined) return [await combineShares(shares)];
  const keys: RecoveryKey[] = [];
  try {
    for (const some of byCeremony.values()) keys.push(await combineShares(some));
    return keys;
  } catch (cause) {
    for (const key of keys) key.close();
    throw cause;
  }
}

function refuseTwice(shares: readonly RecoveryShare[]): void {
  const numbers = new Set<number>();
  const points = new Set<number | undefined>();
  for (const { number, share } of shares) {
    if (numbers.has(number) || points.has(share.at(-1)))
      throw new RecoveryError(
        'RECOVERY_SHARE_TWICE',
        `share ${number} is given twice: another officer's is needed`,
      );
    numbers.add(number);
    points.add(share.at(-1));
  }
}

function tooFew(given: number, threshold: number | null): RecoveryError {
  const needed = threshold === null ? 'shares of enough officers' : `${threshold} shares`;
  return new RecoveryError('RECOVERY_SHARES_TOO_FEW', `${needed} make the key; ${given} given`);
}

/** The secret key lies in memory that is locked, guarded, and zeroed at the end. */
function keyOf(seed: Uint8Array): RecoveryKey {
  const publicKey = new Uint8Array(32);
  const secretKey = sodium.sodium_malloc(64);
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed);
  const pair = { publicKey, secretKey };
  let isClosed = false;
  const checkOpen = (): void => {
    assert(!isClosed, 'a recovery key was used after it was zeroed');
  };
  return {
    publicKey,
    sign: (message) => {
      checkOpen();
      return signDetached(pair, message);
    },
    open: (box) => {
      checkOpen();
      return openSealed(pair, box);
    },
    close: () => {
      isClosed = true;
      sodium.sodium_memzero(secretKey);
    },
  };
}
