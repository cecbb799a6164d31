/** The 80-byte block header, its hash, and the proof of work in it. */
import { BitcoinReader } from './bitcoin-reader.js';
import { BitcoinProofError } from './errors.js';
import { blockHashOf, hash256 } from './hash256.js';
import type { BlockHash } from './hash256.js';

export interface BlockHeader {
  readonly version: number;
  readonly previousBlock: BlockHash;
  /** 32 bytes in internal order. */
  readonly merkleRoot: Uint8Array;
  /** Seconds since 1970, as its miner claimed; nodes bind it to about two hours. */
  readonly time: number;
  /** The target in its compact form. */
  readonly bits: number;
  readonly nonce: number;
  readonly hash: BlockHash;
  /** What the hash, read as a number, must not exceed. */
  readonly target: bigint;
}

export const HEADER_BYTES = 80;

/**
 * Reads a header; says nothing of its proof of work.
 *
 * @throws BitcoinProofError BITCOIN_HEADER_MALFORMED unless 80 bytes with a canonical target.
 */
export function parseBlockHeader(bytes: Uint8Array): BlockHeader {
  const reader = new BitcoinReader(bytes, malformed);
  const version = reader.i32();
  const previousBlock = blockHashOf(reader.take(32));
  const merkleRoot = reader.take(32);
  const time = reader.u32();
  const bits = reader.u32();
  const nonce = reader.u32();
  reader.end();
  const hash = blockHashOf(hash256(bytes));
  const target = decodeCompactTarget(bits);
  return { version, previousBlock, merkleRoot, time, bits, nonce, hash, target };
}

/**
 * The number that a compact target stands for: three bytes of mantissa times 256^(exponent − 3).
 * Only the form that nodes write is read: not negative, not zero, below 2²⁵⁶, no shorter mantissa
 * with a larger exponent.
 *
 * @throws BitcoinProofError BITCOIN_HEADER_MALFORMED
 */
export function decodeCompactTarget(bits: number): bigint {
  const exponent = bits >>> 24;
  const mantissa = BigInt(bits & 0x7fffff);
  if ((bits & 0x800000) !== 0) throw malformed('its target is negative');
  if (exponent > 34) throw malformed('its target is beyond 256 bits');
  const target =
    exponent >= 3 ? mantissa << BigInt(8 * (exponent - 3)) : mantissa >> BigInt(8 * (3 - exponent));
  if (target === 0n || target >> 256n !== 0n) throw malformed('its target is not 1…2²⁵⁶−1');
  if (encodeCompactTarget(target) !== bits) throw malformed('its target is not in compact form');
  return target;
}

/** The compact form of a target, rounded down to what three bytes of mantissa can say. */
export function encodeCompactTarget(target: bigint): number {
  let exponent = Math.ceil(target.toString(2).length / 8);
  let mantissa =
    exponent <= 3 ? target << BigInt(8 * (3 - exponent)) : target >> BigInt(8 * (exponent - 3));
  // The mantissa's highest bit would be read as a sign.
  if ((mantissa & 0x800000n) !== 0n) {
    mantissa >>= 8n;
    exponent++;
  }
  return exponent * 0x1000000 + Number(mantissa);
}

/** Whether the hash, a little-endian number in internal order, is at most the header's target. */
export function meetsTarget(header: BlockHeader): boolean {
  return BigInt(`0x${header.hash}`) <= header.target;
}

function malformed(reason: string): BitcoinProofError {
  return new BitcoinProofError('BITCOIN_HEADER_MALFORMED', `not a block header: ${reason}`);
}
