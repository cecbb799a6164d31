/**
 * GeneralizedTime with a fraction of a second (X.690 §11.7), which only time-stamps have: RFC 5280 and
 * RFC 5652 forbid it, and `readTime` refuses it.
 */
import type { UnixMillis } from '../../base/brand.js';
import { asBuffer, utf8 } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { formatInstant, parseInstant } from '../../base/time.js';
import { derContent, type DerNode } from '../der-reader.js';
import { TAG } from '../der-tag.js';
import { der } from '../der-writer.js';
import { SigningError } from '../signing-error.js';

/**
 * Rounded up to milliseconds: what was there by an instant was there a moment later as well.
 *
 * @throws SigningError DER_MALFORMED.
 */
export function readPreciseTime(node: DerNode): UnixMillis {
  const text = asBuffer(derContent(node)).toString('latin1');
  const match = PRECISE_TIME.exec(text);
  if (node.tag !== TAG.generalizedTime || match === null)
    throw malformed('a time is not YYYYMMDDHHMMSS[.f]Z');
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const millis = Math.ceil(Number(fraction.padEnd(9, '0')) / 1e6);
  try {
    const whole = parseInstant(
      `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}.000Z`,
    );
    return (whole + millis) as UnixMillis;
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw malformed('a time does not exist');
  }
}

export function derPreciseTime(instant: UnixMillis): Uint8Array {
  const text = formatInstant(instant).replace(/[-:T]/g, '');
  // X.690 §11.7.3: no trailing zeros, and no point without a fraction.
  return der(TAG.generalizedTime, utf8(text.replace(/\.?0*Z$/, 'Z')));
}

/** Nanoseconds are finer than any clock that signs. */
const PRECISE_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{0,8}[1-9]))?Z$/;

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
