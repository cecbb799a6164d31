/** Makes an API key: of the admin's own tenant, or the first one of a tenant that has none. */
import { AccessError } from '../access/access-error.js';
import type { ApiKeyRegistry, CreatedKey } from '../access/api-key-registry.js';
import { authorize, type Principal, type Role } from '../access/authorize.js';
import type { TenantName } from '../access/tenant-name.js';

export interface CreateKeyInput {
  readonly role: Role;
  /** The admin's own tenant if left out. */
  readonly tenant?: TenantName;
  readonly label?: string;
  readonly author?: string;
}

export interface CreateKeyDeps {
  readonly registry: Pick<ApiKeyRegistry, 'create' | 'found'>;
  /** Makes the tenant unless it is there. */
  readonly ensureTenant: (tenant: TenantName) => Promise<unknown>;
}

/** @throws AccessError ACCESS_DENIED, ACCESS_KEY_LIMIT; LedgerError LEDGER_READ_ONLY. */
export async function createKey(
  { registry, ensureTenant }: CreateKeyDeps,
  principal: Principal,
  input: CreateKeyInput,
): Promise<CreatedKey> {
  const tenant = input.tenant ?? principal.tenant;
  if (tenant === principal.tenant) {
    authorize(principal, 'key:create', tenant);
    return registry.create({ ...input, tenant });
  }
  authorize(principal, 'tenant:found', tenant);
  if (input.role !== 'admin')
    throw new AccessError('ACCESS_DENIED', "another tenant's first key must be an admin key");
  // A crash between the two leaves a tenant without a key, which can still be founded.
  await ensureTenant(tenant);
  return registry.found({ ...input, tenant });
}
