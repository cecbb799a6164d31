/** Refusals of a command that no part below it could have known of. */
import { ChirographError } from '../base/errors.js';

export type CommandErrorCode =
  /** The CMS does not match the entry's statement, or cannot be read. */
  | 'SIGNATURE_REFUSED'
  /** A signing that cannot be prepared or completed as it is asked for: its certificate, algorithm or entry. */
  | 'SIGNING_REFUSED'
  /** What is to be signed is no record of the log that is written. */
  | 'SIGNATURE_OF_NO_RECORD'
  /** The entry has as many signatures as an evidence file can hold. */
  | 'SIGNATURE_LIMIT'
  /** The node has no seal: `seal` is off, or its certificate is missing. */
  | 'SEAL_NOT_CONFIGURED'
  /** A closed log gets no more map entries, and its last one does not cover what is asked. */
  | 'MAP_NOT_COVERING'
  /** The ledger does not give the durability that is asked for. */
  | 'DURABILITY_REFUSED'
  /** The thread that prepares records failed; none of the request's was appended. */
  | 'PREPARATION_INTERRUPTED';

export class CommandError extends ChirographError<CommandErrorCode> {}
