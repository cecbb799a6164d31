/** Who may do what: one table of actions, pure, so that a reader can check it at a glance. */
import { AccessError } from './access-error.js';
import type { KeyId } from './key-text.js';
import { DEFAULT_TENANT, type TenantName } from './tenant-name.js';

/** admin ⊃ writer ⊃ reader, within one tenant. */
export const ROLES = ['reader', 'writer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from, as far as its key says. */
export interface Principal {
  readonly keyId: KeyId;
  readonly tenant: TenantName;
  readonly role: Role;
  /** The identity granted to the key, or `key:<its id>`: what its records name as their author. */
  readonly author: string;
}

/** The least role that may do it. */
const LEAST_ROLE = {
  'ledger:create': 'admin',
  'ledger:read': 'reader',
  'record:append': 'writer',
  'record:read': 'reader',
  'signature:attach': 'writer',
  'subject:export': 'admin',
  'evidence:export': 'reader',
  'evidence:verify': 'reader',
  'anchor:now': 'admin',
  'anchor:read': 'reader',
  'trust:read': 'reader',
  'key:create': 'admin',
  'key:list': 'admin',
  'key:revoke': 'admin',
  /** Giving a tenant that has no key its first one. */
  'tenant:found': 'admin',
} as const satisfies Record<string, Role>;

export type Action = keyof typeof LEAST_ROLE;
export const ACTIONS = Object.keys(LEAST_ROLE) as readonly Action[];

/**
 * @param tenant whose data the action touches.
 * @throws AccessError ACCESS_DENIED. The message names the role that is needed, never the tenant.
 */
export function authorize(principal: Principal, action: Action, tenant: TenantName): void {
  if (action === 'tenant:found') {
    // The new tenant has nobody yet: the node's operators speak for it, once.
    if (principal.tenant !== DEFAULT_TENANT)
      throw denied('only an admin of the tenant "default" can found another tenant');
  } else if (principal.tenant !== tenant) {
    throw denied('the key belongs to another tenant');
  }
  const least = LEAST_ROLE[action];
  if (ROLES.indexOf(principal.role) < ROLES.indexOf(least))
    throw denied(`this needs a key with the role ${least}; use one, or ask an admin for it`);
}

function denied(reason: string): AccessError {
  return new AccessError('ACCESS_DENIED', reason);
}
