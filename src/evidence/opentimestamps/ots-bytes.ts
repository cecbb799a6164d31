/** The two encodings of OpenTimestamps: numbers as LEB128, and bytes with their length before them. */
import { concat } from '../../base/bytes.js';
import { BitcoinReader } from '../bitcoin/bitcoin-reader.js';
import { malformed } from './errors.js';

/** @param value a whole number, at least 0. */
export function varuint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.of(...bytes, rest);
}

export function varbytes(bytes: Uint8Array): Uint8Array {
  return concat(varuint(bytes.length), bytes);
}

/** Both in one spelling only: the reference library takes longer ones and never writes them. */
export class OtsReader extends BitcoinReader {
  constructor(bytes: Uint8Array) {
    super(bytes, malformed);
  }

  /** @throws OpenTimestampsError OTS_MALFORMED above `maximum`, and for a spelling that is not the shortest. */
  varuint(maximum: number): number {
    let value = 0;
    // A byte that can only add too much, or nothing, is not waited for: there may be a million.
    for (let weight = 1; weight <= Math.max(1, maximum); weight *= 0x80) {
      const byte = this.u8();
      value += (byte % 0x80) * weight;
      if (byte >= 0x80) continue;
      if (byte === 0 && weight > 1) break;
      if (value > maximum) break;
      return value;
    }
    throw malformed('a number is above its limit, or not in its shortest form');
  }

  /** Over the same memory. */
  varbytes(minimum: number, maximum: number): Uint8Array {
    const length = this.varuint(maximum);
    if (length < minimum) throw malformed('an argument is empty');
    return this.take(length);
  }
}
