/** Content whose chunks are stored: what a version, or a part of an upload, is made of. */
import type { Reference } from './references.js';

/** Algorithms of checksums beside SHA-256 and MD5, which are always made; values are base64 of their bytes, big-endian. */
export const CHECKSUMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof CHECKSUMS)[number];

/** Either the bytes themselves, or where they are; an empty file is 0 bytes inline. */
export type ContentPlace =
  { readonly inline: Uint8Array } | { readonly refs: readonly Reference[] };

export interface StoredContent {
  readonly size: number;
  /** 32 bytes, of the whole. */
  readonly sha256: Uint8Array;
  /** 16 bytes, of the whole. */
  readonly md5: Uint8Array;
  /** Those that were asked for, base64. */
  readonly sums: Readonly<Partial<Record<ChecksumName, string>>>;
  readonly place: ContentPlace;
  /** Whose secret its chunks are under. */
  readonly subject: string;
  /** Row of the vault with that secret: another one after it was destroyed. */
  readonly secretRow: Uint8Array;
}
