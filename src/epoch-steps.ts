/** What belongs to the rhythm of epochs besides anchoring: steps before one is made, and when it is. */
import type { Anchoring } from './epoch-timer.js';

export interface EpochSteps {
  /** In this order, so that the heads that are anchored hold what they append. None rejects for one ledger's sake. */
  readonly before: readonly (() => Promise<void>)[];
  readonly after: readonly (() => void)[];
}

export function anchoringWithSteps(anchoring: Anchoring, { before, after }: EpochSteps): Anchoring {
  return {
    anchorNow: async () => {
      for (const step of before) await step();
      const status = await anchoring.anchorNow();
      for (const step of after) step();
      return status;
    },
    followAnchors: () => anchoring.followAnchors(),
    anchorStatus: () => anchoring.anchorStatus(),
  };
}
