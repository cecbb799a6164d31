/** What is left of each log of a store that will not open, and what was lost of it. Changes nothing. */
import { equalBytes } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import type { KeyStore } from '../../keys/key-store.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { EMPTY_EDGE } from '../../tlog/tile-tree.js';
import type { LedgerDescriptor, LogDescriptor } from '../catalog.js';
import { damaged, LedgerError } from '../ledger-error.js';
import type { LogHead } from '../log-head.js';
import { LogReader } from '../log-reader.js';
import type { HypercoreLog } from './hypercore-log.js';
import { OpenLog } from './open-log.js';
import { type JournaledLog, journaledLog, lastHead, missingBlocks } from './recover-log.js';
import { soundPrefix } from './sound-prefix.js';
import { openLogParts, type LogStoreParts } from './store-parts.js';
import type { WriteState } from './write-state.js';

export interface ExaminedLog {
  readonly ledger: LedgerDescriptor;
  readonly log: OpenLog;
  /** The last head that was shown, as far as the journal knows. */
  readonly known: LogHead;
  /** The longest prefix that can be trusted. */
  readonly recovered: LogHead;
  /** What the log holds is what the journal says; it may lack what a crash kept from it. */
  readonly isIntact: boolean;
  /** Something that was shown, or may have been, is not in `recovered`. */
  readonly isLost: boolean;
  /** A block of `recovered`. @throws LedgerError LEDGER_DAMAGED beyond. */
  readonly block: (number: number) => Promise<Uint8Array>;
}

export interface Examination extends LogStoreParts {
  readonly keyStore: KeyStore;
  /** For its tiles; null if it cannot be opened. */
  readonly state: WriteState | null;
}

export async function examineLog(
  parts: Examination,
  ledger: LedgerDescriptor,
  descriptor: LogDescriptor,
): Promise<ExaminedLog> {
  const { hypercore, secrets } = await openLogParts(parts, parts.keyStore, ledger, descriptor);
  const journaled = journaledLog(parts.journal, hypercore.key);
  const known = lastHead(journaled);
  const position = { head: known, roots: [], edge: EMPTY_EDGE, note: null };
  const log = new OpenLog(ledger.tenant, { descriptor, hypercore, secrets }, position);
  const block = await blockSource(hypercore, journaled);
  const recovered = await soundPrefix({
    coreKey: hypercore.key,
    blockKey: secrets.block,
    journaled,
    block,
    isPrefix: (earlier, later) => isPrefix(parts.state, log, earlier, later),
  });
  return {
    ledger,
    log,
    known,
    recovered,
    isIntact: await isIntact(descriptor.origin, hypercore, journaled),
    isLost: recovered.length < known.length || hypercore.length > known.length,
    block: async (number) => {
      const bytes = number < recovered.length ? await block(number) : null;
      if (bytes === null) throw damaged(`block ${number} of ${descriptor.origin} is missing`);
      return bytes;
    },
  };
}

/** The journal's bytes where it has them, else the log's; null where neither can be read. */
async function blockSource(
  hypercore: HypercoreLog,
  journaled: JournaledLog,
): Promise<(number: number) => Promise<Uint8Array | null>> {
  const { base, blocks } = journaled;
  // A log that differs from the journal goes on from another history, however well its blocks open.
  const goesOn = await holdsJournaled(hypercore, journaled);
  return async (number) => {
    const journal = number < base.length ? undefined : blocks[number - base.length]?.block;
    if (journal !== undefined) return journal;
    return number < base.length || goesOn ? readBlock(hypercore, number) : null;
  };
}

async function readBlock(hypercore: HypercoreLog, number: number): Promise<Uint8Array | null> {
  if (number >= hypercore.length) return null;
  try {
    return await hypercore.blockIfThere(number);
  } catch (cause) {
    if (cause instanceof LedgerError) return null;
    throw cause;
  }
}

/** Whether what the log holds of the journal's blocks is the same. */
async function holdsJournaled(hypercore: HypercoreLog, { blocks }: JournaledLog): Promise<boolean> {
  for (const { block, head } of blocks) {
    if (head.length > hypercore.length) break;
    const stored = await readBlock(hypercore, head.length - 1);
    if (stored === null || !equalBytes(stored, block)) return false;
  }
  return true;
}

async function isIntact(
  origin: string,
  hypercore: HypercoreLog,
  journaled: JournaledLog,
): Promise<boolean> {
  try {
    await missingBlocks(origin, hypercore, journaled);
  } catch (cause) {
    if (cause instanceof LedgerError) return false;
    throw cause;
  }
  return holdsJournaled(hypercore, journaled);
}

async function isPrefix(
  state: WriteState | null,
  log: OpenLog,
  earlier: LogHead,
  later: LogHead,
): Promise<boolean> {
  // Without tiles nothing is shown to be a prefix.
  if (state === null) return false;
  try {
    return verifyConsistency({
      from: earlier.size,
      fromRoot: earlier.rootHash,
      to: later.size,
      toRoot: later.rootHash,
      proof: await new LogReader(log, state).consistencyProof(earlier.size, later.size),
    });
  } catch (cause) {
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}
