/**
 * The headers of a request: as signatures cover them, and as operations ask for them. Values are bytes that Node
 * shows as one character each; they are kept like that, so that what a client stored comes back as it was.
 */
import type { S3Headers } from './s3-request.js';

export interface RawHeaders extends S3Headers {
  /** Each value of a header of this name, as it came. */
  all(name: string): readonly string[];
  /** All names, in lower case. */
  readonly names: ReadonlySet<string>;
}

/** @param raw names and values in turns, as Node's `rawHeaders`. */
export function readHeaders(raw: readonly string[]): RawHeaders {
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const known = values.get(name);
    if (known === undefined) values.set(name, [raw[at + 1] ?? '']);
    else known.push(raw[at + 1] ?? '');
  }
  const joined = new Map(
    [...values].map(([name, all]) => [name, all.map((one) => one.trim()).join(', ')]),
  );
  const encoding = storedEncoding(joined.get('content-encoding'));
  if (encoding === undefined) joined.delete('content-encoding');
  else joined.set('content-encoding', encoding);
  return {
    ...headersOf(joined),
    all: (name) => values.get(name) ?? [],
    names: new Set(values.keys()),
  };
}

/** @param values by their names in lower case. */
export function headersOf(values: ReadonlyMap<string, string>): S3Headers {
  return {
    get: (name) => values.get(name),
    startingWith: (prefix) =>
      [...values]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** `aws-chunked` is how the body came, and not how what is stored is encoded. Undefined where nothing else is left. */
function storedEncoding(value: string | undefined): string | undefined {
  const stored = (value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one.toLowerCase() !== 'aws-chunked');
  return stored.length === 0 ? undefined : stored.join(', ');
}
