/**
 * Grants and settings of all tenants, in memory for every request. What is here has been durable in the
 * tenant's access ledger before.
 */
import type { UnixMillis } from '../base/brand.js';
import type { Clock } from '../base/time.js';
import type { Principal, Role } from './authorize.js';
import { checkExport } from './export-approval.js';
import { type Grant, holds } from './grant.js';
import { HIDDEN_LEDGER } from './inspection.js';
import type { TenantName } from './tenant-name.js';
import {
  DEFAULT_SETTINGS,
  isRestricted,
  takesType,
  type TenantSettings,
} from './tenant-settings.js';

export interface TenantAccess {
  readonly grants: readonly Grant[];
  readonly settings: TenantSettings;
}

export interface LedgerRoles {
  /** That hold there; of a hidden ledger, those that hold for one that does not exist. */
  readonly roles: readonly Role[];
  /** It must answer as one that does not exist. */
  readonly isHidden: boolean;
}

/** What says which roles a principal has where. */
export interface Authority {
  /** @param ledger null for what is about no ledger. */
  rolesIn(principal: Principal, ledger: string | null): LedgerRoles;
}

const NOTHING: TenantAccess = { grants: [], settings: DEFAULT_SETTINGS };

export class AccessBook implements Authority {
  readonly #clock: Clock;
  readonly #tenants = new Map<TenantName, TenantAccess>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(tenant: TenantName): TenantAccess {
    return this.#tenants.get(tenant) ?? NOTHING;
  }

  put(tenant: TenantName, access: TenantAccess): void {
    this.#tenants.set(tenant, access);
  }

  rolesIn(principal: Principal, ledger: string | null): LedgerRoles {
    return rolesIn(this.of(principal.tenant), principal, ledger, this.#clock.now());
  }

  /** @throws AccessError ACCESS_APPROVAL_NEEDED. */
  checkExport(principal: Principal, ledger: string): void {
    checkExport(this.of(principal.tenant), principal, ledger, this.#clock.now());
  }

  takesType(tenant: TenantName, ledger: string, type: string): boolean {
    return takesType(this.of(tenant).settings, ledger, type);
  }
}

/** Pure. A restricted ledger is opened by grants that name it, and by nothing else. */
export function rolesIn(
  { grants, settings }: TenantAccess,
  principal: Principal,
  ledger: string | null,
  now: UnixMillis,
): LedgerRoles {
  const held = grants.filter((grant) => holds(grant, principal, now));
  const wide = [principal.role, ...rolesOf(held.filter((grant) => grant.ledger === undefined))];
  // No route leads there: what is in it is shown by /v1/inspections, to those who have a part in it.
  if (ledger === HIDDEN_LEDGER) return { roles: distinct(wide), isHidden: true };
  if (ledger === null) return { roles: distinct(wide), isHidden: false };
  const here = rolesOf(held.filter((grant) => grant.ledger === ledger));
  if (!isRestricted(settings, ledger))
    return { roles: distinct([...wide, ...here]), isHidden: false };
  return here.length === 0
    ? { roles: distinct(wide), isHidden: true }
    : { roles: distinct(here), isHidden: false };
}

function rolesOf(grants: readonly Grant[]): Role[] {
  return grants.map(({ role }) => role);
}

function distinct(roles: readonly Role[]): readonly Role[] {
  return [...new Set(roles)];
}
