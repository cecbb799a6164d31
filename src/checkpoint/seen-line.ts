/** One line of what a witness keeps of a log (docs/formats/witness.md, "What is kept"). */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { concat } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import type { HexDigest } from '../base/hex-digest.js';
import { COUNT, INSTANT, JsonMembers, oneOf, type Shape } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { formatInstant } from '../base/time.js';
import { type Checkpoint, parseCheckpoint } from '../tlog/checkpoint.js';
import { parseSignedNote } from '../tlog/signed-note.js';
import { TlogError } from '../tlog/tlog-error.js';
import { CheckpointError } from './checkpoint-error.js';

export type SeenKind =
  /** The head that follows the one before. */
  | 'cosigned'
  /** A proof of misbehaviour: `note` and `other` are of one size and have different roots. */
  | 'split-view'
  /** Signed by the log, and not proven to go on from what was cosigned. */
  | 'unproven';

export interface SeenLine {
  readonly at: UnixMillis;
  readonly kind: SeenKind;
  /** Size of the newest head that has been cosigned, this line included. */
  readonly newest: TreeSize;
  /** A signed checkpoint. */
  readonly note: string;
  /** Of `split-view` alone: the cosigned checkpoint that it contradicts. */
  readonly other?: string;
}

const NEWLINE = Uint8Array.of(0x0a);

/** @param offset where in the file of the log the line begins. */
export function formatSeenLine(originHash: HexDigest, offset: number, line: SeenLine): Uint8Array {
  const { at, kind, newest, note, other } = line;
  const content = { at: formatInstant(at), kind, newest, note };
  return concat(
    formatStoredJson(placeOf(originHash, offset), {
      ...content,
      ...(other !== undefined && { other }),
    }),
    NEWLINE,
  );
}

/**
 * Verifies no signature.
 *
 * @param bytes without the newline.
 * @throws CheckpointError WITNESS_DAMAGED, WITNESS_FORMAT_UNKNOWN.
 */
export function parseSeenLine(originHash: HexDigest, offset: number, bytes: Uint8Array): SeenLine {
  const content = parseStoredJson(placeOf(originHash, offset), bytes, {
    damaged: damagedLine,
    newer: (format, known) =>
      new CheckpointError(
        'WITNESS_FORMAT_UNKNOWN',
        `what is kept of a log has format ${format}; this version reads up to ${known}`,
      ),
  });
  const members = new JsonMembers(content, damagedLine);
  const at = members.required('at', INSTANT);
  const kind = members.required('kind', oneOf('cosigned', 'split-view', 'unproven'));
  const newest = members.required('newest', COUNT) as TreeSize;
  const note = members.required('note', SIGNED_CHECKPOINT);
  if (kind !== 'split-view') {
    members.end();
    return { at, kind, newest, note };
  }
  const other = members.required('other', SIGNED_CHECKPOINT);
  members.end();
  return { at, kind, newest, note, other };
}

/** The checkpoint of a line's note, which was verified before it was kept. */
export function checkpointOf({ note }: Pick<SeenLine, 'note'>): Checkpoint {
  return parseCheckpoint(parseSignedNote(note).text);
}

function placeOf(originHash: HexDigest, offset: number): string {
  return `${originHash}.seen/${offset}`;
}

const SIGNED_CHECKPOINT: Shape<string> = {
  what: 'a signed checkpoint',
  read: (value) => (typeof value === 'string' && isSignedCheckpoint(value) ? value : null),
};

function isSignedCheckpoint(note: string): boolean {
  try {
    checkpointOf({ note });
    return true;
  } catch (cause) {
    if (cause instanceof TlogError || cause instanceof BaseError) return false;
    throw cause;
  }
}

function damagedLine(reason: string): CheckpointError {
  return new CheckpointError(
    'WITNESS_DAMAGED',
    `a line of what is kept of a log is not what was written (${reason}): restore the data directory`,
  );
}
