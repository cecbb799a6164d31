/** Dates of HTTP (RFC 9110 §5.6.7): the one form that is sent today; the two obsolete ones are taken for no date. */
import type { UnixMillis } from '../../base/brand.js';
import { BaseError } from '../../base/errors.js';
import { dateOf, parseInstant } from '../../base/time.js';

const FIXED = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
export function httpDate(millis: UnixMillis): string {
  return dateOf(millis).toUTCString();
}

/** Null of what is no such date. */
export function parseHttpDate(text: string): UnixMillis | null {
  const [, day = '', name = '', year = '', time = ''] = FIXED.exec(text) ?? [];
  const month = String(MONTHS.indexOf(name) + 1).padStart(2, '0');
  try {
    return parseInstant(`${year}-${month}-${day}T${time}.000Z`);
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}
