/** The ledgers of a tenant, by name, a page at a time. */
import { type LedgerState, ledgerState } from './ledger-state.js';
import type { TenantLedgers } from './tenant-ledgers.js';

export interface LedgerPage {
  readonly items: readonly LedgerState[];
  /** The name after which the next page begins; null at the end. */
  readonly next: string | null;
}

export interface LedgerRange {
  readonly limit: number;
  readonly after?: string;
  /** Of those that the caller may know of. */
  readonly isShown: (name: string) => boolean;
}

export function listLedgers(
  ledgers: TenantLedgers,
  tenant: string,
  { limit, after, isShown }: LedgerRange,
): LedgerPage {
  const rest = ledgers
    .list(tenant)
    .filter(({ identity: { name } }) => (after === undefined || name > after) && isShown(name));
  const page = rest.slice(0, limit);
  return {
    items: page.map((ledger) => ledgerState(ledger, ledgers.stateParts(tenant))),
    next: rest.length > limit ? (page.at(-1)?.identity.name ?? null) : null,
  };
}

/** @throws LedgerError LEDGER_UNKNOWN. */
export function stateOfLedger(ledgers: TenantLedgers, tenant: string, name: string): LedgerState {
  return ledgerState(ledgers.find(tenant, name).ledger, ledgers.stateParts(tenant));
}
