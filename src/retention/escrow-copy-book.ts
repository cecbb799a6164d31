/**
 * Copies of the escrow files of all tenants, in memory. What is here has been durable in the tenant's access ledger
 * before.
 */
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { VaultHolder } from './erasure-execution.js';
import type { EscrowCopy } from './escrow-copy.js';
import { RetentionError } from './retention-error.js';

export class EscrowCopyBook {
  readonly #tenants = new Map<TenantName, Map<string, EscrowCopy>>();

  /** In the order taken, destroyed or not. */
  of(tenant: TenantName): readonly EscrowCopy[] {
    return [...(this.#tenants.get(tenant)?.values() ?? [])];
  }

  /** @throws RetentionError ESCROW_COPY_UNKNOWN. */
  get(tenant: TenantName, id: string): EscrowCopy {
    const found = this.#tenants.get(tenant)?.get(id);
    if (found === undefined)
      throw new RetentionError('ESCROW_COPY_UNKNOWN', 'the tenant has no copy with this id');
    return found;
  }

  put(tenant: TenantName, copy: EscrowCopy): void {
    const kept = this.#tenants.get(tenant) ?? new Map<string, EscrowCopy>();
    kept.set(copy.id, copy);
    this.#tenants.set(tenant, kept);
  }

  /**
   * Who has a key of a generation before this one.
   * @param since copies that were destroyed before it are left out.
   */
  holders(tenant: TenantName, before: number, since: UnixMillis): readonly VaultHolder[] {
    return this.of(tenant)
      .filter(({ generation }) => generation < before)
      .filter(({ destroyedAt = since }) => destroyedAt >= since)
      .map(({ id, generation, destroyedAt }) => ({
        ...({ kind: 'escrow', id, generation } as const),
        ...(destroyedAt !== undefined && { confirmedAt: destroyedAt }),
      }));
  }
}
