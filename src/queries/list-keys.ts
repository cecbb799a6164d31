/** The API keys of the admin's tenant, revoked ones too, oldest first, a page at a time. */
import type { ApiKeyRegistry } from '../access/api-key-registry.js';
import type { ApiKey } from '../access/api-key.js';
import { authorize, type Principal } from '../access/authorize.js';
import type { KeyId } from '../access/key-text.js';

export interface KeyPage {
  readonly items: readonly ApiKey[];
  /** The key after which the next page begins; null at the end. */
  readonly next: KeyId | null;
}

/** @throws AccessError ACCESS_DENIED. */
export function listKeys(
  registry: Pick<ApiKeyRegistry, 'list'>,
  principal: Principal,
  page: { readonly limit: number; readonly after?: KeyId },
): KeyPage {
  authorize(principal, 'key:list', principal.tenant);
  const keys = registry.list(principal.tenant);
  // Keys are never taken out of the registry: the one a page ended with is still there.
  const start = page.after === undefined ? 0 : keys.findIndex(({ id }) => id === page.after) + 1;
  const items = keys.slice(start, start + page.limit);
  const last = items.at(-1);
  return { items, next: last === undefined || last === keys.at(-1) ? null : last.id };
}
