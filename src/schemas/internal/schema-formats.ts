/**
 * The values of `format` that are taken. A format that is not among them is refused with the schema:
 * one that nobody checks says nothing. No text that is long is given to an expression that can go back.
 */
import formats from 'ajv-formats';

export type CheckFormat = (text: string) => boolean;

/** Longer than any of these can be and still mean something. */
const MAX_LENGTH = 512;

const SHORT = [
  'date',
  'time',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
] as const;

export const SCHEMA_FORMATS: Readonly<Record<string, CheckFormat>> = {
  ...Object.fromEntries(SHORT.map((name) => [name, short(name)])),
  uri: (text) => SCHEME.test(text) && isOfUri(text),
  'uri-reference': isOfUri,
};

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const NOT_OF_URI = /[^\w\-.~!$&'()*+,;=:@/?#[\]%]/;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;

/** The characters of RFC 3986. A `data:` URI may be a whole photo, so this looks at each just once. */
function isOfUri(text: string): boolean {
  return !NOT_OF_URI.test(text) && !BROKEN_ESCAPE.test(text);
}

function short(name: (typeof SHORT)[number]): CheckFormat {
  const format = formats.default.get(name);
  const check = checkOf(format);
  return (text) => text.length <= MAX_LENGTH && check(text);
}

function checkOf(format: unknown): CheckFormat {
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'object' && format !== null && 'validate' in format)
    return checkOf(format.validate);
  if (typeof format === 'function') return (text) => (format as CheckFormat)(text);
  throw new Error('ajv-formats has no such format');
}
