/**
 * What raises a signature to its next level (docs/formats/cades.md, "Levels"). Behind it are time-stamp
 * authorities and revocation services, which are slow, and away at times; whoever asks must be able to tell an
 * outage from a signature of which nothing more can come.
 */
import type { UnixMillis } from '../base/brand.js';

/** In the order in which a signature goes through them; `renewal` again and again. */
export const AUGMENTATION_STEPS = ['T', 'LT', 'LTA', 'renewal'] as const;
export type AugmentationStep = (typeof AUGMENTATION_STEPS)[number];

export interface Augmenter {
  /**
   * What the signature lacks as it stands, or null. Asks nobody and is cheap.
   *
   * @param at now: a renewal is due when the last time-stamp's means are about to end.
   * @throws SigningError for what cannot be read.
   */
  needs(cms: Uint8Array, at: UnixMillis): AugmentationStep | null;

  /** Takes the step that it needs. What is thrown is taken for a fault of this signature's. */
  next(request: AugmentationRequest): Promise<Augmentation>;
}

export interface AugmentationRequest {
  readonly cms: Uint8Array;
  /** What is signed. */
  readonly content: Uint8Array;
  readonly step: AugmentationStep;
  /** Now. */
  readonly at: UnixMillis;
}

export type Augmentation =
  /** The same signature with more added to it. */
  | { readonly kind: 'augmented'; readonly cms: Uint8Array }
  /** What it takes is not there yet, such as a revocation list that is newer than the signature. */
  | { readonly kind: 'later'; readonly until: UnixMillis; readonly reason: string }
  /** No time-stamp authority answers: true of all signatures. Until then, if it is known, none will. */
  | { readonly kind: 'no-time-stamps'; readonly reason: string; readonly until?: UnixMillis }
  /** Services of this signature's certificates do not answer: true of some. */
  | { readonly kind: 'no-revocation'; readonly reason: string }
  /** It would be the same tomorrow. */
  | { readonly kind: 'refused'; readonly reason: string };
