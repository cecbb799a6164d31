/** The setting `oidcIssuers`: whose access tokens are taken, and what their claims are worth. */
import { isAbsolute } from 'node:path';
import {
  type ClaimRule,
  type IssuerKeys,
  type OidcIssuer,
  TOKEN_ALGORITHMS,
} from '../access/oidc-issuer.js';
import type { JsonValue } from '../base/canonical-json.js';
import {
  arrayOf,
  BOOLEAN,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
} from '../base/json-members.js';
import { AUTHOR, malformed, ROLE, TENANT, TEXT } from './grant-shapes.js';

const MAX_ISSUERS = 16;
const MAX_RULES = 1_000;
const MAX_CONDITIONS = 8;
const MINUTE_SECONDS = 60;
const DAY_SECONDS = 24 * 60 * MINUTE_SECONDS;

/** @throws BaseError, naming the member that is wrong. */
export function readOidcIssuers(value: JsonValue): readonly OidcIssuer[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ISSUERS)
    throw malformed(`not an array of 1 to ${MAX_ISSUERS} issuers`);
  const issuers = (value as readonly JsonValue[]).map((one, at) =>
    readIssuer(new JsonMembers(one, malformed, String(at))),
  );
  if (new Set(issuers.map(({ issuer }) => issuer)).size !== issuers.length)
    throw malformed('two issuers have one name');
  return issuers;
}

function readIssuer(members: JsonMembers): OidcIssuer {
  const issuer = members.required('issuer', HTTP_URL);
  const read: OidcIssuer = {
    issuer,
    audience: members.required('audience', TEXT),
    keys: readKeys(members),
    algorithms: members.optional('algorithms', ALGORITHMS) ?? TOKEN_ALGORITHMS,
    requiresTokenType: members.optional('requireTokenType', BOOLEAN) ?? true,
    clockToleranceSeconds:
      members.optional('clockToleranceSeconds', seconds(5 * MINUTE_SECONDS)) ?? MINUTE_SECONDS,
    maxAgeSeconds: members.optional('maxAgeSeconds', seconds(DAY_SECONDS)) ?? DAY_SECONDS,
    authorPrefix: members.optional('authorPrefix', AUTHOR) ?? `${issuer}#`,
    map: members.objects('map', MAX_RULES).map(readRule),
  };
  members.end();
  if (read.map.length === 0) throw malformed('an issuer without a map could log nobody in');
  return read;
}

function readKeys(members: JsonMembers): IssuerKeys {
  const url = members.optional('jwksUrl', HTTP_URL);
  const path = members.optional('jwksFile', ABSOLUTE_PATH);
  if (url !== undefined && path === undefined) return { kind: 'url', url };
  if (url === undefined && path !== undefined) return { kind: 'file', path };
  throw malformed('an issuer needs either jwksUrl or jwksFile');
}

function readRule(members: JsonMembers): ClaimRule {
  const when = Object.entries(members.required('when', JSON_OBJECT)).map(([claim, value]) => {
    const read = TEXT.read(value);
    if (read === null || TEXT.read(claim) === null)
      throw malformed(`a claim in "when" is not compared with ${TEXT.what}`);
    return { claim, value: read };
  });
  if (when.length === 0 || when.length > MAX_CONDITIONS)
    throw malformed(`"when" needs 1 to ${MAX_CONDITIONS} claims`);
  const rule = {
    when,
    tenant: members.required('tenant', TENANT),
    role: members.required('role', ROLE),
  };
  members.end();
  return rule;
}

const ALGORITHMS = arrayOf(oneOf(...TOKEN_ALGORITHMS), TOKEN_ALGORITHMS.length);

/** In clear only on this machine: whoever is on the way of the keys could put in some of their own. */
const HTTP_URL: Shape<string> = {
  what: 'an https URL without user, password and fragment (http only for this machine)',
  read: (value) => (typeof value === 'string' && isUrl(value) ? value : null),
};

function isUrl(text: string): boolean {
  if (text.length > 512 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOCAL.has(hostname));
}

const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

const ABSOLUTE_PATH: Shape<string> = {
  what: 'an absolute path',
  read: (value) =>
    typeof value === 'string' && isAbsolute(value) && !value.includes('\0') ? value : null,
};

function seconds(maximum: number): Shape<number> {
  return {
    what: `a whole number of seconds up to ${maximum}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum
        ? value
        : null,
  };
}
