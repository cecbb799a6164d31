/** Gives the log of a ledger another key; the old one is destroyed. */
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { TenantLedgers } from '../queries/tenant-ledgers.js';

export interface RotateLogKeyDeps {
  readonly store: Pick<LedgerStore, 'rotateKeys'>;
  readonly ledgers: Pick<TenantLedgers, 'find'>;
}

/** C2SP verifier keys, and where the one takes over from the other: the handover is the entry at index `size`. */
export interface RotatedKey {
  readonly origin: string;
  readonly old: string;
  readonly new: string;
  readonly size: number;
  readonly rootHash: string;
}

/** @throws LedgerError LEDGER_UNKNOWN, LEDGER_HANDOVER, LEDGER_READ_ONLY. */
export async function rotateLogKey(
  { store, ledgers }: RotateLogKeyDeps,
  tenant: string,
  name: string,
): Promise<RotatedKey> {
  const { identity } = ledgers.find(tenant, name).ledger;
  const { reader } = await store.rotateKeys(identity.handle);
  const handover = reader.handovers.at(-1);
  if (handover === undefined) throw new Error('keys were rotated, and no handover says so');
  const { old, new: next, size, rootHash } = handover;
  return { origin: reader.origin, old, new: next, size, rootHash };
}
