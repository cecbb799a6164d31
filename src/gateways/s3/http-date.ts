/** Times as HTTP and S3's documents have them. */
import type { UnixMillis } from '../../base/brand.js';
import { DAY_MILLIS, dateOf, parseInstant, startOfUtcMonth } from '../../base/time.js';

/** RFC 9110 §5.6.7: whole seconds. */
export function formatHttpDate(millis: UnixMillis): string {
  return dateOf(millis).toUTCString();
}

/** Null of anything else than an IMF-fixdate. */
export function parseHttpDate(text: string): UnixMillis | null {
  const [, day, month, year, hours, minutes, seconds] = IMF_FIXDATE.exec(text) ?? [];
  const at = MONTHS.indexOf(month ?? '');
  if (at === -1) return null;
  const inDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (startOfUtcMonth(Number(year), at + 1) +
    (Number(day) - 1) * DAY_MILLIS +
    inDay * 1000) as UnixMillis;
}

/** ISO 8601 as S3 clients write it: with an offset or `Z`, with or without a fraction; null of anything else. */
export function parseIsoInstant(text: string): UnixMillis | null {
  const [, start, fraction = '', sign, hours, minutes] = ISO.exec(text) ?? [];
  if (start === undefined) return null;
  try {
    const local = parseInstant(`${start}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
    if (sign === undefined) return local;
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return (sign === '+' ? local - offset : local + offset) as UnixMillis;
  } catch {
    // A day or an hour that does not exist.
    return null;
  }
}

const IMF_FIXDATE = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const ISO = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;
