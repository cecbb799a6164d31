/**
 * Policies and holds of all tenants, in memory for every judgement. What is here has been durable in the
 * tenant's access ledger before.
 */
import type { TenantName } from '../access/tenant-name.js';
import { type Hold, HOLD_ID_PATTERN } from './hold.js';
import { NO_POLICIES, type PolicyVersion, type RetentionPolicies } from './policy.js';
import { RetentionError } from './retention-error.js';

interface TenantRetention {
  /** Oldest first. */
  versions: readonly PolicyVersion[];
  readonly holds: Map<string, Hold>;
  revision: number;
}

export class RetentionBook {
  readonly #tenants = new Map<TenantName, TenantRetention>();

  /** All that were ever set, oldest first. */
  versionsOf(tenant: TenantName): readonly PolicyVersion[] {
    return this.#tenants.get(tenant)?.versions ?? [];
  }

  /** Those in force. */
  policiesOf(tenant: TenantName): RetentionPolicies {
    return this.versionsOf(tenant).at(-1) ?? NO_POLICIES;
  }

  /** Another one after every change: what was judged by an older one is judged again. */
  revisionOf(tenant: TenantName): number {
    return this.#tenants.get(tenant)?.revision ?? 0;
  }

  addVersion(tenant: TenantName, version: PolicyVersion): void {
    const kept = this.#of(tenant);
    kept.versions = [...kept.versions, version];
    kept.revision++;
  }

  /** In the order placed, whatever has become of them. */
  holdsOf(tenant: TenantName): readonly Hold[] {
    return [...(this.#tenants.get(tenant)?.holds.values() ?? [])];
  }

  /** @throws RetentionError HOLD_UNKNOWN. */
  hold(tenant: TenantName, id: string): Hold {
    const found = HOLD_ID_PATTERN.test(id) ? this.#tenants.get(tenant)?.holds.get(id) : undefined;
    if (found === undefined)
      throw new RetentionError('HOLD_UNKNOWN', 'the tenant has no hold with this id');
    return found;
  }

  putHold(tenant: TenantName, hold: Hold): void {
    const kept = this.#of(tenant);
    kept.holds.set(hold.id, hold);
    kept.revision++;
  }

  #of(tenant: TenantName): TenantRetention {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const kept = { versions: [], holds: new Map<string, Hold>(), revision: 0 };
    this.#tenants.set(tenant, kept);
    return kept;
  }
}
