/** Where content is sealed: in this thread, or in one of its own. */
import {
  ContentSealer,
  type ContentDigests,
  type SealedPieces,
  type SealerOptions,
} from './content-sealer.js';

/** Of one content. What is asked for comes in the order in which it was asked for. */
export interface Sealing {
  /** @param slab is given away: it must not be used any more. */
  seal(slab: Uint8Array<ArrayBuffer>): Promise<SealedPieces>;
  digests(): Promise<ContentDigests>;
  /** Nothing more will be asked for. */
  drop(): void;
}

export interface SealingPort {
  begin(options: SealerOptions): Sealing;
  close(): Promise<void>;
}

export const inlineSealing: SealingPort = {
  begin: (options) => {
    const sealer = new ContentSealer(options);
    return {
      seal: (slab) => Promise.resolve(sealer.seal(slab)),
      digests: () => Promise.resolve(sealer.digests()),
      drop: () => undefined,
    };
  },
  close: () => Promise.resolve(),
};
