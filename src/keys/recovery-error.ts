/** What is wrong with shares and escrow files (docs/formats/escrow.md). No message quotes a secret. */
import { ChirographError } from '../base/errors.js';

export type RecoveryErrorCode =
  /** A share, or the public part, is not what was written: get it from its officer again. */
  | 'RECOVERY_SHARE_DAMAGED'
  /** Shares of different ceremonies: ask each officer for the share of this one. */
  | 'RECOVERY_SHARES_MIXED'
  /** The same share twice: another officer is needed. */
  | 'RECOVERY_SHARE_TWICE'
  /** Fewer than make the key: ask more officers. */
  | 'RECOVERY_SHARES_TOO_FEW'
  /** Together they make another key than they name: one of them is no share of it. */
  | 'RECOVERY_SHARES_WRONG'
  /** Written by a newer version of the program. */
  | 'RECOVERY_FORMAT_NEWER'
  /** An escrow file is not what was written: take another copy of it. */
  | 'ESCROW_DAMAGED'
  /** It is sealed to another key than the shares make, or of another node. */
  | 'ESCROW_FOREIGN'
  /** It is of an older generation of the vault than the data: find the newest. */
  | 'ESCROW_OLD'
  /** It is of a newer one: the data are an older copy; find newer data. */
  | 'ESCROW_AHEAD'
  /** A tenant has no escrow file among those given. */
  | 'ESCROW_MISSING';

export class RecoveryError extends ChirographError<RecoveryErrorCode> {}
