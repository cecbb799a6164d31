/** Versions of a thing that the node keeps of a tenant, opened: the newest, or all of them. */
import { type AccessThing, tenantSubject } from '../access/access-thing.js';
import type { TenantName } from '../access/tenant-name.js';
import { digestFromHex } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { tagOf, thingOpener, thingValue } from '../records/tag.js';
import { previousVersion } from './entry-history.js';
import { openUnerased, type OpenedRecord } from './opened-entry.js';

/** Of the newest version of a thing: where it is, and what it says. */
export interface FoundVersion {
  readonly reader: LogReader;
  readonly opened: OpenedRecord;
}

/** @throws LedgerError LEDGER_DAMAGED; as `openEntry`. */
export async function newestVersionOf(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
  thing: AccessThing,
): Promise<OpenedRecord | null> {
  const found = await newestOf(ledger, vault, { subject: tenantSubject(tenant), ...thing });
  return found === null ? null : found.opened;
}

/**
 * The newest version of a thing, or null if it has none.
 *
 * Of the newest log that has a version: one that goes on after a loss begins with none.
 *
 * @throws as `newestVersionOf`.
 */
export async function newestOf(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  thing: AccessThing & { readonly subject: string },
): Promise<FoundVersion | null> {
  for await (const version of versionsOf(ledger, vault, thing)) return version;
  return null;
}

/** All versions, newest first, of all logs. @throws as `newestVersionOf`. */
export async function* versionsOfThing(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
  thing: AccessThing,
): AsyncGenerator<OpenedRecord> {
  const subject = tenantSubject(tenant);
  for await (const { opened } of versionsOf(ledger, vault, { ...thing, subject })) yield opened;
}

async function* versionsOf(
  { logs }: Pick<Ledger, 'logs'>,
  vault: Vault,
  { subject, type, key }: AccessThing & { readonly subject: string },
): AsyncGenerator<FoundVersion> {
  const found = await vault.find(tagsScope(subject));
  if (found === null) return;
  const tag = tagOf(thingOpener(found.secret, type, key), thingValue(type, key));
  for (const reader of logs.toReversed()) {
    let at = (await reader.latestVersion(digestFromHex(tag)))?.index ?? null;
    while (at !== null) {
      const entry = await reader.entry(at);
      const opened = await openUnerased(vault, entry);
      if (opened.kind !== 'record')
        throw damaged(`entry ${at} of ${reader.origin} is no version of what it should be`);
      yield { reader, opened };
      at = await previousVersion({ reader, index: at }, entry.statement);
    }
  }
}
