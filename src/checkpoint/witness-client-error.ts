/**
 * Why a witness that was asked has not cosigned. The codes stand in logs and in what `witness submit` prints;
 * HTTP never shows them. docs/errors.md says what to do.
 */
import { ChirographError } from '../base/errors.js';

export type WitnessClientErrorCode =
  /** The policy names no URL for it, or one that cannot be asked. */
  | 'WITNESS_WITHOUT_URL'
  /** It failed of late, and is left alone for a while. */
  | 'WITNESS_RESTING'
  /** It does not know the log, or not its key. */
  | 'WITNESS_KNOWS_NOT'
  /** It has cosigned a larger head of the log than the one it was asked to. */
  | 'WITNESS_AHEAD'
  /** It says that the log has not grown from what it had cosigned. */
  | 'WITNESS_CONTRADICTS'
  /** It answers what is no cosignature by its key, or has another time than now. */
  | 'WITNESS_ANSWER_UNUSABLE';

export class WitnessClientError extends ChirographError<WitnessClientErrorCode> {}
