/** Names that stand in URLs and origins: design of `[a-z0-9][a-z0-9-]{0,62}`. */
import type { Brand } from '../base/brand.js';

/** The isolation boundary a key belongs to. */
export type TenantName = Brand<string, 'TenantName'>;

export const TENANT_NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Exists on every node; its admins are the node's operators. */
export const DEFAULT_TENANT = 'default' as TenantName;

export function isTenantName(text: string): text is TenantName {
  return TENANT_NAME_PATTERN.test(text);
}
