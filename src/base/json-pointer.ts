/** RFC 6901: the member of a JSON value that a pointer names. */
import type { JsonValue } from './canonical-json.js';
import { isJsonObject } from './json-members.js';

/** Undefined where there is none. Nothing that an object inherits is a member of it. */
export function valueAt(value: JsonValue, pointer: string): JsonValue | undefined {
  if (pointer === '') return value;
  let at: JsonValue | undefined = value;
  for (const step of pointer.split('/').slice(1)) {
    at = memberOf(at, step.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (at === undefined) return undefined;
  }
  return at;
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    return /^(?:0|[1-9]\d{0,9})$/.test(name) ? items[Number(name)] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
