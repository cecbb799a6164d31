/**
 * Where the vault finds its rows again. The keys of its index are made with the vault key of one
 * generation: once that is destroyed, what is left of them anywhere means nothing.
 */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { concat, utf8 } from '../../base/bytes.js';
import { hmacSha256 } from '../../base/hash.js';
import type { StoredRow } from './vault-file.js';
import type { NamedSecret, VaultKey } from './vault-row.js';

/** A row for the index. The key has 32 bytes and begins with the generation's `prefix`. */
export type IndexPut = readonly [key: Uint8Array, value: Uint8Array];

const PREFIX_LENGTH = 8;
const KEY_LENGTH = 32;

export class VaultIndexKeys {
  /** 8 bytes, the same in all keys of this tenant and generation, and in no others. */
  readonly prefix: Uint8Array;
  readonly #key: Uint8Array;

  constructor({ key }: VaultKey) {
    this.#key = hmacSha256(key, utf8('chirograph/vault/index/1\0'));
    this.prefix = hmacSha256(this.#key, utf8('prefix')).slice(0, PREFIX_LENGTH);
  }

  /** @param text `scopeText` of the scope. */
  ofScope(text: string): Uint8Array {
    return this.#under(utf8(`scope\0${text}`));
  }

  ofRow(rowId: Uint8Array): Uint8Array {
    return this.#under(concat(utf8('row\0'), rowId));
  }

  /** Is in the index only if every row of the generation is. */
  complete(): IndexPut {
    return [this.#under(utf8('complete')), new Uint8Array(0)];
  }

  putsOf({ row, offset }: StoredRow, { ref, text }: NamedSecret): IndexPut[] {
    const writer = new ByteWriter(PLACE_LENGTH);
    writer.u64(offset);
    writer.u32(row.length);
    const place = writer.finish();
    return [
      [this.ofScope(text), place],
      [this.ofRow(ref.rowId), place],
    ];
  }

  #under(what: Uint8Array): Uint8Array {
    return concat(this.prefix, hmacSha256(this.#key, what).subarray(0, KEY_LENGTH - PREFIX_LENGTH));
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
