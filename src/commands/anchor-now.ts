/** Makes an epoch of the present heads, and puts it on its way into the chain. */
import type { AnchorReport } from '../anchoring/anchor-report.js';
import type { AnchoredHeads } from '../anchoring/anchored-heads.js';
import type { Anchorer, AnchorState } from '../anchoring/anchorer.js';
import { type EpochSource, makeEpochs } from '../anchoring/epoch-log.js';
import type { NamedSuccession } from '../anchoring/named-chain.js';
import { lastEpoch } from '../anchoring/read-epoch.js';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { KeyStore } from '../keys/key-store.js';
import type { AnchorLag } from './anchor-lag.js';

export type { CalendarStatus } from '../anchoring/calendar-status.js';

export interface AnchorNowDeps {
  readonly epochs: EpochSource;
  readonly anchorer: Anchorer;
  /** False where the node has no chain of its own: epochs are made, and go elsewhere. */
  readonly sendsAnchors: boolean;
  readonly anchored: AnchoredHeads;
  readonly lag: AnchorLag;
  readonly keyStore: KeyStore;
  /** Starts that were allowed to write, this one included. */
  readonly run: number;
}

export interface AnchorStatus {
  /** Size of the epoch log, its first entry included. */
  readonly epochSize: TreeSize;
  /** What of it is final in the chain. */
  readonly settledSize: TreeSize;
  readonly pending: AnchorState;
  /** Origins of logs that do not extend the head that was taken of them: they keep it. Of all tenants. */
  readonly inconsistent: readonly string[];
  /** When the oldest epoch was made that is not final; null where none waits. */
  readonly waitingSince: UnixMillis | null;
  /** Of the chain's money and life. */
  readonly report: AnchorReport;
}

/**
 * Call it again, or `followAnchors`, until `settledSize` has reached `epochSize`.
 *
 * @throws AnchoringError as the chain's own calls; what was made stays, and is taken up again.
 */
export async function anchorNow(deps: AnchorNowDeps): Promise<AnchorStatus> {
  await markEpoch(deps);
  if (!deps.sendsAnchors) return anchorStatus(deps);
  await publishHead(deps);
  const status = await followAnchors(deps);
  if (status.pending.state !== 'idle' || status.settledSize === status.epochSize) return status;
  // It had to wait for an anchor that has settled only now, maybe while the node was down.
  await publishHead(deps);
  return followAnchors(deps);
}

async function publishHead({ epochs, anchorer }: AnchorNowDeps): Promise<void> {
  const { reader } = epochs.epochs;
  const { size } = reader.head;
  if (lastEpoch(reader) !== null)
    await anchorer.publish({ size, rootHash: await reader.rootAt(size) });
}

/**
 * Makes an epoch if a ledger has moved, and remembers it outside the data directory.
 *
 * @param succession that it says, if it is to say one.
 */
export async function markEpoch(deps: AnchorNowDeps, succession?: NamedSuccession): Promise<void> {
  const { epochs, anchorer, lag, keyStore, run } = deps;
  await makeEpochs(epochs, succession);
  await lag.look(epochs.epochs.reader, anchorer.settledSize);
  const { reader } = epochs.epochs;
  const { size, rootHash } = reader.head;
  // A crash before this leaves a mark that is behind, which says less but nothing false.
  await keyStore.putMark({ epochs: { size, rootHash }, run });
}

/** Looks how far the anchor on its way has come. */
export async function followAnchors(deps: AnchorNowDeps): Promise<AnchorStatus> {
  const { anchorer, anchored, epochs, lag } = deps;
  if (!deps.sendsAnchors) return anchorStatus(deps);
  const before = anchorer.settledSize;
  await anchorer.poll();
  // Smaller, where a reorganisation took back what was final.
  const { settledSize } = anchorer;
  if (settledSize !== before) await anchored.note(settledSize);
  await lag.look(epochs.epochs.reader, settledSize);
  return anchorStatus(deps);
}

/** How far it had come when it was last looked at. */
export function anchorStatus({ epochs, anchorer, lag }: AnchorNowDeps): AnchorStatus {
  return {
    epochSize: epochs.epochs.reader.head.size,
    settledSize: anchorer.settledSize,
    pending: anchorer.state,
    inconsistent: epochs.history.inconsistent,
    waitingSince: lag.since,
    report: anchorer.report,
  };
}
