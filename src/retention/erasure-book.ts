/**
 * Erasures of all tenants, in memory, without what they destroyed. What is here has been durable in the tenant's
 * access ledger before.
 */
import type { TenantName } from '../access/tenant-name.js';
import { type Erasure, ERASURE_ID_PATTERN } from './erasure.js';
import { RetentionError } from './retention-error.js';

export class ErasureBook {
  readonly #tenants = new Map<TenantName, Map<string, Erasure>>();

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

  put(tenant: TenantName, erasure: Erasure): void {
    const kept = this.#tenants.get(tenant) ?? new Map<string, Erasure>();
    kept.set(erasure.id, erasure);
    this.#tenants.set(tenant, kept);
  }

  tenants(): readonly TenantName[] {
    return [...this.#tenants.keys()];
  }
}
