/**
 * Erasures of all tenants, in memory, without what they destroyed, and whom their certificates wait to hear of. What is
 * here has been durable in the tenant's access ledger before.
 */
import type { TenantName } from '../access/tenant-name.js';
import type { JsonObject } from '../base/canonical-json.js';
import { holderName, type SaidHolder, silentHolders } from './erasure-execution.js';
import { type Erasure, ERASURE_ID_PATTERN } from './erasure.js';
import { RetentionError } from './retention-error.js';

export class ErasureBook {
  readonly #tenants = new Map<TenantName, Map<string, Erasure>>();
  /** By tenant and name of a silent holder: ids of the erasures whose certificates name it. */
  readonly #awaited = new Map<TenantName, Map<string, Set<string>>>();

  /** In the order proposed, whatever has become of them. */
  of(tenant: TenantName): readonly Erasure[] {
    return [...(this.#tenants.get(tenant)?.values() ?? [])];
  }

  /** @throws RetentionError ERASURE_UNKNOWN. */
  get(tenant: TenantName, id: string): Erasure {
    const found = ERASURE_ID_PATTERN.test(id) ? this.#tenants.get(tenant)?.get(id) : undefined;
    if (found === undefined)
      throw new RetentionError('ERASURE_UNKNOWN', 'the tenant has no erasure with this id');
    return found;
  }

  /** @param certificate that this version says; null of one that says none. */
  put(tenant: TenantName, erasure: Erasure, certificate: JsonObject | null): void {
    const kept = this.#tenants.get(tenant) ?? new Map<string, Erasure>();
    kept.set(erasure.id, erasure);
    this.#tenants.set(tenant, kept);
    this.#await(tenant, erasure.id, certificate === null ? [] : silentHolders(certificate));
  }

  /** Names of holders that certificates name as silent, each with the ids of those erasures. */
  awaited(tenant: TenantName): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#awaited.get(tenant) ?? new Map();
  }

  #await(tenant: TenantName, id: string, silent: readonly SaidHolder[]): void {
    const awaited = this.#awaited.get(tenant) ?? new Map<string, Set<string>>();
    for (const [name, ids] of awaited) if (ids.delete(id) && ids.size === 0) awaited.delete(name);
    for (const name of silent.map(holderName))
      awaited.set(name, (awaited.get(name) ?? new Set()).add(id));
    this.#awaited.set(tenant, awaited);
  }

  tenants(): readonly TenantName[] {
    return [...this.#tenants.keys()];
  }
}
