/** Another chain of anchors, under another key, takes the place of one that has ended: the epoch log says so first. */
import type { NamedSuccession } from '../anchoring/named-chain.js';
import { parseOutpoint } from '../anchoring/outpoint-text.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { SuccessionCause } from '../records/statement.js';
import { type AnchorNowDeps, followAnchors, markEpoch } from './anchor-now.js';
import type { NamedCoin } from './fund-anchors.js';

export { SUCCESSION_CAUSES } from '../records/statement.js';

export interface AnchorSuccession {
  readonly succeedAnchors: (
    outpoint: Outpoint | null,
    cause: SuccessionCause,
  ) => Promise<NamedSuccession>;
}

export interface SucceededChain extends NamedCoin {
  readonly cause: SuccessionCause;
  /** The coin that the old chain ended at; null of one that had none. */
  readonly before: string | null;
}

/**
 * Whatever a crash leaves of it is taken up when the node opens again; what was made stays.
 *
 * @throws AnchoringError as `Anchorer.planSuccession`.
 */
export async function makeSuccession(
  deps: AnchorNowDeps,
  outpoint: Outpoint | null,
  cause: SuccessionCause,
): Promise<NamedSuccession> {
  const { anchorer } = deps;
  // One that the log has already, and an anchor or a spend of the old chain that nobody has looked at yet.
  await anchorer.followLog();
  await followAnchors(deps);
  const succession = await anchorer.planSuccession(outpoint, cause);
  // A crash here leaves nothing.
  await markEpoch(deps, succession);
  // A crash here leaves a log that names the new chain: the next opening follows it.
  await anchorer.followLog();
  return succession;
}

/** @param outpoint null asks for the coin that a first chain would start from. */
export async function succeedAnchors(
  node: AnchorSuccession,
  outpoint: string | null,
  cause: SuccessionCause,
): Promise<SucceededChain> {
  const coin = outpoint === null ? null : parseOutpoint(outpoint);
  const { statement } = await node.succeedAnchors(coin, cause);
  const { ended, first, value } = statement;
  return { cause, before: ended.last ?? null, outpoint: first, value };
}
