/** Consecutive headers: linked, worked for, and true to the verifier's own pins. */
import { HEADER_BYTES, meetsTarget, parseBlockHeader } from './block-header.js';
import type { BlockHeader } from './block-header.js';
import { BitcoinProofError } from './errors.js';
import type { BlockHash } from './hash256.js';
import type { BitcoinNetworkParams } from './network.js';

/** A header that the verifier knows to be in the best chain, from a source of its own. */
export interface PinnedHeader {
  readonly height: number;
  readonly hash: BlockHash;
}

export interface HeaderChain {
  /** Height of the first header. */
  readonly from: number;
  readonly headers: readonly BlockHeader[];
  /** Whether one of the headers is a pinned one. */
  readonly pinned: boolean;
}

/** Four weeks of blocks: enough to reach a pin that is renewed with every release of a month. */
export const MAX_HEADERS = 4096;

const RETARGET_INTERVAL = 2016;
const MAX_EASING = 4n;

/**
 * Reads headers that follow each other from height `from`, and checks that each names the one
 * before, that its hash meets its target, that no target is easier than the network's floor or
 * moves against its difficulty rule, and that none contradicts a pin. Headers without a pin among
 * them show only that somebody spent the work.
 *
 * Not checked: that this is the chain with most work, exact retargeting (its first header may lie
 * outside), median time.
 *
 * @throws BitcoinProofError BITCOIN_PROOF_MALFORMED, BITCOIN_HEADER_MALFORMED,
 * BITCOIN_HEADERS_UNLINKED, BITCOIN_WORK_INSUFFICIENT, BITCOIN_PIN_MISMATCH
 */
export function verifyHeaderChain(
  bytes: Uint8Array,
  from: number,
  network: BitcoinNetworkParams,
  pins: readonly PinnedHeader[],
): HeaderChain {
  const headers = splitHeaders(bytes).map(parseBlockHeader);
  headers.forEach((header, at) => {
    verifyWork(header, network);
    const previous = headers[at - 1];
    if (previous === undefined) verifyGenesis(header, from, network);
    else verifyLink(previous, header, from + at, network);
  });
  return { from, headers, pinned: comparePins(headers, from, pins) };
}

function splitHeaders(bytes: Uint8Array): Uint8Array[] {
  const count = bytes.length / HEADER_BYTES;
  if (!Number.isInteger(count) || count === 0 || count > MAX_HEADERS)
    throw new BitcoinProofError(
      'BITCOIN_PROOF_MALFORMED',
      `headers are 1…${MAX_HEADERS} times ${HEADER_BYTES} bytes`,
    );
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * HEADER_BYTES, (at + 1) * HEADER_BYTES),
  );
}

function verifyWork(header: BlockHeader, network: BitcoinNetworkParams): void {
  if (header.target > network.maxTarget)
    throw new BitcoinProofError(
      'BITCOIN_WORK_INSUFFICIENT',
      'a header is easier than the difficulty floor',
    );
  if (!meetsTarget(header))
    throw new BitcoinProofError(
      'BITCOIN_WORK_INSUFFICIENT',
      'a header’s hash does not meet its target',
    );
}

function verifyLink(
  previous: BlockHeader,
  header: BlockHeader,
  height: number,
  network: BitcoinNetworkParams,
): void {
  if (header.previousBlock !== previous.hash)
    throw new BitcoinProofError(
      'BITCOIN_HEADERS_UNLINKED',
      'a header does not follow the one before it',
    );
  if (!mayFollow(previous, header, height, network))
    throw new BitcoinProofError(
      'BITCOIN_HEADERS_UNLINKED',
      'a header’s difficulty may not follow the one before it',
    );
}

function mayFollow(
  previous: BlockHeader,
  header: BlockHeader,
  height: number,
  network: BitcoinNetworkParams,
): boolean {
  if (network.difficultyRule === 'min-difficulty' || header.bits === previous.bits) return true;
  return (
    network.difficultyRule === 'every-2016' &&
    height % RETARGET_INTERVAL === 0 &&
    header.target <= previous.target * MAX_EASING
  );
}

/** The genesis hash can only contradict: that a chain starts where all do attributes nothing. */
function verifyGenesis(first: BlockHeader, from: number, network: BitcoinNetworkParams): void {
  if (from === 0 && first.hash !== network.genesis)
    throw new BitcoinProofError('BITCOIN_PIN_MISMATCH', 'the chain starts from another genesis');
}

function comparePins(
  headers: readonly BlockHeader[],
  from: number,
  pins: readonly PinnedHeader[],
): boolean {
  let pinned = false;
  for (const { height, hash } of pins) {
    const header = headers[height - from];
    if (header === undefined) continue;
    if (header.hash !== hash)
      throw new BitcoinProofError(
        'BITCOIN_PIN_MISMATCH',
        'a header is not the one pinned for its height',
      );
    pinned = true;
  }
  return pinned;
}
