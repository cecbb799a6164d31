/** A vault row: one secret, wrapped under its tenant's vault key (docs/formats/vault.md). */
import {
  AEAD_NONCE_LENGTH,
  AEAD_TAG_LENGTH,
  openInPlace,
  openSealed,
  sealInPlace,
} from '../../base/aead.js';
import { ByteWriter } from '../../base/byte-codec.js';
import { asBuffer, concat, utf8, utf8ToString } from '../../base/bytes.js';
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
    const { rowId, nonce, sealed } = partsOf(row, generation);
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

/**
 * Opens a row where it lies, for `wrapInPlace`: the row itself is gone then.
 *
 * @returns views of it, the scope as UTF-8: they mean nothing any more once it has been wrapped again.
 * @throws as `unwrapRow`.
 */
export function unwrapInPlace(
  row: Uint8Array,
  { generation, key }: VaultKey,
): { readonly rowId: Uint8Array; readonly scope: Uint8Array } {
  const { rowId, nonce, sealed } = partsOf(row, generation);
  const plaintext = openInPlace(sealed, key, nonce, associatedData(rowId, generation));
  if (plaintext === null || plaintext.length < SECRET_LENGTH) throw refused();
  return { rowId, scope: plaintext.subarray(SECRET_LENGTH) };
}

/** Wraps anew what `unwrapInPlace` has opened. */
export function wrapInPlace(
  row: Uint8Array,
  { generation, key }: VaultKey,
  random: RandomSource,
): void {
  const rowId = row.subarray(1, GENERATION_AT);
  const nonce = row.subarray(NONCE_AT, SEALED_AT);
  asBuffer(row).writeUInt32BE(generation, GENERATION_AT);
  random.fill(nonce);
  sealInPlace(row.subarray(SEALED_AT), key, nonce, associatedData(rowId, generation));
}

/** @throws KeysError as `unwrapRow`, and if it is of another generation. */
function partsOf(row: Uint8Array, generation: number): RowParts {
  const format = row[0] ?? FORMAT;
  if (format > FORMAT)
    throw new KeysError(
      'KEYS_FORMAT_NEWER',
      `a vault row has format ${format}; this version reads up to ${FORMAT}`,
    );
  if (row.length < SEALED_AT || format !== FORMAT) throw refused();
  if (asBuffer(row).readUInt32BE(GENERATION_AT) !== generation) throw refused();
  return {
    rowId: row.subarray(1, GENERATION_AT),
    nonce: row.subarray(NONCE_AT, SEALED_AT),
    sealed: row.subarray(SEALED_AT),
  };
}

interface RowParts {
  readonly rowId: Uint8Array;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

const FORMAT = 1;
const GENERATION_AT = 1 + ROW_ID_LENGTH;
const NONCE_AT = GENERATION_AT + 4;
const SEALED_AT = NONCE_AT + AEAD_NONCE_LENGTH;
const LABEL = utf8('chirograph/vault/1\0');
/** The same bytes each time, filled anew: there are millions of rows, and nothing in them is secret. */
const ASSOCIATED = asBuffer(concat(LABEL, new Uint8Array(ROW_ID_LENGTH + 4)));

/** Good until it is asked for again. */
function associatedData(rowId: Uint8Array, generation: number): Uint8Array {
  ASSOCIATED.set(rowId, LABEL.length);
  ASSOCIATED.writeUInt32BE(generation, LABEL.length + ROW_ID_LENGTH);
  return ASSOCIATED;
}

function refused(): KeysError {
  return new KeysError(
    'KEYS_VAULT_DAMAGED',
    'a row of the vault does not open: another vault key, or it was changed',
  );
}
