/** Byte ranges (RFC 9110 §14): one of them; a request for several is answered with the whole, as it allows. */
import type { ReadRange } from '../drive-port.js';

/**
 * @param header of the request.
 * @returns `whole` for what is no range of bytes or several; `none` where no byte of the content is in it.
 */
export function rangeOf(header: string | undefined, size: number): ReadRange | 'whole' | 'none' {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (found === null) return 'whole';
  const [, first = '', last = ''] = found;
  if (first === '') return last === '' ? 'whole' : suffix(Number(last), size);
  const [start, end] = [Number(first), last === '' ? size : Math.min(Number(last) + 1, size)];
  // RFC 9110 §14.1.2: then it is no range at all.
  if (last !== '' && Number(last) < start) return 'whole';
  return start < size ? { start, end } : 'none';
}

function suffix(length: number, size: number): ReadRange | 'none' {
  if (length === 0 || size === 0) return 'none';
  return { start: Math.max(0, size - length), end: size };
}
