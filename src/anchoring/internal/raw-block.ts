/** A whole block as nodes send it, taken apart as far as a proof needs. */
import { BitcoinReader } from '../../evidence/bitcoin/bitcoin-reader.js';
import { HEADER_BYTES, parseBlockHeader } from '../../evidence/bitcoin/block-header.js';
import type { BlockHeader } from '../../evidence/bitcoin/block-header.js';
import { BitcoinProofError } from '../../evidence/bitcoin/errors.js';
import { readTransaction } from '../../evidence/bitcoin/transaction.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { AnchoringError } from '../errors.js';

export interface RawBlock {
  readonly header: BlockHeader;
  readonly transactions: readonly Transaction[];
}

/** No block is larger: 4,000,000 weight units, of which a byte costs at least one. */
export const MAX_BLOCK_BYTES = 4_000_000;

const SMALLEST_TRANSACTION = 60;

/**
 * Neither the Merkle root nor the proof of work is checked.
 *
 * @throws AnchoringError CHAIN_RESPONSE_INVALID
 */
export function parseRawBlock(bytes: Uint8Array): RawBlock {
  if (bytes.length > MAX_BLOCK_BYTES) throw malformed('it is larger than 4 MB');
  try {
    return readBlock(new BitcoinReader(bytes, malformed));
  } catch (cause) {
    if (cause instanceof BitcoinProofError) throw malformed('a part of it is malformed', cause);
    throw cause;
  }
}

function readBlock(reader: BitcoinReader): RawBlock {
  const header = parseBlockHeader(reader.take(HEADER_BYTES));
  const count = reader.count(SMALLEST_TRANSACTION);
  const transactions = Array.from({ length: count }, () => readTransaction(reader));
  reader.end();
  if (transactions.length === 0) throw malformed('it has no coinbase');
  return { header, transactions };
}

function malformed(reason: string, cause?: unknown): AnchoringError {
  return new AnchoringError('CHAIN_RESPONSE_INVALID', `not a Bitcoin block: ${reason}`, { cause });
}
