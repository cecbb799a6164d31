/**
 * The form of every small JSON file that a node keeps (docs/formats/data-directory.md, "Small files"):
 * RFC 8785 with a format number and a digest over the rest and the file's own place. So neither a
 * flipped bit nor the file of another place passes for what was written. It finds accidents; whoever
 * can write the file can write its digest.
 */
import { utf8 } from './bytes.js';
import { canonicalJsonBytes, type JsonObject, parseCanonicalJson } from './canonical-json.js';
import { ChirographError } from './errors.js';
import { sha256 } from './hash.js';
import { digestToHex, type HexDigest } from './hex-digest.js';
import { COUNT, isJsonObject } from './json-members.js';

const FORMAT = 1;

/** What the caller says of a file that it cannot take. */
export interface StoredRefusal {
  readonly damaged: (reason: string) => Error;
  readonly newer: (format: number, known: number) => Error;
}

/** @param place the file's path in the data directory or in the key store, with `/`. */
export function formatStoredJson(
  place: string,
  content: JsonObject,
  format: number = FORMAT,
): Uint8Array {
  const covered = { ...content, $v: format };
  return canonicalJsonBytes({ ...covered, sha256: digestAt(place, covered) });
}

/**
 * The content as it was given to `formatStoredJson`.
 *
 * @throws what `refusal` makes; no reason quotes the file, which may hold a key.
 */
export function parseStoredJson(
  place: string,
  bytes: Uint8Array,
  refusal: StoredRefusal,
): JsonObject {
  return parseStoredJsonUpTo(FORMAT, place, bytes, refusal).content;
}

/** As `parseStoredJson`, of a file that has had several formats: which one it is in. */
export function parseStoredJsonUpTo(
  known: number,
  place: string,
  bytes: Uint8Array,
  refusal: StoredRefusal,
): { readonly format: number; readonly content: JsonObject } {
  const value = parseObject(bytes, refusal);
  // The format is looked at first: a newer file may have any other members.
  const format = COUNT.read(value['$v'] ?? null);
  if (format === null || format < FORMAT) throw refusal.damaged('it has no known format');
  if (format > known) throw refusal.newer(format, known);
  const { sha256: digest, ...covered } = value;
  if (digest !== digestAt(place, covered)) throw refusal.damaged('its digest does not match');
  const content = Object.fromEntries(Object.entries(covered).filter(([name]) => name !== '$v'));
  return { format, content };
}

function parseObject(bytes: Uint8Array, { damaged }: StoredRefusal): JsonObject {
  try {
    const value = parseCanonicalJson(bytes);
    if (isJsonObject(value)) return value;
  } catch (cause) {
    // Without the cause, which might quote a key.
    if (!(cause instanceof ChirographError)) throw cause;
  }
  throw damaged('it is not an RFC 8785 object');
}

function digestAt(place: string, covered: JsonObject): HexDigest {
  return digestToHex(sha256(utf8(`${place}\0`), canonicalJsonBytes(covered)));
}
