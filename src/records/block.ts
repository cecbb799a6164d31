/**
 * A block: a bundle sealed under the tenant's block key (docs/formats/block.md), so that replicas
 * which may not read store what they cannot read. It is bound to its place in its log.
 */
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../base/aead.js';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { concat, u64be, utf8 } from '../base/bytes.js';
import { assert, BaseError } from '../base/errors.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { type Bundle, entryLength, readBundle, writeBundle } from './bundle.js';
import { formatNewer, RecordsError } from './records-error.js';

export const MAX_BLOCK_LENGTH = 8 * 1024 * 1024;

/** Where a block lies. */
export interface BlockPlace {
  /** Hypercore key, 32 bytes. */
  readonly coreKey: Uint8Array;
  /** Number of blocks before it. */
  readonly blockNumber: number;
}

/** @throws RecordsError RECORD_TOO_LARGE beyond 8 MiB. @param blockKey 32 bytes, the tenant's. */
export function sealBlock(
  bundle: Bundle,
  blockKey: Uint8Array,
  place: BlockPlace,
  random: RandomSource,
): Uint8Array {
  const nonce = randomBytes(random, AEAD_NONCE_LENGTH);
  const writer = new ByteWriter(expectedLength(bundle));
  writer.u8(FORMAT);
  writer.bytes(nonce);
  writeBundle(writer, bundle);
  writer.bytes(ROOM_FOR_TAG);
  const block = writer.finish();
  if (block.length > MAX_BLOCK_LENGTH)
    throw new RecordsError('RECORD_TOO_LARGE', 'the entries of a block are larger than 8 MiB');
  sealInPlace(block.subarray(BUNDLE_AT), blockKey, nonce, associatedData(place));
  return block;
}

/** @throws RecordsError SEAL_REFUSED, BLOCK_MALFORMED, RECORD_FORMAT_NEWER. */
export function openBlock(block: Uint8Array, blockKey: Uint8Array, place: BlockPlace): Bundle {
  const { nonce, ciphertext } = readBlock(block);
  const plaintext = openSealed(ciphertext, blockKey, nonce, associatedData(place));
  if (plaintext === null) throw refused();
  return readBundle(plaintext);
}

const FORMAT = 1;
const BUNDLE_AT = 1 + AEAD_NONCE_LENGTH;
const ROOM_FOR_TAG = new Uint8Array(AEAD_TAG_LENGTH);
const LABEL = utf8('chirograph/block/1\0');

function associatedData({ coreKey, blockNumber }: BlockPlace): Uint8Array {
  assert(coreKey.length === 32, 'a Hypercore key has 32 bytes');
  return concat(LABEL, coreKey, u64be(blockNumber));
}

function expectedLength({ vaultRows, entries }: Bundle): number {
  let length = BUNDLE_AT + 16 + AEAD_TAG_LENGTH;
  for (const row of vaultRows) length += 4 + row.length;
  for (const entry of entries) length += entryLength(entry);
  return length;
}

function readBlock(block: Uint8Array): { nonce: Uint8Array; ciphertext: Uint8Array } {
  if (block.length > MAX_BLOCK_LENGTH) throw refused();
  try {
    const reader = new ByteReader(block);
    const format = reader.u8();
    if (format > FORMAT) throw formatNewer('block', format, FORMAT);
    if (format !== FORMAT) throw refused();
    const nonce = reader.bytes(AEAD_NONCE_LENGTH);
    return { nonce, ciphertext: reader.bytes(reader.remaining) };
  } catch (cause) {
    if (cause instanceof BaseError) throw refused(cause);
    throw cause;
  }
}

function refused(cause?: unknown): RecordsError {
  return new RecordsError(
    'SEAL_REFUSED',
    'a block does not open: another key, another place, or it was changed',
    { cause },
  );
}
