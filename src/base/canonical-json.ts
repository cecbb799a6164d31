/**
 * RFC 8785 (JCS) and the strict reading that goes with it. What we hash is written here; what we
 * accept must survive being written here without losing a digit, a member or a duplicate.
 */
import { utf8, utf8ToString } from './bytes.js';
import { BaseError } from './errors.js';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };
export type JsonObject = Readonly<Record<string, JsonValue>>;

export interface JsonLimits {
  /** Deepest nesting of arrays and objects. */
  readonly maxDepth: number;
}

const DEFAULT_LIMITS: JsonLimits = { maxDepth: 64 };

/** The RFC 8785 text of a value. @throws BaseError JSON_NOT_CANONICAL for what it cannot express. */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw notCanonical('a number is not finite');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw notCanonical(`a ${typeof value} is not JSON`);
  }
}

export function canonicalJsonBytes(value: JsonValue): Uint8Array {
  return utf8(canonicalJson(value));
}

/**
 * Reads JSON whose every value survives RFC 8785: no duplicate members, no `__proto__`, no lone
 * surrogates, no number that a double would change, not deeper than `maxDepth`. White space and
 * member order are free. Linear in the input, and bounded before anything is built.
 *
 * @throws BaseError JSON_MALFORMED or JSON_NOT_CANONICAL; the message never quotes the input.
 */
export function parseStrictJson(text: string, limits: JsonLimits = DEFAULT_LIMITS): JsonValue {
  const members = scan(text, limits.maxDepth);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    // V8's message quotes the input, which may be personal data.
    throw new BaseError('JSON_MALFORMED', 'not valid JSON (RFC 8259)');
  }
  if (countMembers(value) !== members) throw notCanonical('an object has two members of one name');
  return value;
}

/** Reads bytes that are themselves RFC 8785: anything that would be written differently is refused. */
export function parseCanonicalJson(bytes: Uint8Array, limits?: JsonLimits): JsonValue {
  const text = utf8ToString(bytes);
  const value = parseStrictJson(text, limits);
  if (canonicalJson(value) !== text) throw notCanonical('the text is not in RFC 8785 form');
  return value;
}

/** What JSON.stringify may have to escape, and every surrogate, paired or not. */
const NOT_PLAIN = /["\\\p{Cc}\p{Cs}]/u;

function canonicalString(value: string): string {
  // Most strings need no escape, and seeing that costs less than asking JSON.stringify.
  if (!NOT_PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw notCanonical('a string has a lone surrogate');
  return JSON.stringify(value);
}

function canonicalArray(values: readonly JsonValue[]): string {
  let text = '[';
  let separator = '';
  for (const value of values) {
    text += separator + canonicalJson(value);
    separator = ',';
  }
  return `${text}]`;
}

function canonicalObject(value: JsonObject): string {
  let text = '{';
  let separator = '';
  // Default sort compares UTF-16 code units, which is the order RFC 8785 §3.2.3 asks for.
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    text += `${separator}${canonicalString(name)}:${canonicalJson(member)}`;
    separator = ',';
  }
  return `${text}}`;
}

/** One pass over the text: checks depth and numbers, returns how many members its objects name. */
function scan(text: string, maxDepth: number): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) at = endOfString(text, at);
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > maxDepth) throw notCanonical(`nested deeper than ${maxDepth} levels`);
    } else if (char === 0x7d || char === 0x5d) depth--;
    else if (char === 0x3a) members++;
    else if (char === 0x2d || (char >= 0x30 && char <= 0x39)) at = endOfNumber(text, at);
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && escapedAt(text, end)) end = text.indexOf('"', end + 1);
  if (end === -1) throw new BaseError('JSON_MALFORMED', 'not valid JSON: a string does not end');
  return end;
}

function escapedAt(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

const SAFE_DIGITS = 15;

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  let plain = true;
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char >= 0x30 && char <= 0x39) continue;
    if (char !== 0x2e && char !== 0x2b && char !== 0x2d && char !== 0x45 && char !== 0x65) break;
    plain = false;
  }
  // Every integer of at most 15 digits is a double; the rest is compared digit by digit.
  const isSafe = plain && end - start <= SAFE_DIGITS && text.charCodeAt(start) !== 0x2d;
  if (!isSafe && !survives(text.slice(start, end)))
    throw notCanonical('a number does not survive canonical JSON (RFC 8785 §3.2.2.3)');
  return end - 1;
}

/** Whether a double keeps every digit. What is no number at all is left to JSON.parse to refuse. */
function survives(token: string): boolean {
  const given = decimal(token);
  if (given === null) return true;
  const value = Number(token);
  return Number.isFinite(value) && !Object.is(value, -0) && given === decimal(String(value));
}

/** Sign, significant digits without trailing zeros, and the exponent of the last one. */
function decimal(token: string): string | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const end = endWithoutZeros(digits);
  const scale = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign}${digits.slice(0, end)}e${scale}`;
}

/** Not `/0+$/`: that is quadratic in the zeros of a hostile 1.000…0001. */
function endWithoutZeros(digits: string): number {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end--;
  return end;
}

function countMembers(value: JsonValue): number {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw notCanonical('a string has a lone surrogate');
    return 0;
  }
  if (value === null || typeof value !== 'object') return 0;
  let members = 0;
  if (isArray(value)) {
    for (const item of value) members += countMembers(item);
    return members;
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw notCanonical('a member is named __proto__');
    members += 1 + countMembers(name) + countMembers(value[name] ?? null);
  }
  return members;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function notCanonical(reason: string): BaseError {
  return new BaseError('JSON_NOT_CANONICAL', reason);
}
