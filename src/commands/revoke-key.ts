/** Revokes an API key of the admin's tenant; requests that have begun go on. */
import type { ApiKeyRegistry } from '../access/api-key-registry.js';
import type { ApiKey } from '../access/api-key.js';
import { authorize, type Principal } from '../access/authorize.js';
import type { KeyId } from '../access/key-text.js';

/** @throws AccessError ACCESS_DENIED, ACCESS_KEY_NOT_FOUND, ACCESS_LAST_ADMIN. */
export async function revokeKey(
  registry: Pick<ApiKeyRegistry, 'revoke'>,
  principal: Principal,
  id: KeyId,
): Promise<ApiKey> {
  authorize(principal, 'key:revoke', principal.tenant);
  return registry.revoke(principal.tenant, id);
}
