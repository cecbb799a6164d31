/**
 * Four eyes for exports: where a tenant wants them, whoever exports holds an approved grant of the role
 * `exporter` for that ledger, which ends. The grant gives nothing else: what may be read stays as it is.
 */
import type { UnixMillis } from '../base/brand.js';
import { DAY_MILLIS } from '../base/time.js';
import { AccessError } from './access-error.js';
import type { Principal } from './authorize.js';
import { type Grant, holds } from './grant.js';
import type { TenantSettings } from './tenant-settings.js';

/** An approval that goes on longer is none of one export. */
export const MAX_APPROVAL_DAYS = 31;

/** @throws AccessError ACCESS_APPROVAL_NEEDED. */
export function checkExport(
  { grants, settings }: { readonly grants: readonly Grant[]; readonly settings: TenantSettings },
  principal: Principal,
  ledger: string,
  now: UnixMillis,
): void {
  if (!settings.exportApprovals) return;
  const isApproved = grants.some(
    (grant) =>
      grant.role === 'exporter' &&
      grant.ledger === ledger &&
      grant.approvedAt !== undefined &&
      holds(grant, principal, now),
  );
  if (!isApproved)
    throw new AccessError(
      'ACCESS_APPROVAL_NEEDED',
      'two persons are needed for an export: have an admin propose a grant of the role exporter for this ledger, and another approve it',
    );
}

/** What is wrong with a grant of the role, in words; null if nothing is. */
export function exporterFault(
  { ledger, expiresAt }: Pick<Grant, 'ledger' | 'expiresAt'>,
  now: UnixMillis,
): string | null {
  if (ledger === undefined) return 'a grant of the role exporter names its ledger';
  if (expiresAt === undefined || expiresAt > now + MAX_APPROVAL_DAYS * DAY_MILLIS)
    return `a grant of the role exporter ends in at most ${MAX_APPROVAL_DAYS} days: say expiresAt`;
  return null;
}
