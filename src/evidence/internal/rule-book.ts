/** All the rules of the verifier, check by check. Tests plant faults by handing over another book. */
import type { RecordHeader } from '../../records/header.js';
import type { EvidenceFile } from '../evidence-file.js';
import { type AnchorRuleBook, ANCHOR_RULE_BOOK } from './check-anchor.js';
import { AUTHOR_RULES, type AuthorSubject } from './check-author.js';
import { BATCH_RULES, type BatchSubject } from './check-batch.js';
import { CHECKPOINT_RULES } from './check-checkpoint.js';
import { CLAIM_RULES } from './check-claim.js';
import { STAMP_RULES, type StampSubject } from './check-epoch-stamp.js';
import { FORMAT_RULES } from './check-format.js';
import { HANDOVER_RULES } from './check-handovers.js';
import { HEADER_RULES } from './check-header.js';
import { INCLUSION_RULES } from './check-inclusion.js';
import { IDENTITY_RULES, type IdentitySubject } from './check-log-identity.js';
import { PAYLOAD_RULES } from './check-payload.js';
import { SIGNATURE_RULES, type SignatureSubject } from './check-signature.js';
import { STATEMENT_RULES } from './check-statement.js';
import { TAG_RULES } from './check-tags.js';
import { WITNESSED_RULES, type WitnessedSubject } from './check-witnessed.js';
import { GROUP_RULES } from './election-rules.js';
import type { GroupSubject, HandoverSubject } from './handover-subject.js';
import type { Rules } from './outcome.js';
import type { ReadEvidence, ReadLogFile } from './read-evidence.js';
import type { ReadEntry } from './read-statement.js';

export interface RuleBook extends AnchorRuleBook {
  readonly witnessed: Rules<WitnessedSubject>;
  readonly format: Rules<EvidenceFile>;
  readonly statement: Rules<ReadLogFile>;
  readonly header: Rules<ReadEntry>;
  readonly payload: Rules<ReadEntry>;
  readonly tags: Rules<ReadEntry>;
  readonly claim: Rules<RecordHeader>;
  readonly author: Rules<AuthorSubject>;
  readonly inclusion: Rules<ReadEvidence>;
  readonly checkpoint: Rules<ReadLogFile>;
  readonly groups: Rules<GroupSubject>;
  readonly handovers: Rules<HandoverSubject>;
  readonly identity: Rules<IdentitySubject>;
  readonly batch: Rules<BatchSubject>;
  readonly signature: Rules<SignatureSubject>;
  readonly stamp: Rules<StampSubject>;
}

export const RULE_BOOK: RuleBook = {
  format: FORMAT_RULES,
  statement: STATEMENT_RULES,
  header: HEADER_RULES,
  payload: PAYLOAD_RULES,
  tags: TAG_RULES,
  claim: CLAIM_RULES,
  author: AUTHOR_RULES,
  inclusion: INCLUSION_RULES,
  checkpoint: CHECKPOINT_RULES,
  groups: GROUP_RULES,
  handovers: HANDOVER_RULES,
  identity: IDENTITY_RULES,
  batch: BATCH_RULES,
  signature: SIGNATURE_RULES,
  stamp: STAMP_RULES,
  ...ANCHOR_RULE_BOOK,
  witnessed: WITNESSED_RULES,
};
