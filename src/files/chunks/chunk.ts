/** A piece of content, sealed under a key that is made of it (docs/formats/files.md, "Chunks"). Pure. */
import { createHash } from 'node:crypto';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../../base/aead.js';
import { asBuffer, equalBytes, utf8 } from '../../base/bytes.js';
import { hmacSha256 } from '../../base/hash.js';

export const PIECE_LENGTH = 65_536;

/** 32 bytes, of one subject. @param tagsSecret of that subject. */
export function filesSecretOf(tagsSecret: Uint8Array): Uint8Array {
  return hmacSha256(tagsSecret, LABEL);
}

/** By which a chunk is found, and opened; 32 bytes each. */
export interface ChunkName {
  readonly address: Uint8Array;
  readonly key: Uint8Array;
}

/** What a piece is named and sealed by: all that it takes to know whether it is there already. */
export function nameChunk(filesSecret: Uint8Array, level: number, piece: Uint8Array): ChunkName {
  // One pass over the piece: what is made of its hash nobody makes who has not the secret.
  const content = createHash('sha256')
    .update(LEVELS.subarray(level, level + 1))
    .update(piece)
    .digest();
  return {
    address: hmacSha256(filesSecret, ADDRESS_LABEL, content),
    key: hmacSha256(filesSecret, KEY_LABEL, content),
  };
}

export function sealChunk({ address, key }: ChunkName, piece: Uint8Array): Uint8Array {
  const block = Buffer.allocUnsafeSlow(PIECE_AT + piece.length + AEAD_TAG_LENGTH);
  block[0] = FORMAT;
  block.set(address, 1);
  block.set(piece, PIECE_AT);
  // The nonce may be the same each time: the key never is, for other bytes.
  sealInPlace(block.subarray(PIECE_AT), key, NONCE, associatedData(address));
  return block;
}

/** Null of a block that is not this chunk: another one, or changed. */
export function openChunk({ address, key }: ChunkName, block: Uint8Array): Uint8Array | null {
  if (!isChunk(block, address)) return null;
  return openSealed(block.subarray(PIECE_AT), key, NONCE, associatedData(address));
}

/** Whether a block says to be this chunk. */
export function isChunk(block: Uint8Array, address: Uint8Array): boolean {
  const found = addressIn(block);
  return found !== null && equalBytes(found, address);
}

/** What a block says to be; null of one that says nothing. */
export function addressIn(block: Uint8Array): Uint8Array | null {
  return block.length > PIECE_AT + AEAD_TAG_LENGTH - 1 && block[0] === FORMAT
    ? block.subarray(1, PIECE_AT)
    : null;
}

const FORMAT = 1;
const PIECE_AT = 33;
const LABEL = utf8('chirograph/files/1\0');
const ADDRESS_LABEL = utf8('chirograph/chunk/address/1\0');
const KEY_LABEL = utf8('chirograph/chunk/key/1\0');
const AD_LABEL = utf8('chirograph/chunk/1\0');
const NONCE = new Uint8Array(AEAD_NONCE_LENGTH);
const LEVELS = new Uint8Array([0, 1, 2, 3, 4]);

function associatedData(address: Uint8Array): Uint8Array {
  return asBuffer(Buffer.concat([AD_LABEL, address]));
}
