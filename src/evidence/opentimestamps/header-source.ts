/**
 * Headers of Bitcoin's main chain that a verifier brings, by height. A bitcoin attestation names a height
 * and nothing more, so all that it proves rests on where these come from.
 */
import { HEADER_BYTES } from '../bitcoin/block-header.js';
import { BitcoinProofError } from '../bitcoin/errors.js';
import type { BlockHash } from '../bitcoin/hash256.js';
import { MAX_HEADERS, verifyHeaderChain } from '../bitcoin/header-chain.js';
import { type BitcoinNetworkParams, MAINNET, targetOfDifficulty } from '../bitcoin/network.js';
import type { Trust } from '../trust.js';

export interface KnownHeader {
  readonly hash: BlockHash;
  /** 32 bytes in internal order. */
  readonly merkleRoot: Uint8Array;
  /** Seconds since 1970, as its miner claimed. */
  readonly time: number;
  /** `pinned`: a pinned block or one below it. `given`: the word of whoever brought the header. */
  readonly basis: HeaderBasis;
}

export type HeaderBasis = 'pinned' | 'given';

/** Null for a height that the verifier has no header of. */
export type HeaderSource = (height: number) => KnownHeader | null;

export interface HeaderRun {
  /** Height of the first. */
  readonly from: number;
  /** Consecutive headers of 80 bytes each, at most 4,096. */
  readonly headers: Uint8Array;
}

export const MAX_HEADER_RUN_BYTES = MAX_HEADERS * HEADER_BYTES;

/**
 * Each run is checked for links and work, and against the blocks that `trust` pins on the main chain.
 *
 * @throws BitcoinProofError as `verifyHeaderChain`; BITCOIN_HEADERS_UNLINKED for two headers of one height.
 */
export function headersOfRuns(runs: readonly HeaderRun[], trust: Trust): HeaderSource {
  const pins = trust.blocks.filter(({ chain }) => chain === 'bitcoin:mainnet');
  const known = new Map<number, KnownHeader>();
  for (const { from, headers } of runs) {
    const chain = verifyHeaderChain(headers, from, networkFrom(from), pins);
    const end = from + chain.headers.length;
    const highestPin = Math.max(
      -1,
      ...pins.map(({ height }) => height).filter((height) => height >= from && height < end),
    );
    chain.headers.forEach((header, at) => {
      const height = from + at;
      // Upon a pinned block of long ago, another can be made today for little.
      const basis = height <= highestPin ? 'pinned' : 'given';
      const other = known.get(height);
      if (other !== undefined && other.hash !== header.hash)
        throw new BitcoinProofError(
          'BITCOIN_HEADERS_UNLINKED',
          'two headers of one height are not the same',
        );
      if (other?.basis !== 'pinned') known.set(height, { ...header, basis });
    });
  }
  return (height) => known.get(height) ?? null;
}

/**
 * Timestamps are older than `MAINNET`'s floor, which every block since 2020 has kept to. What was the
 * whole network's work in 2015 is little now: this keeps wrong files out, and no forger with machines.
 */
const FLOORS = [
  { from: 610_691, difficulty: 10_000_000_000_000n },
  { from: 350_000, difficulty: 10_000_000_000n },
] as const;

function networkFrom(from: number): BitcoinNetworkParams {
  const floor = FLOORS.find((one) => from >= one.from)?.difficulty ?? 1n;
  return { ...MAINNET, maxTarget: targetOfDifficulty(floor) };
}
