/**
 * What one shared ledger of a tenant has its holders destroy is named in the tenant's others too, by whoever writes these: they rest
 * on the same secrets, and not everybody who keeps one of them keeps the other.
 */
import { ChirographError } from '../../base/errors.js';
import type { EntryDraft } from '../../ledger/entry-draft.js';
import { erasureDraft } from '../../ledger/erasure-draft.js';
import type { ErasureStatement } from '../../records/statement.js';
import { mayAppend } from '../protocol/member-state.js';
import type { SharedLedger } from './shared-ledger.js';

export interface TellingParts {
  readonly all: () => readonly SharedLedger[];
  readonly onFailure: (cause: unknown) => void;
}

export class Telling {
  readonly #parts: TellingParts;
  /** Of those that this node writes, and has told of all that others name. */
  readonly #told = new Set<SharedLedger>();

  constructor(parts: TellingParts) {
    this.#parts = parts;
  }

  /** @param named in this ledger. @throws LedgerError as appending. */
  async passOn(from: SharedLedger, named: readonly ErasureStatement[]): Promise<void> {
    for (const other of this.#parts.all())
      if (isBeside(other, from) && mayAppend(other.state)) await tell(other, named);
  }

  /** Whoever wrote a ledger before may have gone before it had told there what the others name. */
  look(): void {
    const all = this.#parts.all();
    const untold = all.filter((ledger) => mayAppend(ledger.state) && !this.#told.has(ledger));
    for (const ledger of all) if (!mayAppend(ledger.state)) this.#told.delete(ledger);
    for (const ledger of untold) this.#told.add(ledger);
    if (untold.length > 0) void this.#tellAll(untold);
  }

  /** Of many ledgers few name anything: these are found once for all that are to be told. */
  async #tellAll(untold: readonly SharedLedger[]): Promise<void> {
    const naming: SharedLedger[] = [];
    try {
      for (const ledger of this.#parts.all())
        if (await ledger.store.erasures.areThere()) naming.push(ledger);
    } catch (cause) {
      this.#failed(untold, cause);
      return;
    }
    for (const ledger of untold) void this.#tellOf(ledger, naming);
  }

  async #tellOf(ledger: SharedLedger, naming: readonly SharedLedger[]): Promise<void> {
    try {
      for (const other of naming)
        if (isBeside(other, ledger)) await tell(ledger, other.store.erasures.from(0));
    } catch (cause) {
      this.#failed([ledger], cause);
    }
  }

  /** It is looked again: perhaps another node writes by then. */
  #failed(untold: readonly SharedLedger[], cause: unknown): void {
    for (const ledger of untold) this.#told.delete(ledger);
    if (!(cause instanceof ChirographError)) this.#parts.onFailure(cause);
  }
}

/** Enters what of these the log does not name yet. */
async function tell(
  ledger: SharedLedger,
  named: Iterable<ErasureStatement> | AsyncIterable<ErasureStatement>,
): Promise<void> {
  const { erasures } = ledger.store;
  const since = await erasures.sharedSince();
  const drafts: EntryDraft[] = [];
  for await (const { id, recordedAt, rows } of named)
    // What was named before the log had other holders had been destroyed by then.
    if (recordedAt >= since && rows[0] !== undefined && !(await erasures.names(rows[0])))
      drafts.push(erasureDraft(id, rows));
  if (drafts.length > 0) await ledger.append(drafts);
}

/** Of the same tenant. */
function isBeside(other: SharedLedger, { origin, store }: SharedLedger): boolean {
  return other.origin !== origin && other.store.tenant === store.tenant;
}
