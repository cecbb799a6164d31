/** The settings `calendars` and `anchorUpstream`: who stamps the roots of the epoch log. */
import type { JsonValue } from '../base/canonical-json.js';
import { arrayOf as listOf, BOOLEAN, JsonMembers } from '../base/json-members.js';
import type { CalendarSetting } from '../config.js';
import { parseHostRule } from '../keys/outbound-host.js';
import { malformed } from './grant-shapes.js';
import { arrayOf, hostOf, HTTP_URL, TEXT } from './outbound-settings.js';

/** Each root is sent to all of them. */
export const MAX_CALENDARS = 15;
const MAX_PROMISES = 64;

/** @throws BaseError, naming the member that is wrong. */
export function readCalendars(value: JsonValue): readonly CalendarSetting[] {
  const calendars = arrayOf(value, MAX_CALENDARS, 'calendars').map((one, at) => {
    const members = new JsonMembers(one, malformed, String(at));
    const calendar = readCalendar(members);
    const promises = (members.optional('promises', listOf(TEXT, MAX_PROMISES)) ?? []).map(
      (host) => {
        const rule = parseHostRule(host, { isInternal: false });
        // A calendar that may name any host is one that sends this node wherever it likes.
        if (rule === null || rule.kind === 'any')
          throw malformed(
            `${at}/promises has what is no host: a name, "*." and a name, or an address`,
          );
        return rule;
      },
    );
    members.end();
    return { ...calendar, promises };
  });
  if (new Set(calendars.map(({ url }) => url)).size !== calendars.length)
    throw malformed('two calendars have one url');
  return calendars;
}

/** @throws BaseError, as `readCalendars`. */
export function readUpstream(value: JsonValue): CalendarSetting {
  const members = new JsonMembers(value, malformed);
  const upstream = readCalendar(members);
  members.end();
  // The key would be read on the way.
  if (upstream.url.startsWith('http:') && !upstream.host.isInternal)
    throw malformed('the url is http, and of no internal host: a key is sent there');
  return { ...upstream, promises: [] };
}

function readCalendar(members: JsonMembers): Pick<CalendarSetting, 'url' | 'host'> {
  const url = members.required('url', HTTP_URL);
  const isInternal = members.optional('internal', BOOLEAN) ?? false;
  if (new URL(url).search !== '') throw malformed('a url has a query');
  return { url: url.endsWith('/') ? url : `${url}/`, host: hostOf(url, isInternal) };
}
