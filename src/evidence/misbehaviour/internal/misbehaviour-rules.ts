/** All rules by which a proof of misbehaviour is judged: data, so that tests can take out one at a time. */
import { CHECKPOINT_RULES, type CheckpointsSubject } from './checkpoint-rules.js';
import {
  BEGINNING_RULES,
  type BeginningSubject,
  BINDING_RULES,
  ENTRY_RULES,
  type EntrySubject,
  ROOTS_RULES,
  type TwoHeads,
} from './contradiction-rules.js';
import { CORE_RULES, type CoreSubject } from './core-rules.js';
import { EPOCH_RULES } from './epoch-rules.js';
import type { Rules } from './flaws.js';
import { IDENTITY_RULES, type IdentitySubject } from './identity-rules.js';
import type { EpochsSubject } from './read-epochs.js';

export interface MisbehaviourRules {
  readonly checkpoints: Rules<CheckpointsSubject>;
  readonly roots: Rules<TwoHeads>;
  readonly beginning: Rules<BeginningSubject>;
  readonly entry: Rules<EntrySubject>;
  readonly binding: Rules<TwoHeads>;
  readonly epochs: Rules<EpochsSubject>;
  readonly core: Rules<CoreSubject>;
  readonly identity: Rules<IdentitySubject>;
}

export const MISBEHAVIOUR_RULES: MisbehaviourRules = {
  checkpoints: CHECKPOINT_RULES,
  roots: ROOTS_RULES,
  beginning: BEGINNING_RULES,
  entry: ENTRY_RULES,
  binding: BINDING_RULES,
  epochs: EPOCH_RULES,
  core: CORE_RULES,
  identity: IDENTITY_RULES,
};
