/** The retention policies and holds of a tenant, as its access ledger has them now. */
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { rowIdOf } from '../records/sealing.js';
import { holdThing, parseHold } from '../retention/hold-payload.js';
import { countOf, type Hold, isInForce } from '../retention/hold.js';
import { parsePolicies, POLICIES } from '../retention/policies-payload.js';
import type { PolicyVersion } from '../retention/policy.js';
import { isErasedSince } from './erased-since-rows.js';
import { newestVersionOf, versionsOfThing } from './newest-version.js';
import { openRecordPart, type OpenedRecord } from './opened-entry.js';

/**
 * All that were ever set, oldest first.
 * @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export async function tenantPolicies(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<readonly PolicyVersion[]> {
  const versions: PolicyVersion[] = [];
  for await (const { payload } of versionsOfThing(ledger, vault, tenant, POLICIES))
    versions.push(parsePolicies(parseCanonicalJson(payload.bytes)));
  return versions.toReversed();
}

/**
 * One look-up each: they are numbered from 1 without a gap.
 * @throws as `tenantPolicies`.
 */
export async function tenantHolds(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
  now: UnixMillis,
): Promise<readonly Hold[]> {
  const holds: Hold[] = [];
  for (let number = 1; ; number++) {
    const opened = await newestVersionOf(ledger, vault, tenant, holdThing(number));
    if (opened === null) return holds;
    const payload = parseCanonicalJson(opened.payload.bytes);
    const hold = parseHold(number, payload, await namesIn(vault, opened));
    if (
      isInForce(hold, now) &&
      (hold.scope.unnamed ?? 0) > 0 &&
      !(await isErasedSince(ledger, vault, tenant, opened))
    )
      throw damaged(
        `hold ${number} is in force and names ${countOf(hold.scope)} persons, not all of whom are known`,
      );
    holds.push(hold);
  }
}

/** Of the persons that are not forgotten. */
async function namesIn(
  vault: Vault,
  { entry, statement }: OpenedRecord,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [at] of (statement.parts ?? []).entries()) {
    const sealed = entry.sealedParts[PARTS_BEGIN + at];
    if (sealed === undefined || (await vault.secretOfRow(rowIdOf(sealed))) === null) continue;
    const { bytes } = await openRecordPart(vault, entry, statement, at);
    names.push(subjectOf(parseCanonicalJson(bytes)));
  }
  return names;
}

/** Behind header and payload. */
const PARTS_BEGIN = 2;

function subjectOf(said: JsonValue): string {
  const subject = isJsonObject(said) ? said['subject'] : undefined;
  if (typeof subject !== 'string') throw damaged('a part of a hold names nobody');
  return subject;
}
