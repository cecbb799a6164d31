/** Sends a transaction past our own code, which reads it first and sends nothing that it cannot read. */
import { z } from 'zod';
import { type JsonRpc, RpcRefusal } from '../../src/anchoring/internal/json-rpc.js';

/** What a node says to a transaction at once: bcoin says nothing of most that it refuses. */
export async function refusalOf(rpc: JsonRpc, transaction: Uint8Array): Promise<string | null> {
  try {
    const hex = Buffer.from(transaction).toString('hex');
    await rpc.call('sendrawtransaction', [hex], z.string());
    return null;
  } catch (cause) {
    if (cause instanceof RpcRefusal) return cause.message;
    throw cause;
  }
}
