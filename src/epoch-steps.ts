/** What belongs to the rhythm of epochs besides anchoring: steps before one is made, and when it is. */
import type { Anchoring } from './epoch-timer.js';

export interface EpochSteps {
  /** In this order, so that the heads that are anchored hold what they append. None rejects for one ledger's sake. */
  readonly before: readonly (() => Promise<void>)[];
  readonly after: readonly (() => void)[];
  /** Also where the chain failed: others than the chain are told of the epoch too. */
  readonly always?: readonly (() => void)[];
}

export function anchoringWithSteps(
  anchoring: Anchoring,
  { before, after, always = [] }: EpochSteps,
): Anchoring {
  return {
    anchorNow: async () => {
      for (const step of before) await step();
      try {
        const status = await anchoring.anchorNow();
        for (const step of after) step();
        return status;
      } finally {
        for (const step of always) step();
      }
    },
    followAnchors: () => anchoring.followAnchors(),
    anchorStatus: () => anchoring.anchorStatus(),
  };
}
