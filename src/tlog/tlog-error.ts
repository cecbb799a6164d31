import { BaseError, ChirographError } from '../base/errors.js';

export type TlogErrorCode =
  | 'TILE_PATH_MALFORMED'
  | 'TILE_MALFORMED'
  | 'ENTRY_BUNDLE_MALFORMED'
  | 'NOTE_KEY_MALFORMED'
  | 'NOTE_MALFORMED'
  | 'NOTE_UNVERIFIED'
  | 'CHECKPOINT_MALFORMED'
  | 'CHECKPOINT_OF_OTHER_LOG'
  | 'LOG_BINDING_MALFORMED'
  | 'COSIGNATURE_MALFORMED'
  | 'WITNESS_REQUEST_MALFORMED'
  | 'POLICY_MALFORMED'
  | 'LOG_PROOF_MALFORMED'
  | 'LOG_PROOF_UNVERIFIED'
  | 'MAP_PROOF_MALFORMED';

/** Transparency-log input that is not what its format says, or does not prove what it claims. */
export class TlogError extends ChirographError<TlogErrorCode> {}

/** Runs a decoder of base/ and gives its refusals this folder's code. */
export function refusedAs<T>(code: TlogErrorCode, what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new TlogError(code, `${what}: ${cause.message}`, { cause });
  }
}
