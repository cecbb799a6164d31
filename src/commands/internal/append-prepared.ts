/** What appending records has in common, whether they come parsed or as lines of text. */
import { ChirographError } from '../../base/errors.js';
import { monthOf } from '../../base/secret-scope.js';
import { draftOf, type EntryDraft, type Outcome } from '../../ledger/entry-draft.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LogReader } from '../../ledger/log-reader.js';
import { type AnchoredSize, receiptAgain, receiptOf } from '../../queries/receipt.js';
import type { AppendRecordsDeps, AppendTarget, RecordResult } from '../append-records.js';
import type {
  FindSecrets,
  Preparation,
  PreparationContext,
  PreparedRecord,
} from '../preparation/preparer.js';
import { checkRetraction } from './check-retraction.js';
import { SecretsInUse } from './secrets-in-use.js';

/** Prepares all items, in order, for one month and with the secrets that it is handed. */
export type PrepareItems<T> = (
  items: readonly T[],
  context: PreparationContext,
  find: FindSecrets,
) => Promise<readonly Preparation[]>;

/** @throws as `appendRecords`. */
export async function appendPrepared<T>(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  items: readonly T[],
  prepare: PrepareItems<T>,
): Promise<RecordResult[]> {
  const ledger = deps.store.ledger(target.tenant, target.ledger);
  const first = await attempt(deps, target, ledger, items, prepare);
  const stale = items.filter((_, at) => first[at] === 'stale');
  if (stale.length === 0) return first as RecordResult[];
  // A month began in between, or the vault was rotated. Neither happens twice within one request.
  const second = await attempt(deps, target, ledger, stale, prepare);
  return first.map((result) => {
    const settled = result === 'stale' ? second.shift() : result;
    if (settled === undefined || settled === 'stale')
      throw new LedgerError('LEDGER_PUSHBACK', 'the clock is between two months: try again');
    return settled;
  });
}

async function attempt<T>(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  ledger: Ledger,
  items: readonly T[],
  prepare: PrepareItems<T>,
): Promise<(RecordResult | 'stale')[]> {
  const vault = deps.store.vaultOf(target.tenant);
  const vaultGeneration = vault.state().generation;
  const context = {
    ...target,
    month: monthOf(deps.clock.now()),
    idempotencyKey: deps.idempotencyKey(target.tenant),
    vaultGeneration,
  };
  const secrets = new SecretsInUse(vault);
  try {
    const prepared = await prepare(items, context, (scopes) => secrets.find(scopes));
    // Some of the secrets may have been destroyed since they were found.
    if (vault.state().generation !== vaultGeneration) return items.map(() => 'stale');
    const drafts = await draftsOf(ledger, prepared);
    const outcomes = await ledger.append(drafts.filter(isDraft));
    return await resultsOf(deps, ledger, drafts, outcomes);
  } finally {
    secrets.release();
  }
}

async function draftsOf(
  { reader }: Ledger,
  prepared: readonly Preparation[],
): Promise<(EntryDraft | ChirographError)[]> {
  const drafts: (EntryDraft | ChirographError)[] = [];
  for (const one of prepared)
    if (one instanceof ChirographError) drafts.push(one);
    else {
      const refusal = one.entry.retracts === null ? null : await retractionRefusal(reader, one);
      drafts.push(refusal ?? draftOf(one.entry, one.idempotencyTag));
    }
  return drafts;
}

async function retractionRefusal(
  reader: LogReader,
  { entry }: PreparedRecord,
): Promise<ChirographError | null> {
  try {
    await checkRetraction(reader, entry);
    return null;
  } catch (error) {
    if (error instanceof ChirographError) return error;
    throw error;
  }
}

/** Results in the places of their drafts. */
async function resultsOf(
  { anchoredSize }: AppendRecordsDeps,
  ledger: Ledger,
  drafts: readonly (EntryDraft | ChirographError)[],
  outcomes: readonly Outcome[],
): Promise<(RecordResult | 'stale')[]> {
  const results: (RecordResult | 'stale')[] = [];
  let next = 0;
  for (const draft of drafts) {
    if (draft instanceof ChirographError) {
      results.push({ kind: 'error', error: draft });
      continue;
    }
    const outcome = outcomes[next++];
    if (outcome === undefined) throw new Error('fewer outcomes than drafts');
    if (outcome.kind === 'stale') results.push('stale');
    else if (outcome.kind === 'conflict') results.push({ kind: 'error', error: conflict() });
    else if (outcome.kind === 'repeated')
      results.push(await repeated(ledger, outcome, anchoredSize));
    else {
      const receipt = receiptOf(outcome, anchoredSize);
      results.push({ kind: 'receipt', receipt, isRepeated: false });
    }
  }
  return results;
}

async function repeated(
  ledger: Ledger,
  { log, index }: Extract<Outcome, { kind: 'repeated' }>,
  anchoredSize: AnchoredSize,
): Promise<RecordResult> {
  const reader = ledger.logNumbered(log);
  if (reader === undefined) throw new Error('an idempotency key of another ledger');
  const receipt = await receiptAgain(reader, index, anchoredSize);
  return { kind: 'receipt', receipt, isRepeated: true };
}

function conflict(): LedgerError {
  return new LedgerError(
    'LEDGER_IDEMPOTENCY_CONFLICT',
    'this Idempotency-Key was used for another record: use a new key for a new record',
  );
}

function isDraft(draft: EntryDraft | ChirographError): draft is EntryDraft {
  return !(draft instanceof ChirographError);
}
