/**
 * Writes records that the node itself makes into the access ledger of a tenant. They are appended as
 * any others are, so that all that is written at the same time shares a commit.
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import type { JsonObject } from '../base/canonical-json.js';
import { parseRecordInput } from '../records/record-input.js';
import type { PersonTags } from '../records/tag.js';
import type { AppendRecordsDeps } from './append-target.js';
import { appendPrepared } from './internal/append-prepared.js';
import { prepareRecords } from './preparation/prepare-records.js';

export interface AppendAccessDeps extends AppendRecordsDeps {
  /** Kept from call to call: the same actors and subjects come again and again. */
  readonly tags: PersonTags;
}

/**
 * @param tenant handle.
 * @param author who acted.
 * @param records as clients send them (docs/formats/access.md).
 * @throws as `appendRecords`, also what is wrong with one of them; some may be durable then.
 */
export async function appendAccess(
  deps: AppendAccessDeps,
  tenant: string,
  author: string,
  records: readonly JsonObject[],
): Promise<void> {
  const { random, tags } = deps;
  const requests = records.map((record) => ({
    record: parseRecordInput(record),
    idempotencyKey: null,
  }));
  const target = { tenant, ledger: ACCESS_LEDGER, author };
  const results = await appendPrepared(deps, target, requests, {
    prepare: (some, context, find) => prepareRecords(some, context, find, { random, tags }),
    // Nobody waits for a receipt.
    receipt: () => null,
  });
  for (const result of results) if (result.kind === 'error') throw result.error;
}
