/** Why a command could not be done. Every one of them ends in exit code 2 and one line. */
import { ChirographError } from '../base/errors.js';

export type CliErrorCode =
  /** A command, option or argument that does not exist or does not fit. */
  | 'CLI_USAGE'
  /** No node at the URL, or it does not answer in time. */
  | 'CLI_NODE_UNREACHABLE'
  /** What answers at the URL is no node, or one of another version. */
  | 'CLI_ANSWER_UNUSABLE'
  /** The node answered with a problem; the line gives its code. */
  | 'CLI_REFUSED'
  /** A file that was named cannot be read or written. */
  | 'CLI_FILE'
  /** Input that is not what the command takes. */
  | 'CLI_INPUT';

export class CliError extends ChirographError<CliErrorCode> {}

/** The node answered with a problem (RFC 9457). */
export class RefusedByNode extends CliError {
  /** Its code, as in docs/errors.md; empty if it gave none. */
  readonly problem: string;

  constructor(problem: string, message: string) {
    super('CLI_REFUSED', message);
    this.problem = problem;
  }
}
