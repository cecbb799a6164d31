/**
 * Strict reading of a JSON object whose members are known: each is asked for by name and shape, and
 * what was not asked for is refused. The caller says which error that is; no message quotes input.
 */
import type { UnixMillis } from './brand.js';
import { fromBase64 } from './bytes.js';
import type { JsonObject, JsonValue } from './canonical-json.js';
import { BaseError } from './errors.js';
import { type HexDigest, isHexDigest } from './hex-digest.js';
import { parseInstant } from './time.js';

/** What a member's value must be. */
export interface Shape<T> {
  /** Completes "the member x is not …". */
  readonly what: string;
  /** The value as a `T`, or null if it is none; no shape has JSON's own `null` among its values. */
  readonly read: (value: JsonValue) => T | null;
}

export type Refuse = (reason: string) => Error;

export class JsonMembers {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #refuse: Refuse;
  #read = 0;

  /** @throws what `refuse` makes, here and in every method. */
  constructor(value: JsonValue, refuse: Refuse, path = '') {
    if (!isJsonObject(value)) throw refuse(`${path === '' ? 'the value' : path} is not an object`);
    this.#object = value;
    this.#path = path;
    this.#refuse = refuse;
  }

  required<T>(name: string, shape: Shape<T>): T {
    const value = this.optional(name, shape);
    if (value === undefined) throw this.#refuse(`the member ${this.#at(name)} is missing`);
    return value;
  }

  optional<T>(name: string, shape: Shape<T>): T | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    const read = shape.read(value);
    if (read === null) throw this.#refuse(`the member ${this.#at(name)} is not ${shape.what}`);
    return read;
  }

  /** A nested object, whose `end` the caller must ask for as well. */
  object(name: string): JsonMembers {
    return this.#nested(this.required(name, JSON_VALUE), name);
  }

  /** A nested object or `null`. */
  objectOrNull(name: string): JsonMembers | null {
    const value = this.#take(name);
    if (value === undefined) throw this.#refuse(`the member ${this.#at(name)} is missing`);
    return value === null ? null : this.#nested(value, name);
  }

  /** An optional array of `1…maximum` nested objects; empty if the member is not there. */
  objects(name: string, maximum: number): JsonMembers[] {
    const items = this.optional(name, arrayOf(JSON_VALUE, maximum)) ?? [];
    return items.map((item, at) => this.#nested(item, `${name}/${at}`));
  }

  /** Refuses the object if it has members that nobody asked for. */
  end(): void {
    if (Object.keys(this.#object).length !== this.#read)
      throw this.#refuse(`${this.#path === '' ? 'the object' : this.#path} has an unknown member`);
  }

  #take(name: string): JsonValue | undefined {
    const value = Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
    if (value !== undefined) this.#read++;
    return value;
  }

  #nested(value: JsonValue, name: string): JsonMembers {
    return new JsonMembers(value, this.#refuse, this.#at(name));
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}/${name}`;
  }
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const JSON_VALUE: Shape<JsonValue> = { what: 'a value', read: (value) => value };

export const JSON_OBJECT: Shape<JsonObject> = {
  what: 'an object',
  read: (value) => (isJsonObject(value) ? value : null),
};

export const BOOLEAN: Shape<boolean> = {
  what: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : null),
};

export const COUNT: Shape<number> = {
  what: 'a whole number from 0 to 2⁵³−1',
  read: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null,
};

export const DIGEST: Shape<HexDigest> = {
  what: '64 lower-case hex digits',
  read: (value) => (typeof value === 'string' && isHexDigest(value) ? value : null),
};

export const INSTANT: Shape<UnixMillis> = {
  what: 'an instant in the form 2026-01-31T23:59:59.000Z',
  read: (value) => (typeof value === 'string' ? orNull(() => parseInstant(value)) : null),
};

/** Hex, 8 bytes: how tenants and logs are named. */
export const HANDLE: Shape<string> = textLike(/^[0-9a-f]{16}$/, 'a handle');

/** RFC 4648 §4 of `length` bytes, or of any number of them. */
export function base64Of(length?: number): Shape<Uint8Array> {
  return {
    what: length === undefined ? 'base64' : `base64 of ${length} bytes`,
    read: (value) => (typeof value === 'string' ? orNull(() => fromBase64(value, length)) : null),
  };
}

export function textLike(pattern: RegExp, what: string): Shape<string> {
  return {
    what,
    read: (value) => (typeof value === 'string' && pattern.test(value) ? value : null),
  };
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return {
    what: values.join(' or '),
    read: (value) => values.find((allowed) => allowed === value) ?? null,
  };
}

/** An array of `1…maximum` items. */
export function arrayOf<T>(item: Shape<T>, maximum: number): Shape<readonly T[]> {
  return {
    what: `an array of 1 to ${maximum} items, each ${item.what}`,
    read: (value) => {
      if (!Array.isArray(value) || value.length === 0 || value.length > maximum) return null;
      const items: T[] = [];
      for (const element of value as readonly JsonValue[]) {
        const read = item.read(element);
        if (read === null) return null;
        items.push(read);
      }
      return items;
    },
  };
}

function orNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}
