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
  /** With an S3 credential as well. */
  readonly s3?: true;
}

export interface CreateKeyDeps {
  readonly registry: Pick<ApiKeyRegistry, 'create' | 'found' | 'list'>;
  /** Makes the tenant unless it is there. */
  readonly ensureTenant: (tenant: TenantName) => Promise<unknown>;
  /** Enters into a tenant's access ledger that it is about to be given its first key. */
  readonly tellTenant: (tenant: TenantName) => Promise<void>;
  /** Whether the tenant wants two persons for what somebody may do. */
  readonly needsApproval: (tenant: TenantName) => boolean;
}

/**
 * @throws AccessError ACCESS_DENIED, ACCESS_KEY_LIMIT; ACCESS_APPROVAL_NEEDED for a role that only an
 * approved grant can give; LedgerError LEDGER_READ_ONLY.
 */
export async function createKey(
  { registry, ensureTenant, tellTenant, needsApproval }: CreateKeyDeps,
  principal: Principal,
  input: CreateKeyInput,
): Promise<CreatedKey> {
  const tenant = input.tenant ?? principal.tenant;
  if (tenant === principal.tenant) {
    authorize(principal, 'key:create', tenant);
    // Or whoever may make keys would be the second person as well.
    if (input.role !== 'none' && needsApproval(tenant))
      throw new AccessError(
        'ACCESS_APPROVAL_NEEDED',
        'two persons are wanted here: make a key with the role none, and propose a grant for it',
      );
    return registry.create({ ...input, tenant });
  }
  authorize(principal, 'tenant:found', tenant);
  if (input.role !== 'admin')
    throw new AccessError('ACCESS_DENIED', "another tenant's first key must be an admin key");
  // `found` says it of one that has keys: nothing is entered there.
  if (registry.list(tenant).length === 0) {
    // A crash from here on leaves a tenant without a key, which can still be founded.
    await ensureTenant(tenant);
    await tellTenant(tenant);
  }
  return registry.found({ ...input, tenant });
}
