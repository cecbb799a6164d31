/** The settings `timeStampAuthorities` and `revocationHosts`: whom a node asks outside. */
import type { JsonValue } from '../base/canonical-json.js';
import { BOOLEAN, JsonMembers, type Shape, textLike } from '../base/json-members.js';
import type { AuthoritySetting } from '../config.js';
import { type HostRule, parseHostRule } from '../keys/outbound-host.js';
import { malformed } from './grant-shapes.js';

const MAX_AUTHORITIES = 8;
const MAX_HOSTS = 1_000;

/** @throws BaseError, naming the member that is wrong. */
export function readAuthorities(value: JsonValue): readonly AuthoritySetting[] {
  const authorities = arrayOf(value, MAX_AUTHORITIES, 'authorities').map((one, at) => {
    const members = new JsonMembers(one, malformed, String(at));
    const url = members.required('url', HTTP_URL);
    const policy = members.optional('policy', OID) ?? null;
    const perDay = members.optional('perDay', BUDGET) ?? null;
    const perMonth = members.optional('perMonth', BUDGET) ?? null;
    const isInternal = members.optional('internal', BOOLEAN) ?? false;
    members.end();
    return { url, policy, perDay, perMonth, host: hostOf(url, isInternal) };
  });
  if (new Set(authorities.map(({ url }) => url)).size !== authorities.length)
    throw malformed('two authorities have one url');
  return authorities;
}

/** @throws BaseError, naming the member that is wrong. */
export function readRevocationHosts(value: JsonValue): readonly HostRule[] {
  return arrayOf(value, MAX_HOSTS, 'hosts').map((one, at) => {
    if (typeof one === 'string') return ruleFrom(one, false, at);
    const members = new JsonMembers(one, malformed, String(at));
    const host = members.required('host', TEXT);
    const isInternal = members.optional('internal', BOOLEAN) ?? false;
    members.end();
    return ruleFrom(host, isInternal, at);
  });
}

export function arrayOf(value: JsonValue, maximum: number, what: string): readonly JsonValue[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maximum)
    throw malformed(`not an array of 1 to ${maximum} ${what}`);
  return value as readonly JsonValue[];
}

export function ruleFrom(text: string, isInternal: boolean, at: number): HostRule {
  const rule = parseHostRule(text, { isInternal });
  if (rule === null)
    throw malformed(
      `${at} is no host: a name, "*." and a name, an address, each with ":" and a port if need be, or "*" (not internal)`,
    );
  return rule;
}

/** The one host that this URL is of. */
export function hostOf(url: string, isInternal: boolean): HostRule {
  const { host } = new URL(url);
  const rule = parseHostRule(host, { isInternal });
  if (rule === null) throw malformed('a url is of a host that cannot be asked');
  return rule;
}

export const TEXT = textLike(/^[\x21-\x7e]{1,300}$/, 'a text of 1 to 300 visible characters');
const OID = textLike(
  /^[0-2](?:\.(?:0|[1-9]\d{0,38})){1,16}$/,
  'an object identifier such as 1.2.3',
);

const BUDGET: Shape<number> = {
  what: 'a whole number from 1 to 1,000,000,000',
  read: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1e9
      ? value
      : null,
};

export const HTTP_URL: Shape<string> = {
  what: 'an http or https URL without user, password and fragment',
  read: (value) => (typeof value === 'string' && isUrl(value) ? value : null),
};

function isUrl(text: string): boolean {
  if (text.length > 512 || !URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}
