/** Makes a ledger of the caller's tenant. */
import type { Ledger } from '../ledger/ledger.js';
import { type LedgerState, ledgerState, type LedgerStateParts } from '../queries/ledger-state.js';

export interface CreateLedgerDeps {
  readonly createLedger: (tenant: string, name: string) => Promise<Ledger>;
  readonly stateParts: (tenant: string) => LedgerStateParts;
}

/**
 * @param name `[a-z0-9][a-z0-9-]{0,62}`; unique in the tenant, and part of the origin for ever.
 * @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY.
 */
export async function createLedger(
  deps: CreateLedgerDeps,
  tenant: string,
  name: string,
): Promise<LedgerState> {
  return ledgerState(await deps.createLedger(tenant, name), deps.stateParts(tenant));
}
