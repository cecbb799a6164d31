/** The coin that a chain of anchors starts from: named by the operator, and looked up at the node. */
import { z } from 'zod';
import { toHex } from '../base/bytes.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { AnchorCoin } from './anchor-transaction.js';
import { AnchoringError } from './errors.js';
import { JsonRpc, type JsonRpcOptions, RpcRefusal } from './internal/json-rpc.js';

const SATOSHI = 100_000_000;
/** `gettxout`: null where there is no such coin, or where it is spent. */
const UNSPENT = z
  .object({
    confirmations: z.int(),
    value: z.number().positive(),
    scriptPubKey: z.object({ hex: z.string() }),
  })
  .nullable();

/**
 * @param script that the coin must pay.
 * @throws AnchoringError ANCHOR_FUNDS_EXHAUSTED where it is spent, unconfirmed or paid to others;
 * CHAIN_UNAVAILABLE, CHAIN_REFUSED, CHAIN_RESPONSE_INVALID.
 */
export async function fundingCoin(
  options: JsonRpcOptions,
  outpoint: Outpoint,
  script: Uint8Array,
): Promise<AnchorCoin> {
  const coin = await unspent(options, outpoint);
  if (coin === null || coin.confirmations < 1 || coin.scriptPubKey.hex !== toHex(script))
    throw new AnchoringError(
      'ANCHOR_FUNDS_EXHAUSTED',
      'the funding coin is no confirmed, unspent output to the anchor address: name one that is',
    );
  return { outpoint, value: BigInt(Math.round(coin.value * SATOSHI)) };
}

async function unspent(
  options: JsonRpcOptions,
  { txid, vout }: Outpoint,
): Promise<z.infer<typeof UNSPENT>> {
  try {
    return await new JsonRpc(options).call('gettxout', [txid, vout, false], UNSPENT);
  } catch (cause) {
    if (!(cause instanceof RpcRefusal)) throw cause;
    throw new AnchoringError('CHAIN_REFUSED', 'the Bitcoin node does not tell of the coin', {
      cause,
    });
  }
}
