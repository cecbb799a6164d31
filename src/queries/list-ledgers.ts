/** The ledgers of a tenant, by name, a page at a time. */
import { type LedgerState, ledgerState } from './ledger-state.js';
import type { TenantLedgers } from './tenant-ledgers.js';

export interface LedgerPage {
  readonly items: readonly LedgerState[];
  /** The name after which the next page begins; null at the end. */
  readonly next: string | null;
}

export function listLedgers(
  ledgers: TenantLedgers,
  tenant: string,
  { limit, after }: { readonly limit: number; readonly after?: string },
): LedgerPage {
  const rest = ledgers
    .list(tenant)
    .filter(({ identity }) => after === undefined || identity.name > after);
  const page = rest.slice(0, limit);
  return {
    items: page.map((ledger) => ledgerState(ledger, ledgers.anchoredSize, ledgers.backlog)),
    next: rest.length > limit ? (page.at(-1)?.identity.name ?? null) : null,
  };
}

/** @throws LedgerError LEDGER_UNKNOWN. */
export function stateOfLedger(ledgers: TenantLedgers, tenant: string, name: string): LedgerState {
  const { ledger, anchoredSize } = ledgers.find(tenant, name);
  return ledgerState(ledger, anchoredSize, ledgers.backlog);
}
