/** What the thread that seals content is asked, and answers. */
import type { ContentDigests, SealedPieces, SealerOptions } from './content-sealer.js';

export type SealingRequest =
  | { readonly kind: 'begin'; readonly id: number; readonly options: SealerOptions }
  | { readonly kind: 'seal'; readonly id: number; readonly slab: Uint8Array }
  | { readonly kind: 'digests'; readonly id: number }
  | { readonly kind: 'drop'; readonly id: number };

/** In the order of the requests of one id. */
export type SealingAnswer = { readonly id: number } & (
  | {
      readonly kind: 'sealed';
      readonly names: Uint8Array;
      readonly blocks: Uint8Array;
      readonly lengths: readonly number[];
    }
  | { readonly kind: 'digests'; readonly digests: ContentDigests }
);

/** In two buffers, which can be given away whole. */
export function packPieces({ names, blocks }: SealedPieces): {
  names: Uint8Array<ArrayBuffer>;
  blocks: Uint8Array<ArrayBuffer>;
  lengths: readonly number[];
} {
  const packed = new Uint8Array(64 * names.length);
  names.forEach(({ address, key }, n) => {
    packed.set(address, 64 * n);
    packed.set(key, 64 * n + 32);
  });
  const lengths = blocks.map(({ length }) => length);
  const joined = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    joined.set(block, at);
    at += block.length;
  }
  return { names: packed, blocks: joined, lengths };
}

export function unpackPieces(
  names: Uint8Array,
  blocks: Uint8Array,
  lengths: readonly number[],
): SealedPieces {
  let at = 0;
  return {
    names: lengths.map((_, n) => ({
      // Copies: references live longer than what they are packed with.
      address: names.slice(64 * n, 64 * n + 32),
      key: names.slice(64 * n + 32, 64 * n + 64),
    })),
    blocks: lengths.map((length) => blocks.subarray(at, (at += length))),
  };
}
