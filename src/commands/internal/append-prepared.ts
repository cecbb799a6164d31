/** What appending records has in common, whether they come parsed or as lines of text. */
import { AccessError } from '../../access/access-error.js';
import type { UnixMillis } from '../../base/brand.js';
import { ChirographError } from '../../base/errors.js';
import { monthOf } from '../../base/secret-scope.js';
import { claimAuthorOf } from '../../identities/claim-signature.js';
import type { IdentityState } from '../../identities/identity-state.js';
import type { Vault } from '../../keys/vault.js';
import {
  type AppendedEntry,
  type AppendedUntil,
  draftOf,
  type EntryDraft,
  type Outcome,
} from '../../ledger/entry-draft.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LogReader } from '../../ledger/log-reader.js';
import { isIdentityId } from '../../queries/identity-book.js';
import { QueryError } from '../../queries/query-error.js';
import { appendedAgain } from '../../queries/receipt.js';
import { rowIdOf } from '../../records/sealing.js';
import { typeIn } from '../../records/statement-template.js';
import type { SchemaFault } from '../../schemas/schemas-error.js';
import type { AppendRecordsDeps, AppendTarget, RecordResult } from '../append-target.js';
import type {
  Preparation,
  PreparationContext,
  PreparationSources,
  PreparedRecord,
} from '../preparation/preparer.js';
import { checkRetraction } from './check-retraction.js';
import { findFiles } from './find-files.js';
import { SecretsInUse } from './secrets-in-use.js';

/** @template T what records come as. @template R what their receipts leave as. */
export interface RecordForm<T, R> {
  /** Prepares all items, in order. */
  readonly prepare: (
    items: readonly T[],
    context: PreparationContext,
    sources: Omit<PreparationSources, 'findSchemas'>,
  ) => Promise<readonly Preparation[]>;
  readonly receipt: (entry: AppendedEntry, warnings: readonly SchemaFault[]) => R;
  /** Without it, until readers find the entries too. */
  readonly until?: AppendedUntil | undefined;
}

/** @throws as `appendRecords`. */
export async function appendPrepared<T, R>(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  items: readonly T[],
  form: RecordForm<T, R>,
): Promise<RecordResult<R>[]> {
  const ledger = deps.store.ledger(target.tenant, target.ledger);
  const results = await attempt(deps, target, ledger, items, form);
  // A month began in between, or somebody is being forgotten, which changes the vault twice at most.
  for (let tries = 1; tries < MAX_TRIES; tries++) {
    const stale = results.flatMap((result, at) => (result === 'stale' ? [at] : []));
    if (stale.length === 0) break;
    const again = await attempt(deps, target, ledger, pick(items, stale), form);
    stale.forEach((at, nth) => (results[at] = again[nth] ?? 'stale'));
  }
  return results.map((result) => {
    if (result === 'stale')
      throw new LedgerError(
        'LEDGER_PUSHBACK',
        'a month begins, or somebody is being forgotten: try again in a moment',
      );
    return result;
  });
}

const MAX_TRIES = 4;

function pick<T>(items: readonly T[], places: readonly number[]): T[] {
  return places.flatMap((at) => items.slice(at, at + 1));
}

/** An identity does not change between being looked at and the entries that say what it was. */
function attempt<T, R>(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  ledger: Ledger,
  items: readonly T[],
  form: RecordForm<T, R>,
): Promise<(RecordResult<R> | 'stale')[]> {
  const { author, tenant } = target;
  const { identities } = deps;
  const go = async (): Promise<(RecordResult<R> | 'stale')[]> => {
    const state = (await identities?.now(tenant, author)) ?? null;
    return attemptAs(state, deps, target, ledger, items, form);
  };
  return identities === undefined || !isIdentityId(author)
    ? attemptAs(null, deps, target, ledger, items, form)
    : identities.reading(tenant, author, go);
}

async function attemptAs<T, R>(
  state: IdentityState | null,
  deps: AppendRecordsDeps,
  target: AppendTarget,
  ledger: Ledger,
  items: readonly T[],
  form: RecordForm<T, R>,
): Promise<(RecordResult<R> | 'stale')[]> {
  const vault = deps.store.vaultOf(target.tenant);
  const vaultEdition = vault.edition;
  const { tenant, author, typeClasses = () => ({}) } = target;
  const now = deps.clock.now();
  const recordedAt = Math.max(ledger.reader.head.recordedAt, state?.at ?? 0) as UnixMillis;
  const context = {
    tenant,
    ledger: target.ledger,
    author,
    month: monthOf(now),
    claims: { author: state && claimAuthorOf(state), now, recordedAt },
    idempotencyKey: deps.idempotencyKey(target.tenant),
    typeClasses: typeClasses(),
    vaultEdition,
    isShared: ledger.isShared,
  };
  const secrets = new SecretsInUse(vault);
  try {
    const prepared = await form.prepare(items, context, {
      findSecrets: (scopes) => secrets.find(scopes),
      findFiles: (entries) => findFiles(ledger, vault, entries),
    });
    // Some of the secrets may have been destroyed since they were found, or files erased.
    if (vault.edition !== vaultEdition) return items.map(() => 'stale');
    const drafts = await draftsOf(ledger, target, prepared, vaultEdition);
    const outcomes = await ledger.append(drafts.filter(isDraft), form.until);
    return await resultsOf(ledger, vault, { prepared, drafts, outcomes }, form.receipt);
  } finally {
    secrets.release();
  }
}

async function draftsOf(
  { reader }: Ledger,
  { takesType = () => true }: AppendTarget,
  prepared: readonly Preparation[],
  vaultEdition: number,
): Promise<(EntryDraft | ChirographError)[]> {
  const drafts: (EntryDraft | ChirographError)[] = [];
  for (const one of prepared)
    if (one instanceof ChirographError) drafts.push(one);
    else if (!takesType(typeIn(one.entry.template) ?? '')) drafts.push(restricted());
    else {
      const refusal = one.entry.retracts === null ? null : await retractionRefusal(reader, one);
      drafts.push(
        refusal ?? draftOf(one.entry, vaultEdition, one.idempotencyTag, one.refusal !== null),
      );
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

interface Appended {
  readonly prepared: readonly Preparation[];
  readonly drafts: readonly (EntryDraft | ChirographError)[];
  readonly outcomes: readonly Outcome[];
}

/** Results in the places of their drafts. */
async function resultsOf<R>(
  ledger: Ledger,
  vault: Vault,
  { prepared, drafts, outcomes }: Appended,
  receiptOf: RecordForm<never, R>['receipt'],
): Promise<(RecordResult<R> | 'stale')[]> {
  const results: (RecordResult<R> | 'stale')[] = [];
  let next = 0;
  for (const [at, draft] of drafts.entries()) {
    const one = prepared[at];
    if (draft instanceof ChirographError || one === undefined || one instanceof ChirographError) {
      results.push({ kind: 'error', error: errorOf(draft, one) });
      continue;
    }
    const { warnings, refusal } = one;
    const outcome = outcomes[next++];
    if (outcome === undefined) throw new Error('fewer outcomes than drafts');
    switch (outcome.kind) {
      case 'appended':
        results.push({ kind: 'receipt', receipt: receiptOf(outcome, warnings), isRepeated: false });
        break;
      case 'repeated': {
        const receipt = receiptOf(await firstOf(ledger, outcome), warnings);
        results.push({ kind: 'receipt', receipt, isRepeated: true });
        break;
      }
      case 'conflict':
        results.push({ kind: 'error', error: await conflict(ledger, vault, outcome) });
        break;
      case 'refused':
        results.push({ kind: 'error', error: errorOf(refusal, one) });
        break;
      case 'superseded':
        throw new Error('a record was taken for a version of a signature');
      case 'stale':
        results.push('stale');
        break;
    }
  }
  return results;
}

function errorOf(
  error: EntryDraft | ChirographError | null,
  prepared: Preparation | undefined,
): ChirographError {
  if (error instanceof ChirographError) return error;
  if (prepared instanceof ChirographError) return prepared;
  throw new Error('a draft without what it was made of');
}

type EntryPlace = Extract<Outcome, { kind: 'repeated' | 'conflict' }>;

function readerOf(ledger: Ledger, { log }: EntryPlace): LogReader {
  const reader = ledger.logNumbered(log);
  if (reader === undefined) throw new Error('an idempotency key of another ledger');
  return reader;
}

async function firstOf(ledger: Ledger, first: EntryPlace): Promise<AppendedEntry> {
  return appendedAgain(readerOf(ledger, first), first.index);
}

function restricted(): AccessError {
  return new AccessError(
    'ACCESS_TYPE_RESTRICTED',
    'records of this type are kept in another ledger: ask an admin which, and for a grant',
  );
}

/** Whether it is the same record cannot be told any more once its subject has been erased. */
async function conflict(ledger: Ledger, vault: Vault, first: EntryPlace): Promise<ChirographError> {
  const { sealedParts } = await readerOf(ledger, first).entry(first.index);
  const [header] = sealedParts;
  if (header !== undefined && (await vault.secretOfRow(rowIdOf(header))) === null)
    return new QueryError(
      'ENTRY_ERASED',
      'what was recorded under this Idempotency-Key has been erased: use a new key for a new record',
    );
  return new LedgerError(
    'LEDGER_IDEMPOTENCY_CONFLICT',
    'this Idempotency-Key was used for another record: use a new key for a new record',
  );
}

function isDraft(draft: EntryDraft | ChirographError): draft is EntryDraft {
  return !(draft instanceof ChirographError);
}
