/**
 * Puts an operator's order to go on after a loss on record, in a store that no node has open: in the
 * access ledger of the tenant that runs the node.
 */
import { ACCESS_LEDGER, type AccessEntry, NODE_ACTOR } from './access/access-entry.js';
import { DEFAULT_TENANT } from './access/tenant-name.js';
import type { JsonObject } from './base/canonical-json.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { recordOf } from './commands/access-recorder.js';
import { appendAccess } from './commands/append-access.js';
import type { KeyStore } from './keys/key-store.js';
import { tenantKeys } from './keys/tenant-keys.js';
import type { TenantDescriptor } from './ledger/catalog.js';
import type { LedgerStore } from './ledger/ledger-store.js';
import { ensureAccessLedger } from './ledger-node.js';
import { NO_MARKS } from './queries/receipt.js';
import { PersonTags } from './records/tag.js';

export interface RestoreParts {
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** Nothing in a store that never had that tenant: no node has run on it. */
export async function recordRestore(
  store: LedgerStore,
  parts: RestoreParts,
  entry: AccessEntry,
): Promise<void> {
  const tenant = store.tenantNamed(DEFAULT_TENANT);
  if (tenant !== undefined) await recordIn(store, parts, tenant, [recordOf(NODE_ACTOR, entry)]);
}

/** Records of the node itself, in the access ledger of any tenant. @param records as `appendAccess`. */
export async function recordIn(
  store: LedgerStore,
  { keyStore, clock, random }: RestoreParts,
  tenant: TenantDescriptor,
  records: readonly JsonObject[],
): Promise<void> {
  await ensureAccessLedger(store, tenant);
  const { idempotency } = tenantKeys(await keyStore.tenantRoot(tenant.handle));
  const deps = {
    store,
    clock,
    random,
    marksOf: () => NO_MARKS,
    idempotencyKey: () => idempotency,
    tags: new PersonTags(),
  };
  const to = { tenant: tenant.handle, ledger: ACCESS_LEDGER, author: NODE_ACTOR } as const;
  await appendAccess(deps, to, records);
}
