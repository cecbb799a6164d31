/**
 * What calendars know of one root of the epoch log: the kept file, as a value. Each step is a function from one to
 * the next, which is stored before anybody is told (docs/formats/opentimestamps.md, "Calendars").
 */
import type { Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import { sha256 } from '../base/hash.js';
import { OpenTimestampsError } from '../evidence/opentimestamps/errors.js';
import { mergeTimestamps } from '../evidence/opentimestamps/merge-ots-files.js';
import { applyOperation, type OtsOperation } from '../evidence/opentimestamps/operations.js';
import type { OtsFile, OtsTimestamp } from '../evidence/opentimestamps/ots-file.js';
import {
  type CalendarPromise,
  grownAt,
  hasBlock,
  operationsIn,
  promisesOf,
  underSteps,
} from '../evidence/opentimestamps/timestamp-tree.js';
import { writeOtsFile } from '../evidence/opentimestamps/write-ots-file.js';
import { CalendarError } from './calendar-error.js';

export interface CalendarStamp {
  /** Of the epoch log. */
  readonly size: TreeSize;
  /** When it was sent first. */
  readonly at: UnixMillis;
  /** Names of the calendars that took it. */
  readonly took: readonly string[];
  /** Its digest is the root. */
  readonly file: OtsFile;
}

/** A root on its way to calendars. */
export interface Outgoing {
  readonly size: TreeSize;
  readonly root: Sha256Digest;
  /** 16 random bytes, which keep the root from the calendars. */
  readonly nonce: Uint8Array;
}

export const STAMP_NONCE_BYTES = 16;
/** Of one root. An entry's own path comes to it, and the file of both is read again within 4,096 operations. */
const MAX_KEPT_OPERATIONS = 2_048;
export const MAX_KEPT_BYTES = 256 * 1024;

/** What is sent: 32 bytes. */
export function digestToSend({ root, nonce }: Outgoing): Uint8Array {
  return sha256(root, nonce);
}

/** @param answer what a calendar knows of `digestToSend`. @throws CalendarError CALENDAR_ANSWER_UNUSABLE for too much. */
export function takenBy(
  stamp: CalendarStamp | null,
  outgoing: Outgoing,
  { name, answer, at }: { name: string; answer: OtsTimestamp; at: UnixMillis },
): CalendarStamp {
  const { size, root, nonce } = outgoing;
  const timestamp = underSteps([{ kind: 'append', argument: nonce }, { kind: 'sha256' }], answer);
  if (stamp === null) {
    const file = bounded({ hash: 'sha256', digest: root, timestamp });
    return { size, at, took: [name], file };
  }
  const merged = mergeTimestamps(stamp.file.timestamp, timestamp);
  return {
    ...stamp,
    took: [...stamp.took, name],
    file: bounded({ ...stamp.file, timestamp: merged }),
  };
}

/** @param blocks what a calendar knows of the commitment by now. @throws CalendarError CALENDAR_ANSWER_UNUSABLE. */
export function keptPromise(
  stamp: CalendarStamp,
  commitment: Uint8Array,
  blocks: OtsTimestamp,
): CalendarStamp {
  const { file } = stamp;
  const timestamp = grownAt(file.timestamp, file.digest, commitment, blocks);
  return { ...stamp, file: bounded({ ...file, timestamp }) };
}

export function openPromises({ file }: CalendarStamp): CalendarPromise[] {
  return promisesOf(file.timestamp, file.digest).filter(({ isKept }) => !isKept);
}

export function isInBlock({ file }: CalendarStamp): boolean {
  return hasBlock(file.timestamp);
}

/** To ask further calendars for it. */
export function outgoingOf({ size, file }: CalendarStamp): Outgoing | null {
  const [branch] = file.timestamp.branches;
  const operation: OtsOperation | undefined = branch?.operation;
  if (operation?.kind !== 'append') return null;
  const root = file.digest as Sha256Digest;
  // As it was made: there is one branch, and its step is the nonce.
  return applyOperation(operation, root).length === root.length + STAMP_NONCE_BYTES
    ? { size, root, nonce: operation.argument }
    : null;
}

function bounded(file: OtsFile): OtsFile {
  try {
    const bytes = writeOtsFile(file);
    if (bytes.length <= MAX_KEPT_BYTES && operationsIn(file.timestamp) <= MAX_KEPT_OPERATIONS)
      return file;
  } catch (cause) {
    if (!(cause instanceof OpenTimestampsError)) throw cause;
  }
  throw new CalendarError(
    'CALENDAR_ANSWER_UNUSABLE',
    'what the calendars answer is more than is kept of one root: check their addresses',
  );
}
