/**
 * Time-stamps over the epoch logs and what calendars said of their roots, as they are kept in the data directory
 * (docs/formats/data-directory.md), held against the logs. For `fsck`: opening looks at the newest alone.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { systemErrorCode } from '../base/system-error.js';
import { parseTimeStampToken } from '../signing/time-stamp-token.js';
import { verifyCheckpoint } from '../tlog/checkpoint.js';
import { parseVerifierKey } from '../tlog/note-key.js';
import { noteVerifier } from '../tlog/signed-note.js';
import { TlogError } from '../tlog/tlog-error.js';
import { isInBlock } from './calendar-stamp.js';
import { CALENDAR_FILE, calendarFilesIn, readCalendarStamp } from './calendar-store.js';
import { beyond, type CheckedEpochLog, problemAt } from './check-problem.js';
import { epochStampOf } from './stamp-note.js';
import { EPOCH_STAMP_FILE, readEpochStamp, stampFileName, stampSizesIn } from './stamp-store.js';

/** @param logs all epoch logs that the node has had. */
export async function* keptProblems(
  dataDirectory: string,
  logs: readonly CheckedEpochLog[],
): AsyncGenerator<string> {
  yield* strays(dataDirectory, 'stamps', logs, EPOCH_STAMP_FILE);
  yield* strays(dataDirectory, 'calendars', logs, CALENDAR_FILE);
  for (const log of logs) {
    yield* stampProblems(join(dataDirectory, 'stamps', log.reader.handle), log);
    yield* calendarProblems(join(dataDirectory, 'calendars', log.reader.handle), log);
  }
}

/** Nothing would read them: a file that was renamed would be missed by nobody. */
async function* strays(
  dataDirectory: string,
  kind: string,
  logs: readonly CheckedEpochLog[],
  known: RegExp,
): AsyncGenerator<string> {
  for (const handle of await namesIn(join(dataDirectory, kind))) {
    const place = `${kind}/${handle}`;
    if (!logs.some(({ reader }) => reader.handle === handle)) {
      yield `${place} is of no epoch log of this node: it is of another one, or does not belong there`;
      continue;
    }
    // What a crash left of a file that was being replaced says nothing.
    for (const name of await namesIn(join(dataDirectory, kind, handle)))
      if (!known.test(name.replace(/\.tmp$/, ''))) yield `${place}/${name} does not belong there`;
  }
}

async function* stampProblems(directory: string, log: CheckedEpochLog): AsyncGenerator<string> {
  const { reader } = log;
  for (const size of await stampSizesIn(directory)) {
    const place = `stamps/${reader.handle}/${stampFileName(size)}`;
    const problem = await problemAt(place, async () => {
      const kept = await readEpochStamp(directory, size);
      const { at, authority } = epochStampOf(kept, parseTimeStampToken(kept.token));
      if (at !== kept.at || authority !== kept.authority)
        return `${place} names another time or authority than its token`;
      if (size > reader.head.size) return beyond(place, size, log);
      const isOfLog = await isCheckpointOf(reader, size, kept.note);
      return isOfLog ? null : `${place} is of another checkpoint than the epoch log's`;
    });
    if (problem !== null) yield problem;
  }
}

/** Of a log whose keys are lost nothing can be signed again to compare: what was signed then is verified. */
async function isCheckpointOf(
  reader: CheckedEpochLog['reader'],
  size: TreeSize,
  note: string,
): Promise<boolean> {
  if (!reader.isLost) return note === (await reader.checkpointAt(size));
  try {
    const verifier = noteVerifier(parseVerifierKey(reader.verifierKey));
    const signed = verifyCheckpoint(note, verifier, reader.origin);
    return signed.size === size && equalBytes(signed.rootHash, await reader.rootAt(size));
  } catch (cause) {
    if (cause instanceof TlogError) return false;
    throw cause;
  }
}

async function* calendarProblems(directory: string, log: CheckedEpochLog): AsyncGenerator<string> {
  const { reader } = log;
  for (const file of await calendarFilesIn(directory)) {
    const { name, size, isPending } = file;
    const place = `calendars/${reader.handle}/${name}`;
    const problem = await problemAt(place, async () => {
      const stamp = await readCalendarStamp(directory, file);
      if (!isPending && !isInBlock(stamp)) return `${place} is settled, and names no block`;
      if (size > reader.head.size) return beyond(place, size, log);
      const isOfLog = equalBytes(stamp.file.digest, await reader.rootAt(size));
      return isOfLog ? null : `${place} is of another root than the epoch log's`;
    });
    if (problem !== null) yield problem;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '')) return [];
    throw cause;
  }
}
