/**
 * Messages that are larger than one may be, in parts (docs/formats/links.md): `00 ‖ bytes` where more follow, `01 ‖ bytes` the last.
 * What is not larger goes as it is, so the first byte of every message is above 1.
 */
import { concat } from '../../base/bytes.js';
import { assert, BaseError } from '../../base/errors.js';

const MORE = 0;
const LAST = 1;

/** @param most bytes of a part, and of a message that goes as it is. */
export function* partsOf(
  message: Uint8Array,
  most: number,
): Generator<Uint8Array, void, undefined> {
  assert((message[0] ?? 0) > LAST, 'a message that is none of its parts');
  if (message.length <= most) {
    yield message;
    return;
  }
  for (let from = 0; from < message.length; from += most - 1) {
    const part = message.subarray(from, from + most - 1);
    const kind = from + part.length < message.length ? MORE : LAST;
    yield concat(Uint8Array.of(kind), part);
  }
}

/** Of one sender, in its order. */
export class PartsTaken {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @param maxBytes of a message, all parts together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param part lives no longer than the call.
   * @returns the message that it ends, null where more follows. @throws BaseError BYTES_MALFORMED.
   */
  take(part: Uint8Array): Uint8Array | null {
    const kind = part[0] ?? 0;
    if (kind > LAST) {
      if (this.#length > 0) throw malformed('a message within another');
      return part;
    }
    // Empty ones would cost without end.
    if (part.length <= 1) throw malformed('an empty part');
    this.#length += part.length - 1;
    if (this.#length > this.#maxBytes) throw malformed('too large a message in parts');
    this.#parts.push(part.slice(1));
    if (kind === MORE) return null;
    const message = concat(...this.#parts);
    [this.#parts, this.#length] = [[], 0];
    return message;
  }
}

function malformed(what: string): BaseError {
  return new BaseError('BYTES_MALFORMED', what);
}
