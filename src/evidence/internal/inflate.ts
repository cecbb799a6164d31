/**
 * Inflates raw deflate (RFC 1951) of a known length: exactly that many bytes, from exactly that input. Node's
 * zlib does it; in the page its port (web/verify/node/zlib.ts), which takes and refuses the same.
 */
import { inflateRawSync } from 'node:zlib';
import { systemErrorCode } from '../../base/system-error.js';

/** Null if it is not deflate, or not of exactly this length. Never writes more than that. */
export function inflate(input: Uint8Array, length: number): Uint8Array | null {
  const inflated = read(input, length);
  if (inflated === null) return null;
  const { buffer, engine } = inflated;
  // Bytes behind the last block would be in the archive and in nobody's sight.
  const isWhole = buffer.length === length && engine.bytesWritten === input.length;
  return isWhole ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length) : null;
}

/** As `info` has it; the types of Node know the buffer alone. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** How much of the input was taken. */
  readonly engine: { readonly bytesWritten: number };
}

function read(input: Uint8Array, length: number): Inflated | null {
  // Zero is no limit that zlib takes.
  const options = { info: true, maxOutputLength: Math.max(1, length) };
  try {
    return inflateRawSync(input, options) as unknown as Inflated;
  } catch (cause) {
    if (REFUSALS.has(systemErrorCode(cause) ?? '')) return null;
    throw cause;
  }
}

const REFUSALS: ReadonlySet<string> = new Set([
  'ERR_BUFFER_TOO_LARGE',
  'Z_BUF_ERROR',
  'Z_DATA_ERROR',
]);
