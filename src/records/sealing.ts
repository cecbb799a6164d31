/** Sealed parts (docs/formats/commitment.md): salt and bytes of one commitment, under one secret. */
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../base/aead.js';
import { ByteReader } from '../base/byte-codec.js';
import { asBuffer, utf8 } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { type HexDigest, writeHexDigest } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import type { SecretRef } from '../base/secret-scope.js';
import { commit, SALT_LENGTH, verifyCommitment } from './commitment.js';
import { formatNewer, RecordsError } from './records-error.js';

export interface CommittedPart {
  /** What goes into the statement. */
  readonly commitment: HexDigest;
  /** What travels beside it. */
  readonly sealed: Uint8Array;
}

export interface OpenedPart {
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * Draws a salt, commits to the content and seals both. Text counts as its UTF-8; it is written to
 * where it is then encrypted in place, so that no other copy of it is made.
 */
export function commitAndSeal(
  content: Uint8Array | string,
  under: SecretRef,
  random: RandomSource,
): CommittedPart {
  const length = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
  const sealed = new Uint8Array(CONTENT_AT + length + AEAD_TAG_LENGTH);
  const nonce = sealed.subarray(NONCE_AT, PLAINTEXT_AT);
  const salt = sealed.subarray(PLAINTEXT_AT, CONTENT_AT);
  const bytes = sealed.subarray(CONTENT_AT, CONTENT_AT + length);
  sealed[0] = FORMAT;
  sealed.set(under.rowId, ROW_ID_AT);
  random.fill(nonce);
  random.fill(salt);
  if (typeof content === 'string') asBuffer(bytes).write(content);
  else bytes.set(content);
  const commitment = commit(salt, bytes);
  sealInPlace(sealed.subarray(PLAINTEXT_AT), under.secret, nonce, associatedData(commitment));
  return { commitment, sealed };
}

/** Names the row of the vault that holds the secret of a part. @throws RecordsError SEAL_REFUSED. */
export function rowIdOf(sealed: Uint8Array): Uint8Array {
  return readPart(sealed).rowId;
}

/**
 * Opens a part and checks that it is what the statement commits to.
 *
 * @throws RecordsError SEAL_REFUSED whatever is wrong with it, RECORD_FORMAT_NEWER.
 */
export function openPart(
  sealed: Uint8Array,
  secret: Uint8Array,
  commitment: HexDigest,
): OpenedPart {
  const { nonce, ciphertext } = readPart(sealed);
  const plaintext = openSealed(ciphertext, secret, nonce, associatedData(commitment));
  if (plaintext === null || plaintext.length < SALT_LENGTH) throw refused();
  const salt = plaintext.subarray(0, SALT_LENGTH);
  const bytes = plaintext.subarray(SALT_LENGTH);
  // The cipher says who sealed it; only this says that it is what was hashed into the tree.
  if (!verifyCommitment(salt, bytes, commitment)) throw refused();
  return { salt, bytes };
}

const FORMAT = 1;
const ROW_ID_AT = 1;
const ROW_ID_LENGTH = 16;
const NONCE_AT = ROW_ID_AT + ROW_ID_LENGTH;
const PLAINTEXT_AT = NONCE_AT + AEAD_NONCE_LENGTH;
const CONTENT_AT = PLAINTEXT_AT + SALT_LENGTH;
const LABEL = utf8('chirograph/part/1\0');

function associatedData(commitment: HexDigest): Uint8Array {
  const data = new Uint8Array(LABEL.length + 32);
  data.set(LABEL);
  writeHexDigest(data, LABEL.length, commitment);
  return data;
}

interface PartFields {
  readonly rowId: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

function readPart(sealed: Uint8Array): PartFields {
  try {
    const reader = new ByteReader(sealed);
    const format = reader.u8();
    if (format > FORMAT) throw formatNewer('sealed part', format, FORMAT);
    if (format !== FORMAT) throw refused();
    return {
      rowId: reader.bytes(ROW_ID_LENGTH),
      nonce: reader.bytes(AEAD_NONCE_LENGTH),
      ciphertext: reader.bytes(reader.remaining),
    };
  } catch (cause) {
    if (cause instanceof BaseError) throw refused(cause);
    throw cause;
  }
}

function refused(cause?: unknown): RecordsError {
  return new RecordsError(
    'SEAL_REFUSED',
    'a sealed part does not open: another secret, or it was changed',
    { cause },
  );
}
