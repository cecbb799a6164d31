/**
 * The maps of an epoch: map entries come first, so that the heads that are anchored hold them. A map that cannot
 * be made is logged and holds up nothing.
 */
import type { Logger } from './base/logger.js';
import type { MapKeeper } from './commands/keep-maps.js';
import { type LedgerNode, NODE_TENANT } from './ledger-node.js';
import type { QuorumPatience } from './quorum-patience.js';

/** @param patience of all rounds. */
export async function coverLedgers(
  store: LedgerNode['store'],
  maps: MapKeeper,
  logger: Logger,
  patience: QuorumPatience,
): Promise<void> {
  patience.begin();
  const own = store.tenantNamed(NODE_TENANT)?.handle;
  for (const ledger of store.allLedgers()) {
    // The epoch log is about nobody.
    if (ledger.identity.tenant === own) continue;
    // Whoever writes it makes its maps.
    if (!ledger.isWritable) continue;
    await patience.wait(ledger, async () => {
      try {
        await maps.coverAll(ledger);
      } catch (error) {
        logger.warn('map not made', { log: ledger.reader.origin, error });
      }
    });
  }
}
