/**
 * Where the vault finds its rows again. The keys of its index are made with the vault key of one
 * generation: once that is destroyed, what is left of them anywhere means nothing.
 */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { concat, utf8 } from '../../base/bytes.js';
import { hmacSha256 } from '../../base/hash.js';
import { scopeText } from '../../base/secret-scope.js';
import type { StoredRow } from './vault-file.js';
import type { UnwrappedRow, VaultKey } from './vault-row.js';

/** A row for the index: 32 bytes, which begin with the generation's `prefix`, and where the row lies. */
export type IndexPut = readonly [key: Uint8Array, value: Uint8Array];

export interface RowPlace {
  readonly offset: number;
  readonly length: number;
}

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

  ofScope(text: string): Uint8Array {
    return this.#under(utf8(`scope\0${text}`));
  }

  ofRow(rowId: Uint8Array): Uint8Array {
    return this.#under(concat(utf8('row\0'), rowId));
  }

  /** In the index only if it holds, or has held, every row of this generation. */
  complete(): IndexPut {
    return [this.#under(utf8('complete')), new Uint8Array(0)];
  }

  putsOf({ row, offset }: StoredRow, { ref, scope }: UnwrappedRow): IndexPut[] {
    const writer = new ByteWriter(12);
    writer.u64(offset);
    writer.u32(row.length);
    const place = writer.finish();
    return [
      [this.ofScope(scopeText(scope)), place],
      [this.ofRow(ref.rowId), place],
    ];
  }

  #under(what: Uint8Array): Uint8Array {
    return concat(this.prefix, hmacSha256(this.#key, what).subarray(0, KEY_LENGTH - PREFIX_LENGTH));
  }
}

/** @throws BaseError BYTES_MALFORMED. */
export function readPlace(value: Uint8Array): RowPlace {
  const reader = new ByteReader(value);
  const place = { offset: reader.u64(), length: reader.u32() };
  reader.end();
  return place;
}
