/** `<txid>:<output>`, as operators and Bitcoin's tools write an outpoint. */
import { parseTxid } from '../evidence/bitcoin/hash256.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';

export const OUTPOINT_PATTERN = /^[0-9a-f]{64}:(?:0|[1-9][0-9]{0,8})$/;

/** @param text of `OUTPOINT_PATTERN`. */
export function parseOutpoint(text: string): Outpoint {
  const [txid = '', vout = ''] = text.split(':');
  return { txid: parseTxid(txid), vout: Number(vout) };
}

export function formatOutpoint({ txid, vout }: Outpoint): string {
  return `${txid}:${vout}`;
}
