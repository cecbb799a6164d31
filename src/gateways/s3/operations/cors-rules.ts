/** CORS rules of a bucket: as they are kept, and which of them a request meets (Amazon S3 User Guide, "CORS"). */
import type { JsonObject } from '../../../base/canonical-json.js';
import { arrayOf, COUNT, JsonMembers, textLike } from '../../../base/json-members.js';
import { given } from '../../../files/drive-settings.js';
import { damagedSettings } from './kept-settings-error.js';

export const CORS_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const;
export const MAX_RULES = 100;
export const MAX_ITEMS = 100;

export interface CorsRule {
  readonly id?: string;
  /** Each with at most one `*`. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** In lower case, each with at most one `*`. */
  readonly headers?: readonly string[];
  readonly exposed?: readonly string[];
  readonly maxAgeSeconds?: number;
}

export interface CorsQuestion {
  readonly origin: string;
  readonly method: string;
  /** Names that the browser wants to send, in lower case. */
  readonly headers: readonly string[];
}

/** Headers of the answer; null where no rule lets the page see it. */
export function corsAnswer(
  rules: readonly CorsRule[],
  { origin, method, headers }: CorsQuestion,
): Record<string, string> | null {
  const rule = rules.find(
    (one) =>
      one.methods.includes(method) &&
      one.origins.some((pattern) => matches(pattern, origin)) &&
      headers.every((name) => one.headers?.some((pattern) => matches(pattern, name)) ?? false),
  );
  if (rule === undefined) return null;
  const isForAll = rule.origins.includes('*');
  return {
    'access-control-allow-origin': isForAll ? '*' : origin,
    'access-control-allow-methods': method,
    ...(headers.length > 0 && { 'access-control-allow-headers': headers.join(', ') }),
    ...(rule.exposed !== undefined && { 'access-control-expose-headers': rule.exposed.join(', ') }),
    ...(rule.maxAgeSeconds !== undefined && {
      'access-control-max-age': String(rule.maxAgeSeconds),
    }),
    ...(!isForAll && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function matches(pattern: string, text: string): boolean {
  const at = pattern.indexOf('*');
  if (at === -1) return pattern === text;
  const [start, end] = [pattern.slice(0, at), pattern.slice(at + 1)];
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

export function corsToJson(rule: CorsRule): JsonObject {
  const { id, origins, methods, headers, exposed, maxAgeSeconds } = rule;
  return {
    origins: [...origins],
    methods: [...methods],
    ...given('id', id),
    ...given('headers', headers),
    ...given('exposed', exposed),
    ...given('maxAgeSeconds', maxAgeSeconds),
  };
}

/** @throws FilesError FILES_DAMAGED. */
export function corsFromJson(value: JsonObject): CorsRule {
  const members = new JsonMembers(value, refuse, 'cors');
  const rule: CorsRule = {
    origins: members.required('origins', TEXTS),
    methods: members.required('methods', TEXTS),
    ...given('id', members.optional('id', TEXT)),
    ...given('headers', members.optional('headers', TEXTS)),
    ...given('exposed', members.optional('exposed', TEXTS)),
    ...given('maxAgeSeconds', members.optional('maxAgeSeconds', COUNT)),
  };
  members.end();
  return rule;
}

/** No control character, as it stands in a header. */
export const CORS_TEXT = /^[\x20-\x7e]{1,255}$/;
const TEXT = textLike(CORS_TEXT, 'a text');
const TEXTS = arrayOf(TEXT, MAX_ITEMS);

function refuse(reason: string): Error {
  return damagedSettings('a CORS rule', reason);
}
