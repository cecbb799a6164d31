/** A ledger: the log it writes now, and the logs it had before it lost something (design: `loss`). */
import type { LogDescriptor } from './catalog.js';
import type { AppendedUntil, EntryDraft, Outcome } from './entry-draft.js';
import type { OpenLog } from './internal/open-log.js';
import type { LogReader } from './log-reader.js';

/** See `Sequencer.submit`. */
export type Submit = (
  log: OpenLog,
  drafts: readonly EntryDraft[],
  until?: AppendedUntil,
) => Promise<readonly Outcome[]>;

/** What the first entry of a log says that goes on for another (docs/formats/statement.md). */
export type Loss = NonNullable<LogDescriptor['succeeds']>;

export interface LedgerIdentity {
  readonly name: string;
  readonly handle: string;
  /** Handle of the tenant. */
  readonly tenant: string;
}

export class Ledger {
  readonly identity: LedgerIdentity;
  readonly #logs: readonly { readonly log: OpenLog; readonly reader: LogReader }[];
  readonly #submit: Submit;

  constructor(
    identity: LedgerIdentity,
    logs: readonly { readonly log: OpenLog; readonly reader: LogReader }[],
    submit: Submit,
  ) {
    this.identity = identity;
    this.#logs = logs;
    this.#submit = submit;
  }

  /** Of the log that is written now. */
  get reader(): LogReader {
    return this.#current.reader;
  }

  /** All logs, oldest first; the last is the one that is written. */
  get logs(): readonly LogReader[] {
    return this.#logs.map(({ reader }) => reader);
  }

  /** What was lost before the log that is written now began; null of a first one. */
  get loss(): Loss | null {
    return this.#current.log.descriptor.succeeds ?? null;
  }

  /** Of the log with this number, for an entry that an idempotency key names. */
  logNumbered(number: number): LogReader | undefined {
    return this.#logs.find(({ log }) => log.number === number)?.reader;
  }

  /** Whether a group keeps it, this node among them. */
  get isShared(): boolean {
    return this.#current.log.descriptor.shared === true;
  }

  /** False of a shared ledger while another node writes it, or nobody: `append` is refused. */
  get isWritable(): boolean {
    const { log } = this.#current;
    return log.descriptor.shared !== true || log.writer !== null;
  }

  /** See `Sequencer.submit` for what it throws, and LEDGER_ELSEWHERE where `isWritable` is false. @param until without it, `applied`. */
  append(drafts: readonly EntryDraft[], until?: AppendedUntil): Promise<readonly Outcome[]> {
    return this.#submit(this.#current.log, drafts, until);
  }

  get #current(): { readonly log: OpenLog; readonly reader: LogReader } {
    const current = this.#logs.at(-1);
    if (current === undefined) throw new Error('a ledger without a log');
    return current;
  }
}
