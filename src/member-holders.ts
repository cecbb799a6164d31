/** Members of shared ledgers as holders of what an erasure destroys (docs/formats/erasure.md, "Shared ledgers"). */
import type { LedgerStore } from './ledger/ledger-store.js';
import type { VaultHolder } from './retention/erasure-execution.js';

/**
 * Who keeps, or has kept, a shared ledger of a tenant that names an erasure. Heard of is who has signed for the newest one, by what
 * the ledger itself says: that is for all before it, too.
 *
 * @param tenant handle.
 */
export async function memberHolders(
  store: Pick<LedgerStore, 'ledgersOf' | 'sharedLog'>,
  tenant: string,
): Promise<readonly VaultHolder[]> {
  const found: VaultHolder[] = [];
  for (const { identity, isShared, reader } of store.ledgersOf(tenant)) {
    if (!isShared) continue;
    const { erasures } = store.sharedLog(identity.handle);
    const newest = await erasures.newest();
    if (newest === null) continue;
    const certificate = await erasures.certificate();
    const isOfNewest = certificate?.erasure === newest.index;
    for (const node of await erasures.holders()) {
      const word = isOfNewest ? certificate.words.find((one) => one.node === node) : undefined;
      const isHeard = word?.copies === 0;
      const id = `${node}@${reader.origin}`;
      found.push({ kind: 'member', id, ...(isHeard && { confirmedAt: word.at }) });
    }
  }
  return found;
}
