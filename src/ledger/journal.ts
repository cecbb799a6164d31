/**
 * The write-ahead journal (docs/formats/journal.md). It leads: nothing is acknowledged, appended or
 * shown before the record that says it is synced here.
 */
import { toHex, u64be } from '../base/bytes.js';
import {
  decodePayload,
  encodePayload,
  type JournalCommit,
  type JournalSnapshot,
} from './internal/journal-payload.js';
import {
  frame,
  type JournalRecord,
  scanSegment,
  SEGMENT_MAGIC,
} from './internal/journal-record.js';
import type { JournalFile, JournalFiles } from './journal-files.js';
import { damaged, LedgerError } from './ledger-error.js';

export type { JournalBlock, JournalCommit, JournalSnapshot } from './internal/journal-payload.js';

/** What the journal holds, from its oldest segment on. */
export interface JournalContent {
  /** What held before `commits`; null in a journal that was never written. */
  readonly snapshot: JournalSnapshot | null;
  readonly commits: readonly JournalCommit[];
  /** Bytes of a last record that a crash cut short, never shown to anyone. */
  readonly tornBytes: number;
  readonly segments: readonly string[];
  /** Where the next record goes on. */
  readonly tip: JournalTip;
}

export interface JournalTip {
  readonly sequence: number;
  readonly digest: Uint8Array;
}

/** Reads and checks the whole journal; changes nothing. @throws LedgerError LEDGER_DAMAGED. */
export async function readJournal(files: JournalFiles): Promise<JournalContent> {
  const segments = await files.list();
  let tip: JournalTip = { sequence: 0, digest: new Uint8Array(32) };
  let snapshot: JournalSnapshot | null = null;
  let tornBytes = 0;
  const commits: JournalCommit[] = [];
  for (const [position, name] of segments.entries()) {
    const bytes = await files.read(name);
    const { records, soundLength } = scanSegment(name, bytes);
    tornBytes = bytes.length - soundLength;
    for (const [at, record] of records.entries()) {
      tip = follow(tip, record, name, position === 0 && at === 0);
      const payload = decode(record, name);
      if ((payload.kind === 'snapshot') !== (at === 0))
        throw damaged(`journal segment ${name}: a snapshot is not where it belongs`);
      if (payload.kind === 'commit') commits.push(payload);
      else snapshot ??= payload;
    }
  }
  return { snapshot, commits, tornBytes, segments, tip };
}

export class Journal {
  readonly #files: JournalFiles;
  #file: JournalFile;
  #segments: string[];
  #tip: JournalTip;
  #bytes = 0;
  #failed = false;

  private constructor(files: JournalFiles, file: JournalFile, segments: string[], tip: JournalTip) {
    this.#files = files;
    this.#file = file;
    this.#segments = segments;
    this.#tip = tip;
  }

  /**
   * Begins a new segment behind what `readJournal` found, which must have been applied and flushed.
   * The older segments stay until `dropOldSegments`.
   */
  static async begin(
    files: JournalFiles,
    content: JournalContent,
    snapshot: JournalSnapshot,
  ): Promise<Journal> {
    const segments = [...content.segments];
    const name = segmentName(content.tip.sequence);
    // A segment of this name holds no sound record: a crash came before its first was synced.
    if (segments.at(-1) === name) {
      await files.remove(name);
      segments.pop();
    }
    const { file, tip } = await createSegment(files, content.tip, snapshot);
    return new Journal(files, file, [...segments, name], tip);
  }

  /** Bytes in the current segment. */
  get segmentBytes(): number {
    return this.#bytes;
  }

  /** Durable when it returns. @throws LedgerError LEDGER_FAILED: the state is unknown, stop the node. */
  async append(commit: JournalCommit): Promise<void> {
    if (this.#failed) throw new LedgerError('LEDGER_FAILED', 'the journal failed before');
    const { bytes, digest } = frame(this.#tip.sequence, this.#tip.digest, encodePayload(commit));
    await this.#orFail('cannot write the journal', async () => {
      // A crash here leaves part of a record, or none: torn, never shown, dropped at the next opening.
      await this.#file.append(bytes);
      // A crash here leaves a whole record or a torn one; whole, it is applied though nobody was told.
      await this.#file.datasync();
    });
    this.#tip = { sequence: this.#tip.sequence + 1, digest };
    this.#bytes += bytes.length;
  }

  /** Goes on in a new segment. Older ones stay until `dropOldSegments`. */
  async rotate(snapshot: JournalSnapshot): Promise<void> {
    await this.#orFail('cannot begin a journal segment', async () => {
      const { file, tip } = await createSegment(this.#files, this.#tip, snapshot);
      await this.#file.close();
      this.#file = file;
      this.#segments.push(segmentName(this.#tip.sequence));
      this.#tip = tip;
      this.#bytes = 0;
    });
  }

  /** Name of the segment that is written to now. */
  get currentSegment(): string {
    return this.#segments.at(-1) ?? '';
  }

  /** Removes the segments before `segment`: only after everything they say has been flushed to disk. */
  async dropSegmentsBefore(segment: string): Promise<void> {
    const old = this.#segments.filter((name) => name < segment);
    await this.#orFail('cannot remove a journal segment', async () => {
      // Oldest first, and each for itself: a file system may keep a later removal without an earlier
      // one, and a journal with a gap is damage.
      for (const name of old) {
        await this.#files.remove(name);
        await this.#files.syncDirectory();
      }
    });
    this.#segments = this.#segments.filter((name) => name >= segment);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #orFail(what: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (cause) {
      // After a failed sync the kernel may call the pages clean: only a reopening tells the truth.
      this.#failed = true;
      throw new LedgerError('LEDGER_FAILED', `${what}: stop the node and reopen it`, { cause });
    }
  }
}

async function createSegment(
  files: JournalFiles,
  tip: JournalTip,
  snapshot: JournalSnapshot,
): Promise<{ file: JournalFile; tip: JournalTip }> {
  const file = await files.create(segmentName(tip.sequence));
  const { bytes, digest } = frame(tip.sequence, tip.digest, encodePayload(snapshot));
  try {
    // A crash up to the directory's sync leaves no segment, or one without a sound record: dropped.
    await file.append(SEGMENT_MAGIC);
    await file.append(bytes);
    await file.datasync();
    await files.syncDirectory();
  } catch (cause) {
    await file.close();
    throw cause;
  }
  return { file, tip: { sequence: tip.sequence + 1, digest } };
}

function follow(
  tip: JournalTip,
  record: JournalRecord,
  segment: string,
  isOldest: boolean,
): JournalTip {
  // What came before the oldest segment that is left has been dropped; its first record is taken as it is.
  const follows = record.sequence === tip.sequence && toHex(record.previous) === toHex(tip.digest);
  const named = segmentName(record.sequence) === segment;
  if (isOldest ? !named : !follows)
    throw damaged(
      `journal segment ${segment}: record ${record.sequence} does not follow the one before`,
    );
  return { sequence: record.sequence + 1, digest: record.digest };
}

function decode(record: JournalRecord, segment: string): JournalSnapshot | JournalCommit {
  try {
    return decodePayload(record.payload);
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause;
    throw damaged(`journal segment ${segment}: record ${record.sequence} cannot be read`, cause);
  }
}

function segmentName(sequence: number): string {
  return `${toHex(u64be(sequence))}.journal`;
}
