/** Names and seals the pieces of one content, and hashes the whole of it. Pure; wherever it runs. */
import { createHash, type Hash } from 'node:crypto';
import { toBase64 } from '../../base/bytes.js';
import { type Checksum, startChecksum } from '../checksum.js';
import type { ChecksumName } from '../stored-content.js';
import { type ChunkName, nameChunk, PIECE_LENGTH, sealChunk } from './chunk.js';

export interface SealerOptions {
  readonly filesSecret: Uint8Array;
  /** Whether an MD5 is wanted. */
  readonly hasMd5: boolean;
  readonly sums: readonly ChecksumName[];
}

export interface SealedPieces {
  readonly names: readonly ChunkName[];
  /** As they are stored, in the order of their names. */
  readonly blocks: readonly Uint8Array[];
}

export interface ContentDigests {
  readonly sha256: Uint8Array;
  readonly md5: Uint8Array | null;
  readonly sums: Readonly<Partial<Record<ChecksumName, string>>>;
}

export class ContentSealer {
  readonly #filesSecret: Uint8Array;
  readonly #sha256 = createHash('sha256');
  readonly #md5: Hash | null;
  readonly #sums: readonly (readonly [ChecksumName, Checksum])[];

  constructor({ filesSecret, hasMd5, sums }: SealerOptions) {
    this.#filesSecret = filesSecret;
    this.#md5 = hasMd5 ? createHash('md5') : null;
    this.#sums = sums.map((name) => [name, startChecksum(name)] as const);
  }

  /** @param slab what comes next; whole pieces, but at the end. */
  seal(slab: Uint8Array): SealedPieces {
    this.hash(slab);
    const names: ChunkName[] = [];
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < slab.length; at += PIECE_LENGTH) {
      const piece = slab.subarray(at, at + PIECE_LENGTH);
      const name = nameChunk(this.#filesSecret, 0, piece);
      names.push(name);
      blocks.push(sealChunk(name, piece));
    }
    return { names, blocks };
  }

  /** Of content that is not cut. */
  hash(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    this.#md5?.update(bytes);
    for (const [, sum] of this.#sums) sum.update(bytes);
  }

  /** Once, after the last byte. */
  digests(): ContentDigests {
    return {
      sha256: this.#sha256.digest(),
      md5: this.#md5?.digest() ?? null,
      sums: Object.fromEntries(this.#sums.map(([name, sum]) => [name, toBase64(sum.digest())])),
    };
  }
}
