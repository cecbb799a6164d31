/** A vault row: one secret, wrapped under its tenant's vault key (docs/formats/vault.md). */
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../../base/aead.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { concat, u32be, utf8, utf8ToString } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import type { SecretRef } from '../../base/secret-scope.js';
import { KeysError } from '../keys-error.js';

export const ROW_ID_LENGTH = 16;
export const SECRET_LENGTH = 32;
/** A scope names a person of at most 256 characters. */
export const MAX_ROW_LENGTH = 4096;

export interface VaultKey {
  readonly generation: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface NamedSecret {
  readonly ref: SecretRef;
  /** `scopeText` of its scope. */
  readonly text: string;
}

export function wrapRow(
  { ref, text }: NamedSecret,
  { generation, key }: VaultKey,
  random: RandomSource,
): Uint8Array {
  const scope = utf8(text);
  const nonce = randomBytes(random, AEAD_NONCE_LENGTH);
  const writer = new ByteWriter(SEALED_AT + SECRET_LENGTH + scope.length + AEAD_TAG_LENGTH);
  writer.u8(FORMAT);
  writer.bytes(ref.rowId);
  writer.u32(generation);
  writer.bytes(nonce);
  writer.bytes(ref.secret);
  writer.bytes(scope);
  writer.bytes(new Uint8Array(AEAD_TAG_LENGTH));
  const row = writer.finish();
  sealInPlace(row.subarray(SEALED_AT), key, nonce, associatedData(ref.rowId, generation));
  return row;
}

/** What a row is called by, whoever may open it. */
export function rowIdOf(row: Uint8Array): Uint8Array {
  return row.slice(1, 1 + ROW_ID_LENGTH);
}

/**
 * The text is not parsed: whoever could seal another knows the vault key.
 *
 * @throws KeysError KEYS_VAULT_DAMAGED whatever is wrong with it, KEYS_FORMAT_NEWER.
 */
export function unwrapRow(row: Uint8Array, { generation, key }: VaultKey): NamedSecret {
  try {
    const reader = new ByteReader(row);
    const format = reader.u8();
    if (format > FORMAT)
      throw new KeysError(
        'KEYS_FORMAT_NEWER',
        `a vault row has format ${format}; this version reads up to ${FORMAT}`,
      );
    const rowId = reader.bytes(ROW_ID_LENGTH);
    if (format !== FORMAT || reader.u32() !== generation) throw refused();
    const nonce = reader.bytes(AEAD_NONCE_LENGTH);
    const sealed = reader.bytes(reader.remaining);
    const plaintext = openSealed(sealed, key, nonce, associatedData(rowId, generation));
    if (plaintext === null || plaintext.length < SECRET_LENGTH) throw refused();
    const secret = plaintext.slice(0, SECRET_LENGTH);
    const text = utf8ToString(plaintext.subarray(SECRET_LENGTH));
    return { ref: { rowId: rowId.slice(), secret }, text };
  } catch (cause) {
    // The cause may be about a person's name.
    if (cause instanceof BaseError) throw refused();
    throw cause;
  }
}

const FORMAT = 1;
const SEALED_AT = 1 + ROW_ID_LENGTH + 4 + AEAD_NONCE_LENGTH;
const LABEL = utf8('chirograph/vault/1\0');

function associatedData(rowId: Uint8Array, generation: number): Uint8Array {
  return concat(LABEL, rowId, u32be(generation));
}

function refused(): KeysError {
  return new KeysError(
    'KEYS_VAULT_DAMAGED',
    'a row of the vault does not open: another vault key, or it was changed',
  );
}
