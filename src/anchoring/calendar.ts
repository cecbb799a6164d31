/** A calendar that a node sends to, and where its promises may lead: everything else is asked nothing. */
import type { Secret } from '../base/secret.js';
import { type HostRule, ruleFor } from '../keys/outbound-host.js';

export interface Calendar {
  /** With a slash at its end: `digest` and `timestamp/…` are below it. */
  readonly url: string;
  readonly host: HostRule;
  /** Hosts that its promises may be of, beside its own: a pool collects for others. */
  readonly promises: readonly HostRule[];
  /** API key of a calendar that asks for one; sent to its own URL alone. */
  readonly key?: Secret;
}

/** A place to ask for more of a commitment. */
export interface PromisePlace {
  readonly url: string;
  readonly key?: Secret;
}

/** For people and in files: host and path, without what else a URL may have. */
export function calendarName({ url }: Pick<Calendar, 'url'>): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

/** Null where the URI is of no host that this calendar may send us to, or less protected than its own. */
export function placeOf({ url, host, promises, key }: Calendar, uri: string): PromisePlace | null {
  const base = withSlash(uri);
  if (!URL.canParse(base)) return null;
  const place = new URL(base);
  const own = new URL(url);
  if (place.protocol !== 'https:' && place.protocol !== own.protocol) return null;
  // What is sent with a request must not reach whom a calendar names.
  if (place.href === own.href) return { url, ...(key !== undefined && { key }) };
  return ruleFor([host, ...promises], place) === null ? null : { url: place.href };
}

/** Of a promise that is kept from before, whoever gave it: by the calendars that are set now. */
export function placeAmong(calendars: readonly Calendar[], uri: string): PromisePlace | null {
  const places = calendars.flatMap((calendar) => placeOf(calendar, uri) ?? []);
  return places.find(({ key }) => key !== undefined) ?? places[0] ?? null;
}

/** As a calendar is written in settings and promises, with or without a slash at the end. */
export function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
