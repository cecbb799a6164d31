/**
 * One setting: its spelling in each source and its strict reading. Flags and environment bring
 * texts; the configuration file brings JSON, where a number is a number and not a text of digits.
 */
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { ConfigError } from './config-error.js';

export interface Setting<T> {
  /** Completes "must be …". */
  readonly what: string;
  /** The value, or null if the text is none; of a `structure`, a BaseError that says more. */
  readonly fromText: (text: string) => T | null;
  readonly fromJson: (value: JsonValue) => T | null;
  /** One line for `--help`. */
  readonly help: string;
}

/** A whole number from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number, help: string): Setting<number> {
  const check = (value: number): number | null =>
    Number.isSafeInteger(value) && value >= minimum && value <= maximum ? value : null;
  return {
    what: `a whole number from ${minimum} to ${maximum}`,
    // Not Number(text) alone, which takes '', ' 1', '0x10' and '1e3'.
    fromText: (text) => (/^(?:0|[1-9]\d{0,15})$/.test(text) ? check(Number(text)) : null),
    fromJson: (value) => (typeof value === 'number' ? check(value) : null),
    help,
  };
}

export function choice<const T extends string>(values: readonly T[], help: string): Setting<T> {
  const find = (value: JsonValue): T | null => values.find((one) => one === value) ?? null;
  return { what: `one of ${values.join(', ')}`, fromText: find, fromJson: find, help };
}

export function text(
  accepts: (text: string) => boolean,
  what: string,
  help: string,
): Setting<string> {
  const check = (value: string): string | null => (accepts(value) ? value : null);
  return {
    what,
    fromText: check,
    fromJson: (value) => (typeof value === 'string' ? check(value) : null),
    help,
  };
}

/** Up to `maximum` of what `accepts` takes, no two the same; in flags and environment with commas between them. */
export function list(
  accepts: (text: string) => boolean,
  maximum: number,
  what: string,
  help: string,
): Setting<readonly string[]> {
  const check = (values: readonly JsonValue[]): readonly string[] | null => {
    const texts = values.filter((value) => typeof value === 'string').filter(accepts);
    const isList = texts.length === values.length && texts.length > 0 && texts.length <= maximum;
    return isList && new Set(texts).size === texts.length ? texts : null;
  };
  return {
    what,
    fromText: (value) => check(value.split(',')),
    fromJson: (value) => (Array.isArray(value) ? check(value as readonly JsonValue[]) : null),
    help,
  };
}

/**
 * Something with parts: JSON in the file as everywhere else.
 * @param read throws a BaseError that names the part which is wrong.
 */
export function structure<T>(
  read: (value: JsonValue) => T,
  what: string,
  help: string,
): Setting<T> {
  return { what, fromText: (text) => read(parseStrictJson(text)), fromJson: read, help };
}

/** `maxBodyBytes` → `CHIROGRAPH_MAX_BODY_BYTES`. */
export function environmentName(name: string): string {
  return `CHIROGRAPH_${words(name).join('_').toUpperCase()}`;
}

/** `maxBodyBytes` → `--max-body-bytes`. */
export function flagName(name: string): string {
  return `--${words(name).join('-')}`;
}

/** @throws ConfigError CONFIG_MALFORMED, naming the setting as its source spells it, never its value. */
export function mustBe(spelling: string, what: string): ConfigError {
  return new ConfigError('CONFIG_MALFORMED', `${spelling} must be ${what}`);
}

function words(name: string): readonly string[] {
  return name
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .split(' ');
}
