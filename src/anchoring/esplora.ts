/**
 * The chain as an Esplora server tells it over HTTP, one's own or a public one. Whatever can be checked is:
 * headers and transactions by their hashes, places of transactions by the best chain. What it says of
 * spent and unspent is its word; no chain of anchors is closed on that alone, and proofs are verified.
 *
 * Written from the description of the interface. Tried against a double; public servers are untried.
 */
import { z } from 'zod';
import { fromHex, toHex } from '../base/bytes.js';
import { HEADER_BYTES, parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import { BitcoinProofError } from '../evidence/bitcoin/errors.js';
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import {
  type Outpoint,
  parseTransaction,
  type Transaction,
} from '../evidence/bitcoin/transaction.js';
import type { BitcoinNetwork } from './bitcoin-network.js';
import type { ChainCoin, ChainSource, ChainTip, TransactionStatus } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { EsploraHttp, type EsploraOptions, unusable } from './internal/esplora-http.js';
import { OP_RETURN } from './internal/push-only.js';

export interface EsploraChainOptions extends EsploraOptions {
  readonly network: BitcoinNetwork;
}

const HEX = /^(?:[0-9a-f]{2})+$/;
const HASH = /^[0-9a-f]{64}$/;
const HEIGHT = z.int().min(0);
const STATUS = z.object({
  confirmed: z.boolean(),
  block_height: HEIGHT.nullish(),
  block_hash: z.string().regex(HASH).nullish(),
});
const OUTSPEND = z.object({ spent: z.boolean(), status: STATUS.nullish() });
/** Satoshi per virtual byte by the number of blocks, in text. */
const ESTIMATES = z.record(z.string().regex(/^\d{1,5}$/), z.number().positive());

export class Esplora implements ChainSource {
  readonly network: BitcoinNetwork;
  readonly #http: EsploraHttp;

  /**
   * Makes sure that the server is of the network configured.
   *
   * @throws AnchoringError CHAIN_MISMATCH, CHAIN_UNAVAILABLE, CHAIN_REFUSED, CHAIN_RESPONSE_INVALID
   */
  static async open(options: EsploraChainOptions): Promise<Esplora> {
    const source = new Esplora(options);
    const { genesis, name } = options.network.params;
    if ((await source.#hashAt(0)) !== genesis)
      throw new AnchoringError(
        'CHAIN_MISMATCH',
        `the Esplora server is not of the network ${name}`,
      );
    return source;
  }

  private constructor(options: EsploraChainOptions) {
    this.network = options.network;
    this.#http = new EsploraHttp(options);
  }

  async tip(): Promise<ChainTip> {
    const text = await this.#http.text('/blocks/tip/height');
    if (text === undefined || !/^\d{1,9}$/.test(text)) throw unusable('its height is no number');
    const height = Number(text);
    return { height, hash: await this.#hashAt(height) };
  }

  async headerAt(height: number): Promise<Uint8Array> {
    const hash = await this.#hashAt(height);
    const text = await this.#http.text(`/block/${hash}/header`);
    if (text === undefined) throw unknownBlock();
    const header = fromHexText(text);
    if (header.length !== HEADER_BYTES || hashOf(header) !== hash)
      throw unusable('a header has not the hash that was asked for');
    return header;
  }

  async rawBlock(hash: BlockHash): Promise<Uint8Array> {
    const block = await this.#http.bytes(`/block/${hash}/raw`);
    if (block === undefined) throw unknownBlock();
    if (hashOf(block.subarray(0, HEADER_BYTES)) !== hash)
      throw unusable('a block has not the hash that was asked for');
    return block;
  }

  async broadcast(transaction: Uint8Array): Promise<Txid> {
    const { txid } = parseTransaction(transaction);
    const answer = await this.#http.post('/tx', toHex(transaction));
    // A server refuses what it has already, which is what we want.
    if (answer === undefined && (await this.transactionStatus(txid)).state === 'unknown')
      throw new AnchoringError(
        'CHAIN_TRANSACTION_REJECTED',
        'the Esplora server does not take the transaction: conflict, fee or policy',
      );
    if (answer !== undefined && answer !== txid)
      throw unusable('it took another transaction than was sent');
    return txid;
  }

  async transactionStatus(txid: Txid): Promise<TransactionStatus> {
    const status = await this.#http.json(`/tx/${txid}/status`, STATUS);
    if (status === undefined) return { state: 'unknown' };
    if (status.confirmed) return this.#confirmed(status);
    // Servers have answered "not confirmed" of what they have never seen.
    const known = await this.#transaction(txid);
    return { state: known === undefined ? 'unknown' : 'mempool' };
  }

  async coin({ txid, vout }: Outpoint): Promise<ChainCoin | undefined> {
    const status = await this.transactionStatus(txid);
    if (status.state !== 'confirmed') return undefined;
    const output = (await this.#transaction(txid))?.outputs[vout];
    // What carries data is nobody's coin.
    if (output === undefined || output.script[0] === OP_RETURN) return undefined;
    const spent = await this.#http.json(`/tx/${txid}/outspend/${vout}`, OUTSPEND);
    // Spent by what waits in the mempool, it is still there.
    if (spent?.spent === true && spent.status?.confirmed !== false) return undefined;
    return { value: output.value, script: output.script, height: status.height };
  }

  async feeRate(targetBlocks: number): Promise<number | undefined> {
    const estimates = await this.#http.json('/fee-estimates', ESTIMATES);
    const targets = Object.entries(estimates ?? {})
      .map(([blocks, rate]) => ({ blocks: Number(blocks), rate }))
      .filter(({ blocks }) => blocks <= targetBlocks)
      .sort((a, b) => a.blocks - b.blocks);
    return targets.at(-1)?.rate;
  }

  /** A place that the best chain has; the server's own word may be of a chain that it has left. */
  async #confirmed(status: z.infer<typeof STATUS>): Promise<TransactionStatus> {
    const { block_height: height, block_hash: blockHash } = status;
    if (typeof height !== 'number' || typeof blockHash !== 'string')
      throw unusable('a confirmed transaction is nowhere');
    const { height: tip } = await this.tip();
    if (height > tip || (await this.#hashAt(height)) !== blockHash)
      throw new AnchoringError(
        'CHAIN_UNAVAILABLE',
        'the Esplora server’s chain keeps moving: try again later',
      );
    return {
      state: 'confirmed',
      height,
      blockHash: blockHash as BlockHash,
      confirmations: tip - height + 1,
    };
  }

  async #transaction(txid: Txid): Promise<Transaction | undefined> {
    const text = await this.#http.text(`/tx/${txid}/hex`);
    if (text === undefined) return undefined;
    try {
      const transaction = parseTransaction(fromHexText(text));
      if (transaction.txid === txid) return transaction;
    } catch (cause) {
      if (!(cause instanceof BitcoinProofError)) throw cause;
      throw unusable('a transaction is malformed', cause);
    }
    throw unusable('a transaction is another than was asked for');
  }

  async #hashAt(height: number): Promise<BlockHash> {
    const hash = await this.#http.text(`/block-height/${height}`);
    if (hash === undefined) throw unknownBlock();
    if (!HASH.test(hash)) throw unusable('a block hash is none');
    return hash as BlockHash;
  }
}

function fromHexText(text: string): Uint8Array {
  if (!HEX.test(text)) throw unusable('it is not hex');
  return fromHex(text);
}

function hashOf(header: Uint8Array): BlockHash {
  try {
    return parseBlockHeader(header).hash;
  } catch (cause) {
    if (cause instanceof BitcoinProofError) throw unusable('a header is malformed', cause);
    throw cause;
  }
}

function unknownBlock(): AnchoringError {
  return new AnchoringError('CHAIN_BLOCK_UNKNOWN', 'the Esplora server has no such block');
}
