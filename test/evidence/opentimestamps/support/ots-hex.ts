/** OpenTimestamps files spelled out by hand, for those that no writer would write. */
import { concat, fromHex } from '../../../../src/base/bytes.js';
import { ChirographError } from '../../../../src/base/errors.js';
import { parseOtsFile } from '../../../../src/evidence/opentimestamps/parse-ots-file.js';

const MAGIC = '004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294';

/** Version 1, SHA-256, and 32 zero bytes as the digest. */
export const HEAD = `${MAGIC}0108${'00'.repeat(32)}`;
/** Of Bitcoin's block 1. */
export const BLOCK_1 = '000588960d73d719010101';

/** @param nodes hex of the top node, in parts. */
export function otsBytes(...nodes: readonly string[]): Uint8Array {
  return concat(...[HEAD, ...nodes].map((part) => fromHex(part)));
}

/** Items of one node: `ff` before each but the last. */
export function forked(items: readonly string[]): string {
  return items.map((item, at) => (at < items.length - 1 ? `ff${item}` : item)).join('');
}

/** A pending attestation, its payload spelled out. */
export function pending(payload: string): string {
  return `0083dfe30d2ef90c8e${payload}`;
}

/** `CODE` or `none`; any other error goes through. */
export function refusalOf(bytes: Uint8Array): string {
  try {
    parseOtsFile(bytes);
    return 'none';
  } catch (error) {
    if (!(error instanceof ChirographError)) throw error;
    return String(error.code);
  }
}
