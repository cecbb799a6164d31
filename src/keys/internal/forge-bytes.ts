/** node-forge has bytes as texts of one character each. */
import { asBuffer } from '../../base/bytes.js';

export function binaryOf(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

export function fromBinary(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
