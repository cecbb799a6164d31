/**
 * By what a verifier knows the chain that a proof shows: headers of its own choice, a block that it pinned, a
 * checkpoint that it came with, or nothing but the work in it. Everything else about the proof is math.
 */
import { HEADER_BYTES } from '../bitcoin/block-header.js';
import type { MessageCode } from '../messages-en.js';
import type { PinnedBlock } from '../trust.js';

export type KnownBy = 'headers' | 'trust' | 'checkpoint';

export interface ShownHeaders {
  /** Height of the first. */
  readonly headersFrom: number;
  readonly headers: Uint8Array;
}

/**
 * @param blocks of that chain, none of which the headers contradict
 * @param development whether blocks cost nothing: anyone can mine on top of one, so that only what a known
 *   block is built on counts, which is all of the proof if its last block is known
 * @returns null if none of them is among the headers, so that the work is all there is
 */
export function knownBy(
  { headersFrom, headers }: ShownHeaders,
  blocks: readonly PinnedBlock[],
  development: boolean,
): KnownBy | null {
  const last = headersFrom + headers.length / HEADER_BYTES - 1;
  const first = development ? last : headersFrom;
  const known = blocks.filter(({ height }) => height >= first && height <= last);
  if (known.length === 0) return null;
  // The verifier's own choice before what came with the program.
  if (known.some(({ by }) => by === 'headers')) return 'headers';
  return known.some(({ by }) => by === undefined) ? 'trust' : 'checkpoint';
}

/** How a report says it. What costs nothing to make is called proof of nothing, whoever knows it. */
export function anchorPassCode(known: KnownBy | null, development: boolean): MessageCode {
  if (development)
    return known === null ? 'anchor.pass-development' : 'anchor.pass-development-pinned';
  return known === null ? 'anchor.pass-self' : PASS_CODES[known];
}

const PASS_CODES = {
  headers: 'anchor.pass-headers',
  trust: 'anchor.pass-pinned',
  checkpoint: 'anchor.pass-checkpoint',
} as const;
