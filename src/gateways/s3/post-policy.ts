/**
 * What whoever signed a form allows to be sent in it: a policy in JSON, base64 (Amazon S3 API Reference, "Creating a
 * POST policy"). Every field must be spoken of; an unknown kind of condition allows nothing.
 */
import type { UnixMillis } from '../../base/brand.js';
import { utf8ToString } from '../../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { isJsonObject } from '../../base/json-members.js';
import { parseInstant } from '../../base/time.js';
import { S3Error } from './s3-error.js';
import type { S3Form } from './s3-request.js';

export interface PostPolicy {
  readonly expiresAt: UnixMillis;
  readonly conditions: readonly Condition[];
  /** In bytes of the file. */
  readonly range: readonly [min: number, max: number] | null;
}

interface Condition {
  readonly kind: 'eq' | 'starts-with';
  /** In lower case. */
  readonly field: string;
  readonly value: string;
}

/** @param base64 the field `policy`. @throws S3Error InvalidPolicyDocument. */
export function parsePolicy(base64: string): PostPolicy {
  const { expiration, conditions } = members(base64);
  if (typeof expiration !== 'string') throw invalid('it needs an expiration');
  if (!Array.isArray(conditions) || conditions.length > MAX_CONDITIONS)
    throw invalid('it needs an array of conditions');
  const found: Condition[] = [];
  let range: PostPolicy['range'] = null;
  for (const condition of conditions as readonly JsonValue[]) {
    const [kind] = Array.isArray(condition) ? (condition as readonly JsonValue[]) : [];
    if (Array.isArray(condition) && lower(kind) === 'content-length-range')
      range = parseRange(condition);
    else found.push(...parseCondition(condition));
  }
  return { expiresAt: parseExpiration(expiration), conditions: found, range };
}

/**
 * @param fields of the form, with `bucket` of the URL and the key as it will be.
 * @throws S3Error AccessDenied.
 */
export function checkPolicy(policy: PostPolicy, fields: S3Form, now: UnixMillis): void {
  if (now > policy.expiresAt) throw refused('Policy expired');
  for (const { kind, field, value } of policy.conditions) {
    const given = fields.get(field) ?? null;
    const holds = given !== null && (kind === 'eq' ? given === value : given.startsWith(value));
    if (!holds) throw refused(`Policy Condition failed: ["${kind}", "$${printable(field)}", …]`);
  }
  const spoken = new Set(policy.conditions.map(({ field }) => field));
  for (const field of fields.keys())
    if (!spoken.has(field) && !isExempt(field))
      throw refused(`Extra input fields: ${printable(field)}`);
}

const MAX_CONDITIONS = 200;

/** What makes or carries the signature; what is left out; and what only says more of the file. */
function isExempt(field: string): boolean {
  return EXEMPT.has(field) || field.startsWith('x-ignore-') || field.startsWith('x-amz-checksum-');
}

const EXEMPT: ReadonlySet<string> = new Set([
  'policy',
  'signature',
  'awsaccesskeyid',
  'x-amz-signature',
]);

function members(base64: string): Readonly<Record<string, JsonValue>> {
  try {
    const policy = parseStrictJson(utf8ToString(Buffer.from(base64, 'base64')));
    if (isJsonObject(policy)) return policy;
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
  }
  throw invalid('it is not JSON in base64');
}

function parseCondition(condition: JsonValue): readonly Condition[] {
  if (Array.isArray(condition)) {
    const [kind, field, value, ...more] = condition as readonly JsonValue[];
    const named = lower(kind);
    if (
      (named !== 'eq' && named !== 'starts-with') ||
      typeof field !== 'string' ||
      typeof value !== 'string' ||
      !/^\$[!-~]+$/.test(field) ||
      more.length > 0
    )
      throw invalid('a condition is ["eq" or "starts-with", "$field", "value"]');
    return [{ kind: named, field: field.slice(1).toLowerCase(), value }];
  }
  const exact = isJsonObject(condition) ? Object.entries(condition) : [];
  if (exact.length === 0) throw invalid('a condition says something of a field');
  return exact.map(([field, value]) => {
    if (typeof value !== 'string') throw invalid('a field is compared with a text');
    return { kind: 'eq', field: field.toLowerCase(), value };
  });
}

function parseRange([, min, max, ...more]: readonly JsonValue[]): readonly [number, number] {
  const isSize = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (!isSize(min) || !isSize(max) || min > max || more.length > 0)
    throw invalid('a content-length-range is two whole numbers, the smaller one first');
  return [min, max];
}

function parseExpiration(text: string): UnixMillis {
  try {
    return parseInstant(/\.\d{3}Z$/.test(text) ? text : text.replace(/Z$/, '.000Z'));
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw invalid('its expiration is like 2026-01-31T12:00:00Z');
  }
}

function lower(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value.toLowerCase() : null;
}

function printable(field: string): string {
  return /^[a-z0-9-_]{1,80}$/.test(field) ? field : '…';
}

function invalid(reason: string): S3Error {
  return new S3Error('InvalidPolicyDocument', `Invalid Policy: ${reason}`);
}

function refused(reason: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`);
}
