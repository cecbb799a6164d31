/**
 * Two kinds of failure: programmer mistakes `assert` and crash; operating errors are a
 * `ChirographError` of their folder's subclass, with a literal `code` that is stable for ever.
 */
export abstract class ChirographError<Code extends string = string> extends Error {
  /** Stable, documented in docs/errors.md; callers switch on it, never on the message. */
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

export type BaseErrorCode =
  | 'BYTES_MALFORMED'
  | 'JSON_MALFORMED'
  | 'JSON_NOT_CANONICAL'
  | 'TIME_MALFORMED'
  | 'DATE_NOT_IN_ZONE';

/** Input that is not what its format says. `message` never quotes the input itself. */
export class BaseError extends ChirographError<BaseErrorCode> {}

/** A programmer's mistake: the process has no business going on with it. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
