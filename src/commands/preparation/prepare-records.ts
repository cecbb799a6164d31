/** Prepares a batch of records: all the secrets they need are asked for at once. */
import { ChirographError } from '../../base/errors.js';
import type { RandomSource } from '../../base/random.js';
import type { SecretScope } from '../../base/secret-scope.js';
import { KeysError } from '../../keys/keys-error.js';
import { prepareRecord } from '../../records/prepare-record.js';
import {
  type PerSecret,
  type RecordScopes,
  retentionOf,
  scopesOfRecord,
} from '../../records/record-scopes.js';
import { idempotencyTag, type PersonTags } from '../../records/tag.js';
import { judgeClaim } from './check-claim.js';
import { mapSecrets, secretsIn } from './internal/per-secret.js';
import { scopeKey } from './internal/scope-key.js';
import type { FindSecrets, FoundSecret, Preparation, PreparationContext } from './preparer.js';
import type { CheckedRequest } from './record-request.js';

export interface PreparationTools {
  readonly random: RandomSource;
  /** Kept from batch to batch where the secrets are. */
  readonly tags: PersonTags;
}

/** @param requests may be refused already; a refusal is passed on in its place. */
export async function prepareRecords(
  requests: readonly (CheckedRequest | ChirographError)[],
  context: PreparationContext,
  find: FindSecrets,
  { random, tags }: PreparationTools,
): Promise<Preparation[]> {
  const scopes = new DistinctScopes();
  const needed = requests.map((request) =>
    request instanceof ChirographError
      ? request
      : mapSecrets(scopesOf(request, context), (scope) => scopes.slotOf(scope)),
  );
  const found = await find(scopes.all);
  return requests.map((request, at) => {
    const slots = needed[at];
    if (request instanceof ChirographError) return request;
    if (slots === undefined || slots instanceof ChirographError)
      throw new Error('a request whose secrets were not asked for');
    return orRefusal(() => prepareOne(request, slots, found, context, { random, tags }));
  });
}

function scopesOf(
  { record }: CheckedRequest,
  { author, month, typeClasses }: PreparationContext,
): RecordScopes {
  return scopesOfRecord(record, author, month, retentionOf(record, typeClasses));
}

function prepareOne(
  {
    record,
    attachments = [],
    idempotencyKey,
    schema = 'none',
    warnings = [],
    ...checked
  }: CheckedRequest,
  slots: PerSecret<number>,
  found: readonly (FoundSecret | null)[],
  context: PreparationContext,
  { random, tags }: PreparationTools,
): Preparation {
  const { signer, refusal: ofClaim } = judgeClaim(record, context.claims);
  const refusal = checked.refusal ?? ofClaim;
  // Only the log knows whether a request with a key is one that was taken before.
  if (refusal !== null && idempotencyKey === null) return refusal;
  const secrets = mapSecrets(slots, (slot) => found[slot] ?? noneLeft());
  const entry = prepareRecord(record, {
    author: context.author,
    attachments,
    signer,
    secrets,
    retention: retentionOf(record, context.typeClasses),
    month: context.month,
    idempotent: idempotencyKey !== null,
    schema,
    random,
    tags,
  });
  return {
    entry: context.isShared ? entry : { ...entry, rowIds: rowsToCarry(secrets) },
    idempotencyTag:
      idempotencyKey === null
        ? null
        : idempotencyTag(context.idempotencyKey, context.ledger, idempotencyKey),
    warnings,
    refusal,
  };
}

/** Of a ledger that this node keeps alone: those that were carried before are here. */
function rowsToCarry(secrets: PerSecret<FoundSecret>): Uint8Array[] {
  return secretsIn(secrets).flatMap(({ rowId, isCommitted }) => (isCommitted ? [] : [rowId]));
}

/** Two scopes of a batch may be the same, and must then be one secret. */
class DistinctScopes {
  readonly all: SecretScope[] = [];
  readonly #slots = new Map<string, number>();

  slotOf(scope: SecretScope): number {
    const key = scopeKey(scope);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    this.#slots.set(key, this.all.length);
    return this.all.push(scope) - 1;
  }
}

function noneLeft(): never {
  throw new KeysError(
    'KEYS_VAULT_PUSHBACK',
    'too many new secrets wait for their first commit, or somebody is being forgotten: try again after a moment',
  );
}

/** An error of the record itself is its result; anything else is not the record's. */
export function orRefusal<T>(run: () => T): T | ChirographError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ChirographError) return error;
    throw error;
  }
}
