/**
 * Grants and settings are each one thing of the access ledger, about the tenant itself: its newest
 * version is what holds, and is found without looking through the log.
 */
import type { JsonObject } from '../base/canonical-json.js';
import { ACCESS_RETENTION } from './access-entry.js';
import { GRANT_KEY, GRANT_TYPE } from './grant.js';
import type { TenantName } from './tenant-name.js';
import { SETTINGS_KEY, SETTINGS_TYPE } from './tenant-settings.js';

export interface AccessThing {
  readonly type: string;
  readonly key: string;
}

export const GRANTS: AccessThing = { type: GRANT_TYPE, key: GRANT_KEY };
export const SETTINGS: AccessThing = { type: SETTINGS_TYPE, key: SETTINGS_KEY };

/** The subject of records about a tenant. */
export function tenantSubject(tenant: TenantName): string {
  return `tenant:${tenant}`;
}

/** A new version, as clients would send it. */
export function versionOf(
  { type, key }: AccessThing,
  tenant: TenantName,
  payload: JsonObject,
): JsonObject {
  return { type, key, subject: tenantSubject(tenant), retention: ACCESS_RETENTION, payload };
}
