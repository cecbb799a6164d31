/**
 * Where the vault finds its rows again. The keys of its index are made with the vault key of one
 * generation: once that is destroyed, what is left of them anywhere means nothing.
 */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { utf8 } from '../../base/bytes.js';
import { HmacSha256Key, hmacSha256 } from '../../base/hash.js';
import type { StoredRow } from './vault-file.js';
import type { VaultKey } from './vault-row.js';

/** A row for the index. The key has 32 bytes and begins with the generation's `prefix`. */
export type IndexPut = readonly [key: Uint8Array, value: Uint8Array];

const PREFIX_LENGTH = 8;
const KEY_LENGTH = 32;
const SCOPE = utf8('scope\0');
const ROW = utf8('row\0');

export class VaultIndexKeys {
  /** 8 bytes, the same in all keys of this tenant and generation, and in no others. */
  readonly prefix: Uint8Array;
  readonly #key: HmacSha256Key;

  constructor({ key }: VaultKey) {
    this.#key = new HmacSha256Key(hmacSha256(key, utf8('chirograph/vault/index/1\0')));
    this.prefix = this.#key.of(utf8('prefix')).slice(0, PREFIX_LENGTH);
  }

  /** @param text `scopeText` of the scope. */
  ofScope(text: string): Uint8Array {
    return this.#under(SCOPE, utf8(text));
  }

  ofRow(rowId: Uint8Array): Uint8Array {
    return this.#under(ROW, rowId);
  }

  /** Is in the index only if every row of the generation is. */
  complete(): IndexPut {
    return [this.#under(utf8('complete')), new Uint8Array(0)];
  }

  /** @param scope `scopeText` of the row's scope, as UTF-8. */
  putsOf({ row, offset }: StoredRow, rowId: Uint8Array, scope: Uint8Array): IndexPut[] {
    // From Node's pool: a few bytes in a buffer of their own cost five times as much.
    const writer = new ByteWriter(Buffer.allocUnsafe(PLACE_LENGTH));
    writer.u64(offset);
    writer.u32(row.length);
    const place = writer.finish();
    return [
      [this.#under(SCOPE, scope), place],
      [this.#under(ROW, rowId), place],
    ];
  }

  #under(...what: readonly Uint8Array[]): Uint8Array {
    const key = new Uint8Array(KEY_LENGTH);
    key.set(this.prefix);
    key.set(this.#key.of(...what).subarray(0, KEY_LENGTH - PREFIX_LENGTH), PREFIX_LENGTH);
    return key;
  }
}

/** @throws BaseError BYTES_MALFORMED. */
export function readPlace(value: Uint8Array): { offset: number; length: number } {
  const reader = new ByteReader(value);
  const place = { offset: reader.u64(), length: reader.u32() };
  reader.end();
  return place;
}

const PLACE_LENGTH = 12;
