/** Files that a verifier has, and what each of them is of what evidence shows. */
import type { LeafIndex } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';

export interface GivenFile {
  /** As it was given. */
  readonly name: string;
  readonly sha256: HexDigest;
  /** Bytes. */
  readonly size: number;
}

export interface ComparedFile extends GivenFile {
  /** Empty: it is nothing that the evidence shows. */
  readonly is: readonly FileMatch[];
}

export type FileMatch =
  /** The content that a `chirograph.File` brought. */
  | { readonly kind: 'content'; readonly index: LeafIndex }
  | {
      readonly kind: 'attachment';
      /** Of the record that attaches it. */
      readonly index: LeafIndex;
      /** From 1. */
      readonly number: number;
      /** The record's own word for it. */
      readonly name?: string;
    };
