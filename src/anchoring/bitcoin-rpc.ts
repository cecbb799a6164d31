/**
 * The chain as a Bitcoin node tells it over JSON-RPC: Bitcoin Core, pruned or not and with or without
 * a transaction index, and bcoin, which tests run. Where the two differ is said at the place.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { fromHex, toHex } from '../base/bytes.js';
import { HEADER_BYTES, parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import { BitcoinProofError } from '../evidence/bitcoin/errors.js';
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import { type Outpoint, parseTransaction } from '../evidence/bitcoin/transaction.js';
import type { BitcoinNetwork } from './bitcoin-network.js';
import type { ChainCoin, ChainSource, ChainTip, TransactionStatus } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { JsonRpc, RpcRefusal } from './internal/json-rpc.js';
import type { JsonRpcOptions } from './internal/json-rpc.js';

export interface BitcoinRpcOptions extends JsonRpcOptions {
  readonly network: BitcoinNetwork;
  /** How long a node may take from accepting a transaction to showing it, in milliseconds. */
  readonly acceptMillis: number;
}

const ACCEPT_POLL_MILLIS = 50;
/** Blocks come minutes apart; a tip that moves at every look is a node still catching up. */
const MAX_MOVES = 5;
const SATOSHI_PER_KVB = 100_000;
const SATOSHI = 100_000_000;
const HEX = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const BLOCK_HASH = HASH.transform((text) => text as BlockHash);
const HEIGHT = z.int().min(0);
const CHAIN_INFO = z.object({ blocks: HEIGHT, bestblockhash: BLOCK_HASH });
const HEADER_INFO = z.object({ height: HEIGHT, confirmations: z.int() });
const UNSPENT = z.object({ bestblock: BLOCK_HASH, confirmations: z.int() }).nullable();
const COIN = z
  .object({
    bestblock: BLOCK_HASH,
    confirmations: z.int(),
    value: z.number().min(0).max(21e6),
    scriptPubKey: z.object({ hex: z.string().regex(/^(?:[0-9a-f]{2})*$/) }),
  })
  .nullable();
const TRANSACTION = z.object({
  blockhash: BLOCK_HASH.nullish(),
  confirmations: z.int().nullish(),
});
/** Bitcoin Core's `feerate` in bitcoin per 1,000 virtual bytes; bcoin has `fee`, always −1. */
const FEE_ESTIMATE = z.object({ feerate: z.number().positive().nullish() });

/** RPC_MISC_ERROR, which is how bcoin says of anything that it does not know it. */
const UNKNOWN_TO_BCOIN = -1;
/** RPC_INVALID_ADDRESS_OR_KEY and RPC_INVALID_PARAMETER: no such block or transaction; height out of range. */
const UNKNOWN: ReadonlySet<number> = new Set([UNKNOWN_TO_BCOIN, -5, -8]);

export class BitcoinRpc implements ChainSource {
  readonly network: BitcoinNetwork;
  readonly #rpc: JsonRpc;
  readonly #acceptMillis: number;

  /**
   * Makes sure that the node is of the network configured.
   *
   * @throws AnchoringError CHAIN_MISMATCH, CHAIN_UNAVAILABLE, CHAIN_REFUSED, CHAIN_RESPONSE_INVALID
   */
  static async open(options: BitcoinRpcOptions): Promise<BitcoinRpc> {
    const source = new BitcoinRpc(options);
    const genesis = await source.#hashAt(0);
    if (genesis !== options.network.params.genesis)
      throw new AnchoringError(
        'CHAIN_MISMATCH',
        `the Bitcoin node is not of the network ${options.network.params.name}`,
      );
    return source;
  }

  private constructor(options: BitcoinRpcOptions) {
    this.network = options.network;
    this.#rpc = new JsonRpc(options);
    this.#acceptMillis = options.acceptMillis;
  }

  async tip(): Promise<ChainTip> {
    const info = await this.#call('getblockchaininfo', [], CHAIN_INFO);
    return { height: info.blocks, hash: info.bestblockhash };
  }

  async headerAt(height: number): Promise<Uint8Array> {
    const hash = await this.#hashAt(height);
    const header = await this.#bytes('getblockheader', hash);
    if (header.length !== HEADER_BYTES) throw invalid('a header is not 80 bytes');
    return header;
  }

  rawBlock(hash: BlockHash): Promise<Uint8Array> {
    return this.#bytes('getblock', hash);
  }

  async broadcast(transaction: Uint8Array): Promise<Txid> {
    const { txid } = parseTransaction(transaction);
    const refusal = await this.#send(transaction);
    // bcoin answers before it has looked at the transaction, and the same whether it takes it or not;
    // Bitcoin Core refuses one that is confirmed already, which is what we want.
    if (!(await this.#isAccepted(txid, refusal === undefined ? this.#acceptMillis : 0)))
      throw new AnchoringError(
        'CHAIN_TRANSACTION_REJECTED',
        'the Bitcoin node does not take the transaction: see the cause, or the node’s log',
        { cause: refusal },
      );
    return txid;
  }

  async transactionStatus(txid: Txid): Promise<TransactionStatus> {
    return (
      (await this.#statusOfCoin(txid)) ??
      (await this.#statusInMempool(txid)) ??
      (await this.#statusInIndex(txid)) ?? { state: 'unknown' }
    );
  }

  async coin({ txid, vout }: Outpoint): Promise<ChainCoin | undefined> {
    const coin = await this.#call('gettxout', [txid, vout, false], COIN);
    if (coin === null || coin.confirmations < 1) return undefined;
    const best = await this.#call('getblockheader', [coin.bestblock, true], HEADER_INFO);
    return {
      value: BigInt(Math.round(coin.value * SATOSHI)),
      script: fromHex(coin.scriptPubKey.hex),
      height: best.height - coin.confirmations + 1,
    };
  }

  async feeRate(targetBlocks: number): Promise<number | undefined> {
    const { feerate } = await this.#call('estimatesmartfee', [targetBlocks], FEE_ESTIMATE);
    return typeof feerate === 'number' ? feerate * SATOSHI_PER_KVB : undefined;
  }

  async #send(transaction: Uint8Array): Promise<RpcRefusal | undefined> {
    try {
      await this.#rpc.call('sendrawtransaction', [toHex(transaction)], HASH);
      return undefined;
    } catch (cause) {
      if (cause instanceof RpcRefusal) return cause;
      throw cause;
    }
  }

  async #isAccepted(txid: Txid, withinMillis: number): Promise<boolean> {
    for (let waited = 0; ; waited += ACCEPT_POLL_MILLIS) {
      const { state } = await this.transactionStatus(txid);
      if (state !== 'unknown') return true;
      if (waited >= withinMillis) return false;
      await delay(ACCEPT_POLL_MILLIS);
    }
  }

  /** From the set of unspent coins, which every node has. */
  async #statusOfCoin(txid: Txid): Promise<TransactionStatus | undefined> {
    for (let tries = 0; tries < MAX_MOVES; tries++) {
      const coin = await this.#call('gettxout', [txid, 0, false], UNSPENT);
      if (coin === null || coin.confirmations < 1) return undefined;
      const best = await this.#call('getblockheader', [coin.bestblock, true], HEADER_INFO);
      const height = best.height - coin.confirmations + 1;
      const blockHash = await this.#hashAt(height);
      // Asked again if the tip has moved: a reorganisation in between could pair one chain's height
      // with another's block.
      if ((await this.tip()).hash === coin.bestblock)
        return { state: 'confirmed', height, blockHash, confirmations: coin.confirmations };
    }
    throw new AnchoringError(
      'CHAIN_UNAVAILABLE',
      'the Bitcoin node’s chain keeps moving: try again later',
    );
  }

  async #statusInMempool(txid: Txid): Promise<TransactionStatus | undefined> {
    const entry = await this.#known('getmempoolentry', [txid], z.object({}));
    return entry && { state: 'mempool' };
  }

  /** Of transactions whose output 0 is spent; only with a transaction index. */
  async #statusInIndex(txid: Txid): Promise<TransactionStatus | undefined> {
    const found = await this.#known('getrawtransaction', [txid, true], TRANSACTION);
    // A transaction of a stale block is found too: with 0 confirmations or none.
    const blockHash = found?.blockhash;
    if (typeof blockHash !== 'string' || (found?.confirmations ?? 0) < 1) return undefined;
    const block = await this.#known('getblockheader', [blockHash, true], HEADER_INFO);
    // −1 where the block has left the best chain since.
    if (block === undefined || block.confirmations < 1) return undefined;
    const { height, confirmations } = block;
    return { state: 'confirmed', height, blockHash, confirmations };
  }

  async #hashAt(height: number): Promise<BlockHash> {
    const hash = await this.#known('getblockhash', [height], BLOCK_HASH);
    if (hash === undefined) throw unknownBlock();
    return hash;
  }

  /** A header or block by hash, which must have it. */
  async #bytes(method: 'getblockheader' | 'getblock', hash: BlockHash): Promise<Uint8Array> {
    const hex = await this.#known(method, [hash, false], HEX);
    if (hex === undefined) throw unknownBlock();
    const bytes = fromHex(hex);
    if (headerHash(bytes) !== hash) throw invalid('a block has not the hash that was asked for');
    return bytes;
  }

  /** As `#call`; undefined where the node says that it does not know what was asked for. */
  async #known<T>(
    method: string,
    params: readonly unknown[],
    schema: z.ZodType<T>,
  ): Promise<T | undefined> {
    try {
      return await this.#rpc.call(method, params, schema);
    } catch (cause) {
      if (cause instanceof RpcRefusal && UNKNOWN.has(cause.rpcCode)) return undefined;
      throw asChainRefusal(cause);
    }
  }

  async #call<T>(method: string, params: readonly unknown[], schema: z.ZodType<T>): Promise<T> {
    try {
      return await this.#rpc.call(method, params, schema);
    } catch (cause) {
      throw asChainRefusal(cause);
    }
  }
}

function headerHash(bytes: Uint8Array): BlockHash {
  try {
    return parseBlockHeader(bytes.subarray(0, HEADER_BYTES)).hash;
  } catch (cause) {
    if (cause instanceof BitcoinProofError) throw invalid('a header is malformed', cause);
    throw cause;
  }
}

function asChainRefusal(cause: unknown): unknown {
  if (!(cause instanceof RpcRefusal)) return cause;
  const message = `the Bitcoin node refuses the request with error ${cause.rpcCode}`;
  return new AnchoringError('CHAIN_REFUSED', message, { cause });
}

function unknownBlock(): AnchoringError {
  return new AnchoringError('CHAIN_BLOCK_UNKNOWN', 'the Bitcoin node has no such block');
}

function invalid(reason: string, cause?: unknown): AnchoringError {
  const message = `the Bitcoin node’s answer is unusable: ${reason}`;
  return new AnchoringError('CHAIN_RESPONSE_INVALID', message, { cause });
}
