/**
 * Appends records to a ledger. Each stands alone: it has its own receipt or its own error, whatever
 * becomes of its neighbours; all of them are durable when this returns.
 */
import { ChirographError } from '../base/errors.js';
import type { RandomSource } from '../base/random.js';
import { monthOf } from '../base/secret-scope.js';
import type { Clock } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { draftOf, type EntryDraft, type Outcome } from '../ledger/entry-draft.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { Ledger } from '../ledger/ledger.js';
import type { AnchoredSize, Receipt } from '../queries/receipt.js';
import { receiptAgain, receiptOf } from '../queries/receipt.js';
import { prepareRecord } from '../records/prepare-record.js';
import type { RecordInput } from '../records/record-input.js';
import { scopesOfRecord } from '../records/record-scopes.js';
import { idempotencyTag } from '../records/tag.js';
import { checkRetraction } from './internal/check-retraction.js';
import { secretsFor } from './internal/secrets-for.js';

export interface AppendRecordsDeps {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly anchoredSize: AnchoredSize;
  /** Key under which `Idempotency-Key`s of a tenant are kept. */
  readonly idempotencyKey: (tenant: string) => Uint8Array;
}

export interface RecordRequest {
  readonly record: RecordInput;
  readonly idempotencyKey: string | null;
}

export interface AppendTarget {
  readonly tenant: string;
  readonly ledger: string;
  readonly author: string;
}

export type RecordResult =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly isRepeated: boolean }
  | { readonly kind: 'error'; readonly error: ChirographError };

/**
 * @returns one result for each request, in order.
 * @throws LedgerError LEDGER_UNKNOWN, LEDGER_PUSHBACK, LEDGER_READ_ONLY, LEDGER_CLOSED, LEDGER_FAILED.
 */
export async function appendRecords(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  requests: readonly RecordRequest[],
): Promise<RecordResult[]> {
  const ledger = deps.store.ledger(target.tenant, target.ledger);
  const first = await attempt(deps, target, ledger, requests);
  const stale = requests.filter((_, at) => first[at] === 'stale');
  if (stale.length === 0) return first as RecordResult[];
  // A month began in between. It does not begin twice within one request.
  const second = await attempt(deps, target, ledger, stale);
  return first.map((result) => {
    const settled = result === 'stale' ? second.shift() : result;
    if (settled === undefined || settled === 'stale')
      throw new LedgerError('LEDGER_PUSHBACK', 'the clock is between two months: try again');
    return settled;
  });
}

async function attempt(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  ledger: Ledger,
  requests: readonly RecordRequest[],
): Promise<(RecordResult | 'stale')[]> {
  const drafts = await Promise.all(
    requests.map((request) => orError(() => prepare(deps, target, ledger, request))),
  );
  const ready = drafts.filter((draft): draft is ReadyRecord => !(draft instanceof ChirographError));
  const outcomes = await appendOrRelease(deps.store.vaultOf(target.tenant), ledger, ready);
  let next = 0;
  return Promise.all(
    drafts.map(async (draft) => {
      if (draft instanceof ChirographError) return { kind: 'error' as const, error: draft };
      const outcome = outcomes[next++];
      if (outcome === undefined) throw new Error('fewer outcomes than drafts');
      return resultOf(deps, ledger, outcome);
    }),
  );
}

/** Secrets minted for what is not appended must not wait in the vault for ever. */
async function appendOrRelease(
  vault: Vault,
  ledger: Ledger,
  ready: readonly ReadyRecord[],
): Promise<readonly Outcome[]> {
  try {
    const outcomes = await ledger.append(ready.map(({ draft }) => draft));
    outcomes.forEach(({ kind }, at) => {
      if (kind !== 'appended') vault.release(ready[at]?.used ?? []);
    });
    return outcomes;
  } catch (cause) {
    for (const { used } of ready) vault.release(used);
    throw cause;
  }
}

/** A draft, and each time that a secret was asked for on its behalf. */
interface ReadyRecord {
  readonly draft: EntryDraft;
  readonly used: readonly Uint8Array[];
}

async function prepare(
  deps: AppendRecordsDeps,
  { author, tenant, ledger: name }: AppendTarget,
  ledger: Ledger,
  { record, idempotencyKey }: RecordRequest,
): Promise<ReadyRecord> {
  const vault = deps.store.vaultOf(tenant);
  const month = monthOf(deps.clock.now());
  const { secrets, used } = await secretsFor(vault, scopesOfRecord(record, author, month));
  try {
    const prepared = prepareRecord(record, {
      author,
      secrets,
      month,
      idempotent: idempotencyKey !== null,
      schema: 'none',
      random: deps.random,
    });
    if (prepared.retracts !== null) await checkRetraction(ledger.reader, prepared);
    const tag =
      idempotencyKey === null
        ? null
        : idempotencyTag(deps.idempotencyKey(tenant), name, idempotencyKey);
    return { draft: draftOf(prepared, tag), used };
  } catch (cause) {
    vault.release(used);
    throw cause;
  }
}

async function resultOf(
  { anchoredSize }: AppendRecordsDeps,
  ledger: Ledger,
  outcome: Outcome,
): Promise<RecordResult | 'stale'> {
  switch (outcome.kind) {
    case 'appended':
      return { kind: 'receipt', receipt: receiptOf(outcome, anchoredSize), isRepeated: false };
    case 'repeated': {
      const reader = ledger.logNumbered(outcome.log);
      if (reader === undefined) throw new Error('an idempotency key of another ledger');
      const receipt = await receiptAgain(reader, outcome.index, anchoredSize);
      return { kind: 'receipt', receipt, isRepeated: true };
    }
    case 'conflict':
      return {
        kind: 'error',
        error: new LedgerError(
          'LEDGER_IDEMPOTENCY_CONFLICT',
          'this Idempotency-Key was used for another record: use a new key for a new record',
        ),
      };
    case 'stale':
      return 'stale';
  }
}

/** An error of the record itself is its result; anything else is not the record's. */
async function orError<T>(run: () => Promise<T>): Promise<T | ChirographError> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChirographError) return error;
    throw error;
  }
}
