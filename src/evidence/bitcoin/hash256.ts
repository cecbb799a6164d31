/**
 * Bitcoin's double SHA-256 and its two ways of writing a hash: *internal* order, the bytes as hashed
 * and as they stand in transactions, headers and branches; *display* order, the same bytes
 * reversed, as every tool and RPC shows them. Here a hash as text is always in display order and
 * branded, a hash as bytes always in internal order.
 */
import type { Brand } from '../../base/brand.js';
import { fromHex, toHex } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';

/** 64 digits of lower-case hex in display order. */
export type Txid = Brand<string, 'Txid'>;
/** 64 digits of lower-case hex in display order. */
export type BlockHash = Brand<string, 'BlockHash'>;

export function hash256(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(sha256(...parts));
}

export function txidOf(hash: Uint8Array): Txid {
  return toHex(hash.toReversed()) as Txid;
}

export function blockHashOf(hash: Uint8Array): BlockHash {
  return toHex(hash.toReversed()) as BlockHash;
}

/** @throws BaseError BYTES_MALFORMED unless 64 digits of lower-case hex. */
export function parseTxid(text: string): Txid {
  fromHex(text, 32);
  return text as Txid;
}

/** @throws BaseError BYTES_MALFORMED unless 64 digits of lower-case hex. */
export function parseBlockHash(text: string): BlockHash {
  fromHex(text, 32);
  return text as BlockHash;
}

/** The 32 bytes in internal order. */
export function internalOrder(hash: Txid | BlockHash): Uint8Array {
  return fromHex(hash, 32).reverse();
}
