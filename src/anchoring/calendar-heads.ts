/** The calendars' stamp that an entry's way into a chain goes through, beside or instead of an anchor of the node's own. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import type { OtsFile } from '../evidence/opentimestamps/ots-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { CalendarStamp } from './calendar-stamp.js';
import type { EpochHistory } from './epoch-history.js';
import { AnchoringError } from './errors.js';
import { firstHolding, headInEpoch, type HeadInEpoch } from './head-in-epoch.js';

export interface CalendarHead extends HeadInEpoch {
  /** Of the root that the head leads to. */
  readonly stamp: OtsFile;
}

/** What is stamped, of whichever calendars know of a block. */
export interface CalendarStamped {
  /** The first stamped head that contains an entry; null while there is none. */
  around(reader: LogReader, index: LeafIndex): Promise<CalendarHead | null>;
}

/** Where no calendars are asked. */
export const NOTHING_STAMPED: CalendarStamped = { around: () => Promise.resolve(null) };

export interface ConfirmedByCalendars {
  /** Of the epoch log, ascending. */
  readonly confirmedSizes: readonly TreeSize[];
  read(size: TreeSize): Promise<CalendarStamp>;
}

/**
 * Of the epoch log that is written now. `around` throws AnchoringError ANCHOR_STATE_INVALID for a stamp of another
 * root, and as `EpochHistory.path`.
 */
export function calendarHeads(
  history: EpochHistory,
  stamps: ConfirmedByCalendars,
): CalendarStamped {
  return {
    around: async (reader, index) => {
      const sizes = stamps.confirmedSizes;
      const size = sizes[await firstHolding(history, sizes, reader, index)];
      if (size === undefined) return null;
      const head = await headInEpoch(history, size, reader);
      if (head === null) return null;
      const { file } = await stamps.read(size);
      if (!equalBytes(file.digest, await history.log.epochs.rootAt(size)))
        throw new AnchoringError(
          'ANCHOR_STATE_INVALID',
          'a calendar’s stamp is of another root than the epoch log has: restore it from a copy, or remove it',
        );
      return { ...head, stamp: file };
    },
  };
}
