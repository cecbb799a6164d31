/** References to chunks, and the tree that large content makes of them (docs/formats/files.md). */
import { asBuffer } from '../base/bytes.js';
import { damaged } from '../ledger/ledger-error.js';

export interface Reference {
  /** 0 of content; of more references above. */
  readonly level: number;
  /** Bytes of content below it. */
  readonly size: number;
  /** 32 bytes: names the chunk. */
  readonly address: Uint8Array;
  /** 32 bytes: opens it. */
  readonly key: Uint8Array;
}

export const REFERENCE_LENGTH = 72;
/** In one chunk, and in one payload. */
export const MAX_REFERENCES = 256;
/** 256^5 pieces of 64 KiB: far beyond any size that is taken. */
export const MAX_LEVEL = 4;

export function encodeReferences(references: readonly Reference[]): Uint8Array {
  const bytes = new Uint8Array(references.length * REFERENCE_LENGTH);
  const view = asBuffer(bytes);
  references.forEach(({ level, size, address, key }, n) => {
    const at = n * REFERENCE_LENGTH;
    view.writeUInt8(level, at);
    view.writeUInt8(0, at + 1);
    view.writeUIntBE(size, at + 2, 6);
    bytes.set(address, at + 8);
    bytes.set(key, at + 40);
  });
  return bytes;
}

/**
 * @param above level of the reference that these are behind; those of a payload have none above.
 * @throws LedgerError LEDGER_DAMAGED.
 */
export function decodeReferences(bytes: Uint8Array, above = MAX_LEVEL + 1): Reference[] {
  const count = bytes.length / REFERENCE_LENGTH;
  if (!Number.isInteger(count) || count < 1 || count > MAX_REFERENCES)
    throw damaged('references to chunks are not what was written');
  const view = asBuffer(bytes);
  return Array.from({ length: count }, (_, n) => {
    const at = n * REFERENCE_LENGTH;
    const level = view.readUInt8(at);
    if (level >= above || view.readUInt8(at + 1) !== 0)
      throw damaged('a reference to a chunk is not what was written');
    return {
      level,
      size: view.readUIntBE(at + 2, 6),
      address: bytes.slice(at + 8, at + 40),
      key: bytes.slice(at + 40, at + 72),
    };
  });
}

export function sizeOf(references: readonly Reference[]): number {
  return references.reduce((sum, { size }) => sum + size, 0);
}
