/** What a monitor has to say of a log. All but `misbehaviour` are for who trusts the monitor: nothing of them can be proven to others. */
import { ChirographError } from '../../base/errors.js';
import { CliError, RefusedByNode } from '../cli-error.js';

export type AlarmCode =
  /** Proven: `proof` names the file. */
  | 'misbehaviour'
  /** A smaller head than one that was signed before. */
  | 'rollback'
  /** A larger head, and not that it continues the one seen before. */
  | 'unproven'
  /** No growth for longer than it was to be. */
  | 'stale'
  /** The epoch log says another thing of the ledger than its own head. */
  | 'epoch-differs'
  /** An epoch or an entry waits for longer than it was to, and no final anchor holds it. */
  | 'unanchored'
  /** An anchor is of another chain than the log names, than was pinned, or than the one before it. */
  | 'anchor-chain'
  /** The coin of the last anchor was spent by what is no anchor of this log. */
  | 'anchor-spent'
  /** Signed by another key, which is known for the log's, and to which no handover leads. */
  | 'key-changed'
  /** Signed by a key that was handed over, and beyond what the handover takes from it. */
  | 'key-ended'
  /** Signed by no key that is known for the log's. */
  | 'key-unknown'
  /** Another log at the same place. */
  | 'origin-changed'
  | 'unreachable'
  /** The node answers that it has no such ledger, or nothing of it. */
  | 'gone'
  /** The node refuses. */
  | 'refused'
  /** What comes is no checkpoint. */
  | 'unusable';

export interface Alarm {
  readonly code: AlarmCode;
  /** Where it was seen: `<URL> <ledger>`, or a file. */
  readonly place: string;
  readonly detail: string;
  /** Path of the proof. */
  readonly proof?: string;
}

const GONE: ReadonlySet<string> = new Set([
  'LEDGER_UNKNOWN',
  'LEDGER_CHECKPOINT_UNKNOWN',
  'EPOCH_UNKNOWN',
]);

/** What a failure to be told something amounts to. @throws what is a mistake of the program. */
export function alarmOf(place: string, cause: unknown): Alarm {
  if (!(cause instanceof ChirographError)) throw cause;
  const detail = cause.message;
  if (cause instanceof RefusedByNode)
    return { code: GONE.has(cause.problem) ? 'gone' : 'refused', place, detail };
  if (cause instanceof CliError && cause.code === 'CLI_NODE_UNREACHABLE')
    return { code: 'unreachable', place, detail };
  if (cause instanceof CliError && cause.code !== 'CLI_ANSWER_UNUSABLE') throw cause;
  return { code: 'unusable', place, detail };
}
