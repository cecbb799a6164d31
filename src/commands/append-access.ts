/**
 * Writes records that the node itself makes into the access ledger of a tenant. They are appended as
 * any others are, so that all that is written at the same time shares a commit.
 */
import type { ACCESS_LEDGER } from '../access/access-entry.js';
import type { HIDDEN_LEDGER } from '../access/inspection.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { AppendedUntil } from '../ledger/entry-draft.js';
import { parseRecordInput } from '../records/record-input.js';
import type { PersonTags } from '../records/tag.js';
import type { AppendRecordsDeps } from './append-target.js';
import { appendPrepared } from './internal/append-prepared.js';
import { prepareRecords } from './preparation/prepare-records.js';

export interface AppendAccessDeps extends AppendRecordsDeps {
  /** Kept from call to call: the same actors and subjects come again and again. */
  readonly tags: PersonTags;
}

export interface AccessTarget {
  /** Handle. */
  readonly tenant: string;
  readonly ledger: typeof ACCESS_LEDGER | typeof HIDDEN_LEDGER;
  readonly author: string;
  /** What the caller waits for. */
  readonly until?: AppendedUntil | undefined;
}

/**
 * @param to handle of the tenant, which of its ledgers, and who acted.
 * @param records as clients send them (docs/formats/access.md).
 * @throws as `appendRecords`, also what is wrong with one of them; some may be durable then.
 */
export async function appendAccess(
  deps: AppendAccessDeps,
  to: AccessTarget,
  records: readonly JsonObject[],
): Promise<void> {
  const { random, tags } = deps;
  const requests = records.map((record) => ({
    record: parseRecordInput(record),
    idempotencyKey: null,
  }));
  const results = await appendPrepared(deps, to, requests, {
    prepare: (some, context, { findSecrets }) =>
      prepareRecords(some, context, findSecrets, { random, tags }),
    // Nobody waits for a receipt.
    receipt: () => null,
    until: to.until,
  });
  for (const result of results) if (result.kind === 'error') throw result.error;
}
