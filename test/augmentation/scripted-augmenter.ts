/**
 * Stands for authorities and revocation services: adds something real to real signatures, and can be told to be
 * away or to refuse. How often a signature has been raised says which step it needs next.
 */
import {
  type Augmentation,
  type AugmentationRequest,
  type AugmentationStep,
  AUGMENTATION_STEPS,
  type Augmenter,
} from '../../src/augmentation/augmenter.js';
import type { UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import { augmented, timesAugmented } from '../support/augmented-cms.js';

export class ScriptedAugmenter implements Augmenter {
  /** Steps taken, in order. */
  readonly taken: AugmentationStep[] = [];
  /** What answers in place of a new version; null for one. */
  answer: (request: AugmentationRequest) => Augmentation | null = () => null;
  /** From when on the last time-stamps are to be renewed. */
  renewalDueAt = Infinity;

  needs(cms: Uint8Array, at: UnixMillis): AugmentationStep | null {
    const times = timesAugmented(cms);
    if (times < 3) return AUGMENTATION_STEPS[times] ?? null;
    return at >= this.renewalDueAt && times === 3 ? 'renewal' : null;
  }

  async next(request: AugmentationRequest): Promise<Augmentation> {
    await Promise.resolve();
    const answer = this.answer(request);
    if (answer !== null) return answer;
    this.taken.push(request.step);
    return { kind: 'augmented', cms: augmented(request.cms, utf8(request.step)) };
  }
}
