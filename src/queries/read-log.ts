/** A ledger as the transparency log it is: C2SP checkpoints, tiles and entry bundles. */
import type { TreeSize } from '../base/brand.js';
import { utf8 } from '../base/bytes.js';
import { LedgerError } from '../ledger/ledger-error.js';
import { parseEntryBundlePath, parseTilePath } from '../tlog/tile-path.js';
import type { LedgerLogs } from './tenant-ledgers.js';

/** Who cosigns checkpoints of logs that it has on disk. */
export interface Cosigners {
  newestCosigned(origin: string): string | null;
  /** The note, with what is there over the very same. */
  withCosignatures(origin: string, note: string): string;
}

/** The newest. @throws LedgerError LEDGER_CHECKPOINT_UNKNOWN where there is none yet. */
export function newestCheckpoint(
  { ledger }: LedgerLogs,
  cosigners: Cosigners | null = null,
): Uint8Array {
  const checkpoint = ledger.reader.checkpoint();
  if (checkpoint === null)
    throw new LedgerError('LEDGER_CHECKPOINT_UNKNOWN', 'the ledger has no entries yet');
  return utf8(cosigners?.withCosignatures(ledger.reader.origin, checkpoint) ?? checkpoint);
}

/** The newest that a keeper has cosigned. @throws LedgerError LEDGER_CHECKPOINT_UNKNOWN where there is none since the start. */
export function cosignedCheckpoint(
  { ledger }: LedgerLogs,
  cosigners: Cosigners | null,
): Uint8Array {
  const note = cosigners?.newestCosigned(ledger.reader.origin) ?? null;
  if (note !== null) return utf8(note);
  throw new LedgerError(
    'LEDGER_CHECKPOINT_UNKNOWN',
    'no keeper of the ledger has cosigned a checkpoint since the node was started',
  );
}

/** The one that was shown of that size. @throws LedgerError LEDGER_CHECKPOINT_UNKNOWN. */
export async function checkpointOfSize(
  { ledger }: LedgerLogs,
  size: TreeSize,
): Promise<Uint8Array> {
  return utf8(await ledger.reader.checkpointAt(size));
}

/**
 * A tile or an entry bundle.
 * @param path `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
 * @throws TlogError TILE_PATH_MALFORMED; LedgerError LEDGER_TILE_UNKNOWN.
 */
export async function readTile({ ledger }: LedgerLogs, path: string): Promise<Uint8Array> {
  if (!path.startsWith('tile/entries/')) return ledger.reader.tile(parseTilePath(path));
  const { index, width } = parseEntryBundlePath(path);
  return ledger.reader.entryBundle(index, width);
}
