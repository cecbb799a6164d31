/**
 * Anchor files (docs/formats/anchor-files.md), all of them, held against the epoch logs. For `fsck`: a node compares the
 * newest alone. Others may write in that directory, so that what is not named as ours is nobody's business here.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { equalBytes, utf8, utf8ToString } from '../base/bytes.js';
import { writeOnceFiles } from '../keys/write-once.js';
import { parseTimeStampToken } from '../signing/time-stamp-token.js';
import { parseSignedNote } from '../tlog/signed-note.js';
import { anchorFileName, type AnchorFileKind, anchorFilesIn } from './anchor-file-names.js';
import { beyond, type CheckedEpochLog, problemAt } from './check-problem.js';
import { readKept } from './epoch-witnesses.js';
import { AnchoringError } from './errors.js';
import { epochStampOf } from './stamp-note.js';
import { readEpochStamp, stampSizesIn } from './stamp-store.js';

/** Whatever is larger is not what we wrote. */
const MAX_FILE_BYTES = 256 * 1024;

/** @param directory as the setting names it. */
export async function* anchorFileProblems(
  directory: string,
  dataDirectory: string,
  logs: readonly CheckedEpochLog[],
): AsyncGenerator<string> {
  const missing = await problemAt('the directory of anchor files', async () => {
    await readdir(directory);
    return null;
  });
  if (missing !== null) yield missing;
  else for (const log of logs) yield* problemsOf(directory, dataDirectory, log);
}

async function* problemsOf(
  directory: string,
  dataDirectory: string,
  log: CheckedEpochLog,
): AsyncGenerator<string> {
  const { handle, head } = log.reader;
  const files = await anchorFilesIn(join(directory, handle));
  const sizes = files.filter(({ kind }) => kind === 'checkpoint').map(({ size }) => size);
  for (const [at, size] of sizes.entries()) {
    const before = sizes[at - 1];
    if (before !== undefined && size > before + 1 && before < head.size)
      yield `${handle}/${anchorFileName((before + 1) as TreeSize, 'checkpoint')} is missing among the anchor files, and others up to the size ${size}: each was there`;
  }
  const newest = new Map(files.map(({ size, kind }) => [kind, size]));
  for (const { size, kind } of files) {
    const place = `${handle}/${anchorFileName(size, kind)}`;
    const problem = await problemAt(place, async () => {
      if (size > head.size) return beyond(place, size, log);
      const note = await log.reader.checkpointAt(size);
      const path = join(directory, handle, anchorFileName(size, kind));
      const found = (await writeOnceFiles.read(path, MAX_FILE_BYTES)) ?? new Uint8Array();
      const whole =
        kind === 'checkpoint' ? utf8(note) : await keptAs(kind, size, dataDirectory, log);
      if (whole !== null && equalBytes(found, whole)) return null;
      // What a crash left of it: the next start finishes it.
      if (whole !== null && size === newest.get(kind) && isBeginning(found, whole)) return null;
      if (kind === 'checkpoint')
        return `${place} is not the checkpoint of the epoch log at that size`;
      if (kind === 'cosigned') return noteProblem(place, found, note);
      epochStampOf({ note, size }, parseTimeStampToken(found));
      return null;
    });
    if (problem !== null) yield problem;
  }
}

function isBeginning(found: Uint8Array, whole: Uint8Array): boolean {
  return equalBytes(found, whole.subarray(0, found.length));
}

/** What the node would write there; null where it does not have it, or it is damaged, which is said elsewhere. */
async function keptAs(
  kind: Exclude<AnchorFileKind, 'checkpoint'>,
  size: TreeSize,
  dataDirectory: string,
  { reader }: CheckedEpochLog,
): Promise<Uint8Array | null> {
  try {
    if (kind === 'cosigned') {
      const note = await readKept(dataDirectory);
      return note === null ? null : utf8(note);
    }
    const directory = join(dataDirectory, 'stamps', reader.handle);
    const isKept = (await stampSizesIn(directory)).includes(size);
    return isKept ? (await readEpochStamp(directory, size)).token : null;
  } catch (cause) {
    if (cause instanceof AnchoringError) return null;
    throw cause;
  }
}

function noteProblem(place: string, found: Uint8Array, note: string): string | null {
  const isOfLog = parseSignedNote(utf8ToString(found)).text === parseSignedNote(note).text;
  return isOfLog ? null : `${place} is of another checkpoint than the epoch log's`;
}
