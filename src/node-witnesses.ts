/** The witnesses of a node: who is asked, and what they have of its epoch log when it starts. */
import type { EpochHistory } from './anchoring/epoch-history.js';
import { EpochWitnesses } from './anchoring/epoch-witnesses.js';
import { type Logger, silentLogger } from './base/logger.js';
import type { Clock } from './base/time.js';
import { WitnessRounds } from './checkpoint/witness-rounds.js';
import type { SendOutbound } from './keys/outbound-message.js';
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

/** Null where nobody is asked. @throws AnchoringError ANCHOR_STATE_INVALID. */
export async function openNodeWitnesses(
  { witnessing, dataDirectory, clock, logger = silentLogger }: NodeWitnessesParts,
  history: EpochHistory,
): Promise<EpochWitnesses | null> {
  if (!witnessing) return null;
  const { policy, send } = witnessing;
  const log = parseVerifierKey(history.log.epochs.verifierKey);
  const rounds = new WitnessRounds({ policy, send, clock, log });
  return EpochWitnesses.open({ history, policy, rounds, dataDirectory, clock, logger });
}
