/**
 * The instant at which a certificate is judged. No clock is read: a file verifies to the same report on
 * every machine and in every year. A claim moves the instant forward only, never back, since to claim an
 * earlier time is what the holder of an expired certificate would do.
 */
import type { UnixMillis } from '../../base/brand.js';
import type { CheckedAnchor } from './check-anchor.js';
import type { ReadStatement } from './read-statement.js';

export interface JudgedTime {
  readonly at: UnixMillis;
  /** `block`: what is judged was there by then. `recorded`: the log says so. `claimed`: the signer does. */
  readonly basis: 'block' | 'recorded' | 'claimed';
}

/** Who says so, to a validation of signatures. */
export const EXISTENCE = {
  block: 'bitcoin-block',
  recorded: 'ledger',
  claimed: 'caller',
} as const satisfies Record<JudgedTime['basis'], string>;

/** When a statement was there at the latest: by a block that the verifier trusts, else as it says. */
export function timeOf(
  { content }: Pick<ReadStatement, 'content'>,
  { outcome, proven }: CheckedAnchor,
): JudgedTime {
  const { index, recordedAt } = content;
  const isAnchored = proven !== null && outcome.word === 'trust' && index < proven.size;
  // Within its tolerance a block may seem older than what it holds.
  return isAnchored && proven.block.time >= recordedAt
    ? { at: proven.block.time, basis: 'block' }
    : { at: recordedAt, basis: 'recorded' };
}

/** For what is in no log, and may have been made at any time since: the later of the two. */
export function noEarlierThanClaimed(time: JudgedTime, claimed: UnixMillis | null): JudgedTime {
  return claimed !== null && claimed > time.at ? { at: claimed, basis: 'claimed' } : time;
}
