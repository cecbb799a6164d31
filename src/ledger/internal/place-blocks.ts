/**
 * Blocks of a shared log that another node sealed, taken onto the head of the log here: what they make must be what the
 * log's checkpoint says, before anything of it is written.
 */
import { toHex, utf8 } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { openBlock } from '../../records/block.js';
import type { Bundle } from '../../records/bundle.js';
import { damaged } from '../ledger-error.js';
import type { LogHead } from '../log-head.js';
import { type Growth, grow } from './grow.js';
import type { JournalBlock } from './journal-payload.js';
import { noteRow, textOfNote } from './kept-notes.js';
import type { KeysEnd } from './log-segments.js';
import type { LogPosition, OpenLog } from './open-log.js';
import { placedEntries, recordedAtOf } from './recover-state.js';
import type { Carried } from './stage.js';
import type { StateRow } from './state-keys.js';
import { headRow } from './write-state.js';

/** A step of many blocks, as large as one record of the journal may be. */
interface Step {
  readonly blocks: JournalBlock[];
  readonly rows: StateRow[];
  readonly erased: string[];
  position: LogPosition;
  bytes: number;
}

/**
 * What the blocks make: the log's checkpoint, of which the signature has been verified, or where its keys ended. Null where
 * neither is of their end: they were verified with what comes after them.
 */
export type BlocksEnd = string | KeysEnd | null;

/**
 * @param maxBytes of one step.
 * @returns one step or more, in order; a checkpoint goes with the last.
 * @throws LedgerError LEDGER_DAMAGED for blocks that are not those of that end, or not the next ones.
 */
export function placeBlocks(
  log: OpenLog,
  blocks: readonly Uint8Array[],
  end: BlocksEnd,
  maxBytes: number,
): readonly Carried[] {
  const steps: Step[] = [];
  let { position } = log;
  for (const block of blocks) {
    const grown = growBy(log, position, block);
    position = grown.position;
    let step = steps.at(-1);
    if (step === undefined || step.bytes + block.length > maxBytes)
      steps.push((step = { blocks: [], rows: [], erased: [], position, bytes: 0 }));
    const isLast = position.head.length === log.head.length + blocks.length;
    const body = log.checkpointBody(grown.head);
    const note = isLast && typeof end === 'string' ? end : null;
    if (isLast && !isEndOf(end, body, grown.head))
      throw refused(log, 'are not those that its checkpoint is of');
    step.blocks.push({
      key: log.hypercore.key,
      block,
      head: grown.head,
      checkpointBody: utf8(note ?? body),
    });
    step.rows.push(...grown.rows);
    step.erased.push(...grown.erased);
    if (note !== null) step.rows.push(noteRow(log.number, grown.head.size, note));
    step.position = { ...position, note };
    step.bytes += block.length;
  }
  return steps.map((step) => ({
    log,
    blocks: step.blocks,
    rows: [...step.rows, headRow(log.number, step.position.head)],
    erased: step.erased,
    position: step.position,
  }));
}

function isEndOf(end: BlocksEnd, body: string, head: LogHead): boolean {
  if (end === null) return true;
  if (typeof end === 'string') return textOfNote(end) === body;
  return (
    end.length === head.length &&
    end.size === head.size &&
    end.rootHash === toHex(head.rootHash) &&
    end.treeHash === toHex(head.treeHash)
  );
}

/** Where a log would stand behind a block. @throws LedgerError LEDGER_DAMAGED. */
export function growBy(log: OpenLog, position: LogPosition, block: Uint8Array): Growth {
  const blockNumber = position.head.length;
  const bundle = opened(log, block, blockNumber);
  if ((bundle.firstIndex as number) !== position.edge.size)
    throw refused(log, `do not begin at entry ${position.edge.size}`);
  const placed = orRefused(log, () => placedEntries(bundle));
  const last = placed.at(-1);
  if (last === undefined) throw refused(log, 'hold nothing');
  return grow(log.number, position, block, placed, recordedAtOf(last));
}

function opened(log: OpenLog, block: Uint8Array, blockNumber: number): Bundle {
  const place = { coreKey: log.hypercore.key, blockNumber };
  return orRefused(log, () => openBlock(block, log.secrets.block, place));
}

function orRefused<T>(log: OpenLog, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ChirographError) throw refused(log, 'cannot be read', cause);
    throw cause;
  }
}

function refused({ descriptor }: OpenLog, what: string, cause?: unknown): Error {
  return damaged(
    `blocks that were to go on log ${descriptor.origin} ${what}; none was taken`,
    cause,
  );
}
