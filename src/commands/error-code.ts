/** Every code that a command or a query may fail with: whoever answers for them maps all of these. */
import type { AccessErrorCode } from '../access/access-error.js';
import type { AnchoringErrorCode } from '../anchoring/errors.js';
import type { BackupErrorCode } from '../backup/backup-error.js';
import type { BaseErrorCode } from '../base/errors.js';
import type { CheckpointErrorCode } from '../checkpoint/checkpoint-error.js';
import type { BitcoinProofErrorCode } from '../evidence/bitcoin/errors.js';
import type { EvidenceErrorCode } from '../evidence/evidence-error.js';
import type { OpenTimestampsErrorCode } from '../evidence/opentimestamps/errors.js';
import type { IdentityErrorCode } from '../identities/identity-error.js';
import type { KeysErrorCode } from '../keys/keys-error.js';
import type { LedgerErrorCode } from '../ledger/ledger-error.js';
import type { QueryErrorCode } from '../queries/query-error.js';
import type { RecordsErrorCode } from '../records/records-error.js';
import type { SharingErrorCode } from '../replication/replication-error.js';
import type { ReportErrorCode } from '../reports/report-error.js';
import type { RetentionErrorCode } from '../retention/retention-error.js';
import type { SchemasErrorCode } from '../schemas/schemas-error.js';
import type { SigningErrorCode } from '../signing/signing-error.js';
import type { TlogErrorCode } from '../tlog/tlog-error.js';
import type { ViewsErrorCode } from '../views/views-error.js';
import type { CommandErrorCode } from './command-error.js';

export type OperationErrorCode =
  | AccessErrorCode
  | AnchoringErrorCode
  | BackupErrorCode
  | BaseErrorCode
  | BitcoinProofErrorCode
  | CheckpointErrorCode
  | CommandErrorCode
  | EvidenceErrorCode
  | IdentityErrorCode
  | KeysErrorCode
  | LedgerErrorCode
  | OpenTimestampsErrorCode
  | QueryErrorCode
  | RecordsErrorCode
  | RetentionErrorCode
  | SchemasErrorCode
  | ReportErrorCode
  | SharingErrorCode
  | SigningErrorCode
  | TlogErrorCode
  | ViewsErrorCode;
