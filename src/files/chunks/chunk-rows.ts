/** Rows of the index of chunks (`files/index/`): where each address is, and how far each Hypercore has been read into it. */
import { u32be } from '../../base/bytes.js';
import type { Row } from '../../ledger/row-db.js';

/** @param log number of the Hypercore. */
export function chunkRow(address: Uint8Array, log: number, block: number): Row {
  const value = Buffer.alloc(10);
  value.writeUInt32BE(log, 0);
  value.writeUIntBE(block, 4, 6);
  return [address, value];
}

export function readPlace(value: Uint8Array): { readonly number: number; readonly block: number } {
  const view = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { number: view.readUInt32BE(0), block: view.readUIntBE(4, 6) };
}

/** Rows of chunks have keys of 32 bytes; these have five. */
export function reachedKey(log: number): Uint8Array {
  return Buffer.concat([Buffer.from('L'), u32be(log)]);
}

export function reachedRow(log: number, length: number): Row {
  const value = Buffer.alloc(6);
  value.writeUIntBE(length, 0, 6);
  return [reachedKey(log), value];
}

export function readReached(value: Uint8Array): number {
  return Buffer.from(value).readUIntBE(0, 6);
}
