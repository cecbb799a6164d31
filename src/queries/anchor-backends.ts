/** How far each backend of epochs has come, and since when the oldest epoch waits that it does not have. */
import type { BackendStatus } from '../anchoring/backend-status.js';
import { FIRST_EPOCH } from '../anchoring/read-epoch.js';
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';

export interface BackendView extends BackendStatus {
  readonly waiting: {
    readonly epochs: number;
    /** When the oldest of them was made; null where none waits. */
    readonly since: UnixMillis | null;
  };
}

/** @param epochs the epoch log that is written now. */
export async function anchorBackends(
  epochs: LogReader,
  statuses: readonly BackendStatus[],
): Promise<BackendView[]> {
  const { size: epochSize } = epochs.head;
  return Promise.all(
    statuses.map(async (status) => {
      const oldest = Math.max(FIRST_EPOCH, status.size);
      const waits = Math.max(0, epochSize - oldest);
      if (waits === 0) return { ...status, waiting: { epochs: 0, since: null } };
      const { statement } = await epochs.entry(oldest as LeafIndex);
      const since = parseStatement(statement).recordedAt;
      return { ...status, waiting: { epochs: waits, since } };
    }),
  );
}
