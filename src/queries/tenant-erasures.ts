/** The erasures of a tenant, as its access ledger has them. */
import type { TenantName } from '../access/tenant-name.js';
import { toHex } from '../base/bytes.js';
import { parseCanonicalJson } from '../base/canonical-json.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Execution } from '../retention/erasure-execution.js';
import { type ErasureSaid, erasureThing, parseErasure } from '../retention/erasure-payload.js';
import { type Erasure, isPending } from '../retention/erasure.js';
import { erasedSinceRows, isErasedSince } from './erased-since-rows.js';
import { newestVersionOf, versionsOfThing } from './newest-version.js';
import type { OpenedRecord } from './opened-entry.js';
import { partsOf } from './record-parts.js';

/** Where a version of an erasure stands. */
export interface ErasureVersion {
  readonly erasure: Erasure;
  readonly said: ErasureSaid;
  readonly entry: { readonly index: number; readonly id: string };
}

/**
 * The newest version of each. One look-up each: they are numbered from 1 without a gap.
 * @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export async function* tenantErasures(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): AsyncGenerator<ErasureVersion, void, undefined> {
  for (let number = 1; ; number++) {
    const newest = await newestErasure(ledger, vault, tenant, number);
    if (newest === null) return;
    yield newest;
  }
}

/** Of a number that is there. @throws as `tenantErasures`. */
export async function erasureNumbered(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
  number: number,
): Promise<ErasureVersion> {
  const newest = await newestErasure(ledger, vault, tenant, number);
  if (newest === null) throw damaged(`erasure ${number} is not in the access ledger any more`);
  return newest;
}

async function newestErasure(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
  number: number,
): Promise<ErasureVersion | null> {
  const opened = await newestVersionOf(ledger, vault, tenant, erasureThing(number));
  if (opened === null) return null;
  const version = await versionOf(vault, number, opened);
  const { erasure } = version;
  // Of an older version whoever was meant may be gone; of a pending one only if that happened after a backup of before.
  if (
    isPending(erasure) &&
    erasure.kind === 'subject' &&
    erasure.subject === undefined &&
    !(await isErasedSince(ledger, vault, tenant, opened))
  )
    throw damaged(`erasure ${number} is pending, and who is meant cannot be read any more`);
  return version;
}

/**
 * What is, or was, to be destroyed by an erasure: as far as it is durable, in order.
 * @throws as `tenantErasures`.
 */
export async function executionsOf(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
  number: number,
): Promise<readonly Execution[]> {
  const executions: Execution[] = [];
  for await (const opened of versionsOfThing(ledger, vault, tenant, erasureThing(number))) {
    const { erasure, said } = await versionOf(vault, number, opened);
    if (said.execution !== undefined) executions.push(said.execution);
    else if (erasure.state !== 'done') break;
  }
  executions.reverse();
  if (executions.some(({ part }, at) => part.n !== at + 1))
    throw damaged(`erasure ${number} does not say all that it destroys`);
  return executions;
}

/** Rows that erasures have destroyed, or are about to. */
export interface ErasedRows {
  /** Hex; also of those that a crash has kept from being finished. */
  readonly named: ReadonlySet<string>;
  /** Of erasures with a certificate, and of those of which a restored backup has none. */
  readonly gone: ReadonlySet<string>;
}

/** @throws as `tenantErasures`. */
export async function erasedRows(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<ErasedRows> {
  const named = new Set<string>();
  const gone = new Set<string>();
  for await (const { erasure } of tenantErasures(ledger, vault, tenant))
    for (const { rows } of await executionsOf(ledger, vault, tenant, erasure.number))
      for (const row of rows) {
        named.add(row);
        if (erasure.state === 'done') gone.add(row);
      }
  for (const row of await erasedSinceRows(ledger, vault, tenant)) {
    named.add(row);
    gone.add(row);
  }
  return { named, gone };
}

/**
 * All that is said of any to be destroyed, also where nobody knows any more whom a pending erasure is about: so it is between a
 * restore and its saying so.
 *
 * @throws as `tenantErasures`.
 */
export async function namedRows(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<ReadonlySet<string>> {
  const named = new Set(await erasedSinceRows(ledger, vault, tenant));
  for (let number = 1; ; number++) {
    if ((await newestVersionOf(ledger, vault, tenant, erasureThing(number))) === null) return named;
    for (const { rows } of await executionsOf(ledger, vault, tenant, number))
      for (const row of rows) named.add(row);
  }
}

async function versionOf(
  vault: Vault,
  number: number,
  opened: OpenedRecord,
): Promise<ErasureVersion> {
  const subjects = (await partsOf(vault, opened)).flatMap((part) => part?.subject ?? []);
  const { entry } = opened;
  return {
    ...parseErasure(number, parseCanonicalJson(opened.payload.bytes), subjects),
    entry: { index: entry.index, id: toHex(entry.leafHash) },
  };
}
