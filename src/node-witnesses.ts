/** The witnesses of a node: who is asked, and what they have of its epoch log when it starts. */
import type { EpochHistory } from './anchoring/epoch-history.js';
import { EpochWitnesses, type EpochWitnessesOptions } from './anchoring/epoch-witnesses.js';
import type { TreeSize } from './base/brand.js';
import { type Logger, silentLogger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { OwnLog } from './checkpoint/witness-claim.js';
import { askMemories, claimsAmong, contradictionOf, weighed } from './checkpoint/witness-memory.js';
import { WitnessRounds } from './checkpoint/witness-rounds.js';
import type { SendOutbound } from './keys/outbound-message.js';
import type { LogReader } from './ledger/log-reader.js';
import { parseVerifierKey } from './tlog/note-key.js';
import type { WitnessPolicy } from './tlog/witness-policy.js';

/** Whom to ask, and how. */
export interface Witnessing {
  readonly policy: WitnessPolicy;
  readonly send: SendOutbound;
}

export interface NodeWitnessesParts {
  readonly witnessing?: Witnessing | null;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** What asking before the first write came to. */
export interface Comparison {
  /** Why nothing may be written, or null. */
  readonly refusal: string | null;
  /** Whether anybody has the head that the log has, or one that it grew out of. */
  readonly isCompared: boolean;
  /** Witnesses that say otherwise and show nothing for it. */
  readonly unproven: readonly string[];
}

/**
 * Asks what the witnesses have of the epoch log. That none answers holds up nothing: who writes on then is found
 * out when one does.
 *
 * @param epochs null before the epoch log was made.
 */
export async function compareWithWitnesses(
  { witnessing, clock, logger = silentLogger }: NodeWitnessesParts,
  epochs: LogReader | null,
): Promise<Comparison> {
  if (!witnessing || epochs === null || epochs.head.size === 0)
    return { refusal: null, isCompared: false, unproven: [] };
  const { size } = epochs.head;
  const head = {
    note: await epochs.checkpointAt(size),
    proofFrom: (from: TreeSize) => epochs.consistencyProof(from, size),
  };
  const log = ownLog(epochs);
  const memories = await askMemories(head, { ...witnessing, clock, log });
  const isCompared = memories.some(({ kind }) => kind === 'agrees');
  const claims = claimsAmong(memories);
  if (!isCompared)
    logger.warn('no witness says how far the epoch log had come; it is written on', {
      size,
      memories,
    });
  const unproven = claims.filter(({ isProven }) => !isProven).map(({ witness }) => witness);
  if (unproven.length > 0)
    logger.error('witnesses say that the epoch log is behind or another, and prove nothing', {
      size,
      claims,
    });
  return { refusal: contradictionOf(size, claims, isCompared), isCompared, unproven };
}

function ownLog(epochs: LogReader): OwnLog {
  return {
    key: parseVerifierKey(epochs.verifierKey),
    size: () => epochs.head.size,
    rootAt: (size) => epochs.rootAt(size),
  };
}

/** Null where nobody is asked. @throws AnchoringError ANCHOR_STATE_INVALID. */
export async function openNodeWitnesses(
  { witnessing, dataDirectory, clock, logger = silentLogger }: NodeWitnessesParts,
  history: EpochHistory,
  judged: Pick<EpochWitnessesOptions, 'isCompared' | 'unproven' | 'onContradiction'>,
): Promise<EpochWitnesses | null> {
  if (!witnessing) return null;
  const { policy, send } = witnessing;
  const log = ownLog(history.log.epochs);
  const rounds = new WitnessRounds({ policy, send, clock, log: log.key });
  const weigh: EpochWitnessesOptions['weigh'] = async (name, said, signal) => {
    const url = policy.witnesses.find((witness) => witness.name === name)?.url ?? null;
    return url === null ? { ...said, isProven: false } : weighed(said, url, log, send, signal);
  };
  const parts = { history, policy, rounds, weigh, dataDirectory, clock, logger };
  return EpochWitnesses.open({ ...judged, ...parts });
}
