/**
 * Cursors of lists: where a page ended, opaque and authenticated. A cursor carries the size that its
 * list is pinned to, so one that clients could make up would be a way to ask for states that were
 * never shown to them.
 */
import type { z } from 'zod';
import { fromBase64Url, toBase64Url } from '../base/base64url.js';
import { concat, equalBytes, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { hmacSha256 } from '../base/hash.js';
import { ApiError } from './api-error.js';

export interface CursorCodec {
  /** @param list names the list and all its filters, the tenant too: a cursor is good for no other. */
  encode(list: readonly string[], position: JsonObject): string;
  /** @throws ApiError CURSOR_INVALID. */
  decode<S extends z.ZodType>(list: readonly string[], cursor: string, schema: S): z.output<S>;
}

const MAC_LENGTH = 16;
const MAX_CURSOR_CHARACTERS = 4096;

/** @param key 32 secret bytes that outlive the process: clients go on with a list after a restart. */
export function createCursorCodec(key: Uint8Array): CursorCodec {
  const macOf = (list: readonly string[], position: Uint8Array): Uint8Array =>
    hmacSha256(
      key,
      canonicalJsonBytes(['chirograph/cursor/1', ...list]),
      utf8('\0'),
      position,
    ).subarray(0, MAC_LENGTH);
  return {
    encode: (list, position) => {
      const bytes = canonicalJsonBytes(position);
      return toBase64Url(concat(macOf(list, bytes), bytes));
    },
    decode: (list, cursor, schema) => {
      const bytes = cursor.length > MAX_CURSOR_CHARACTERS ? null : decoded(cursor);
      const position = bytes?.subarray(MAC_LENGTH);
      if (bytes === null || position === undefined) throw invalid();
      if (!equalBytes(bytes.subarray(0, MAC_LENGTH), macOf(list, position))) throw invalid();
      return schema.parse(parseCanonicalJson(position));
    },
  };
}

function decoded(cursor: string): Uint8Array | null {
  try {
    return fromBase64Url(cursor);
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}

function invalid(): ApiError {
  return new ApiError('CURSOR_INVALID', 'use a cursor as this list gave it, with the same filters');
}
