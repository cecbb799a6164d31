/** Handles as bytes, written to where they are wanted: `fromHex` makes three objects of each. */
import { assert } from '../../base/errors.js';
import { HANDLE_BYTES } from '../../evidence/epoch-map.js';

/** @param handle 16 hex digits, as stored: nobody outside names one that comes here. */
export function writeHandle(target: Buffer, at: number, handle: string): void {
  const isWhole = handle.length === 2 * HANDLE_BYTES;
  assert(isWhole && target.write(handle, at, 'hex') === HANDLE_BYTES, 'a handle has 16 hex digits');
}
