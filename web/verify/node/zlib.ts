/**
 * Stands in for `node:zlib` where the verifier runs in a browser: the one function that it calls, in the form
 * in which it calls it. pako is zlib's own code in JavaScript, so that both take and refuse the same.
 */
import { Z_FINISH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import { unsupported } from './unsupported.js';

/** Negative: without zlib's header. 15 is Node's default, and takes every smaller window. */
const RAW_WINDOW_BITS = -15;

interface InflateOptions {
  readonly info?: boolean;
  readonly maxOutputLength?: number;
}

export function inflateRawSync(
  input: Uint8Array,
  { info, maxOutputLength }: InflateOptions,
): { buffer: Uint8Array; engine: { bytesWritten: number } } {
  if (info !== true || maxOutputLength === undefined)
    throw unsupported('inflating without a bound');
  const stream = new ZStream();
  stream.input = input;
  stream.avail_in = input.length;
  stream.output = new Uint8Array(maxOutputLength);
  stream.avail_out = maxOutputLength;
  if (zlibInflateInit2(stream, RAW_WINDOW_BITS) !== Z_OK) throw unsupported('raw deflate');
  const status = zlibInflate(stream, Z_FINISH);
  if (status !== Z_STREAM_END)
    throw refusal(stream.avail_out === 0 ? 'ERR_BUFFER_TOO_LARGE' : 'Z_DATA_ERROR');
  return {
    buffer: stream.output.subarray(0, stream.total_out),
    engine: { bytesWritten: stream.total_in },
  };
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}
