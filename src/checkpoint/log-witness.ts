/**
 * A witness of one log: what was cosigned last, and the only place where something is cosigned next. One
 * checkpoint at a time is compared, kept and answered; what is kept is durable before anyone is answered
 * (docs/decisions/0028-witnesses.md).
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { Logger } from '../base/logger.js';
import type { Clock } from '../base/time.js';
import { Turns } from '../base/turns.js';
import type { DurableFileSystem } from '../keys/durable-file.js';
import { MAX_SPLIT_VIEWS, type WitnessKeys, type WitnessMark } from '../keys/witness-keys.js';
import { formatSignatureLines } from '../tlog/add-checkpoint.js';
import { formatSignedNote, type NoteSignature } from '../tlog/signed-note.js';
import { CheckpointError } from './checkpoint-error.js';
import { contradicts, goesOnFrom, NO_HEAD, type TreeHead } from './head-growth.js';
import { recoverSeen } from './internal/recover-seen.js';
import { SeenFile } from './internal/seen-file.js';
import { checkpointOf, formatSeenLine, type SeenLine } from './seen-line.js';
import type { SignedCheckpoint } from './signed-checkpoint.js';
import type { WitnessedLog } from './witnessed-logs.js';

export interface LogWitnessOptions {
  readonly log: WitnessedLog;
  readonly path: string;
  readonly keys: WitnessKeys;
  readonly clock: Clock;
  readonly files: DurableFileSystem;
  readonly logger: Logger;
  /** Of the file of the log. */
  readonly maxBytes: number;
}

export type WitnessAnswer =
  /** The lines of C2SP tlog-witness. */
  | { readonly kind: 'cosigned'; readonly lines: string }
  /** What the witness has is not what the caller believes. */
  | { readonly kind: 'other-size'; readonly size: TreeSize };

/** The newest head that was cosigned. */
export interface NewestHead extends TreeHead {
  readonly at: UnixMillis;
  readonly text: string;
  /** With the log's signatures and ours. */
  readonly note: string;
}

export interface SeenPage {
  readonly lines: readonly SeenLine[];
  /** Where the next page begins; null at the end. */
  readonly next: number | null;
}

const MAX_WAITING = 64;
const MAX_UNPROVEN = 4;
/** Beyond the limit, so that a full file still takes the proof that the log misbehaves. */
const EVIDENCE_BYTES = 4 * 1024 * 1024;
const MAX_PAGE_BYTES = 1024 * 1024;

export class LogWitness {
  readonly log: WitnessedLog;
  readonly #options: LogWitnessOptions;
  readonly #file: SeenFile;
  readonly #turns = new Turns();
  #waiting = 0;
  #failed = false;
  #newest: NewestHead | null;
  #mark: WitnessMark | null;
  /** Size and root of each split view that is kept. */
  readonly #splitViews: Set<string>;
  /** Since the newest was cosigned. */
  #unproven: number;

  private constructor(
    options: LogWitnessOptions,
    file: SeenFile,
    { newest, mark, splitViews, unproven }: Awaited<ReturnType<typeof recoverSeen>>,
  ) {
    this.log = options.log;
    this.#options = options;
    this.#file = file;
    this.#newest = newest;
    this.#mark = mark;
    this.#splitViews = new Set(splitViews.map(nameOf));
    this.#unproven = unproven;
  }

  /** @throws CheckpointError WITNESS_DAMAGED, KeysError KEYS_FILE_DAMAGED. */
  static async open(options: LogWitnessOptions): Promise<LogWitness> {
    const { log, path, keys, files } = options;
    const file = new SeenFile({ path, originHash: log.originHash, files });
    return new LogWitness(options, file, await recoverSeen(file, log.originHash, keys));
  }

  get newest(): NewestHead | null {
    return this.#newest;
  }

  get splitViewCount(): number {
    return this.#splitViews.size;
  }

  get hasFailed(): boolean {
    return this.#failed;
  }

  /**
   * @throws CheckpointError WITNESS_INCONSISTENT, WITNESS_BUSY, WITNESS_FULL; WITNESS_FAILED, after which
   * nothing is cosigned until the witness is opened again.
   */
  async add(signed: SignedCheckpoint): Promise<WitnessAnswer> {
    if (this.#waiting >= MAX_WAITING)
      throw new CheckpointError(
        'WITNESS_BUSY',
        'too many checkpoints of this log wait: send fewer',
      );
    this.#waiting++;
    try {
      return await this.#turns.take(() => this.#judge(signed));
    } finally {
      this.#waiting--;
    }
  }

  /** What is kept, oldest first. @param from where a line begins, as a page before said. */
  async page(from: number, limit: number): Promise<SeenPage> {
    const end = this.#mark?.end ?? 0;
    const lines: SeenLine[] = [];
    let bytes = 0;
    if (from >= end) return { lines, next: null };
    for await (const piece of this.#file.pieces(from, end)) {
      if (lines.length === limit || bytes > MAX_PAGE_BYTES) return { lines, next: piece.offset };
      lines.push(this.#file.lineOf(piece));
      bytes += piece.next - piece.offset;
    }
    return { lines, next: null };
  }

  /** Where the page begins on which `size` was reached. */
  find(size: TreeSize): Promise<number> {
    const end = this.#mark?.end ?? 0;
    return end === 0 ? Promise.resolve(0) : this.#file.find(size, end);
  }

  /** Whether a page may begin there. */
  async isPageStart(offset: number): Promise<boolean> {
    const end = this.#mark?.end ?? 0;
    return end > 0 && (await this.#file.isLineStart(offset, end));
  }

  /** The proofs of misbehaviour; at most 16. */
  async splitViews(): Promise<readonly SeenLine[]> {
    const { splitViews = [], end = 0 } = this.#mark ?? {};
    const lines: SeenLine[] = [];
    for (const offset of splitViews) lines.push(await this.#file.lineAt(offset, end));
    return lines;
  }

  /** Waits for what is being kept. */
  async close(): Promise<void> {
    await this.#turns.take(() => Promise.resolve());
  }

  async #judge(signed: SignedCheckpoint): Promise<WitnessAnswer> {
    if (this.#failed) throw failed();
    const { checkpoint, oldSize, proof } = signed;
    const head = this.#newest ?? NO_HEAD;
    // First, whatever was asked: a log that has signed two heads of one size should not get away with it
    // because it also named the wrong old size.
    const contradicted = await this.#contradicted(checkpoint);
    if (contradicted !== null) await this.#keepSplitView(signed, contradicted);
    if (oldSize !== head.size) return { kind: 'other-size', size: head.size };
    if (!goesOnFrom(head, checkpoint, proof)) {
      if (contradicted === null) await this.#keepUnproven(signed);
      throw inconsistent(contradicted !== null);
    }
    return { kind: 'cosigned', lines: await this.#cosign(signed) };
  }

  async #cosign({ text, checkpoint, signatures }: SignedCheckpoint): Promise<string> {
    const { keys, clock } = this.#options;
    const before = this.#newest;
    const now = clock.now();
    // Never earlier than the one before, of which this one would otherwise say that it was not known.
    const time = Math.max(Math.floor(now / 1000), this.#mark?.time ?? 1);
    const cosignature = keys.cosign(text, time);
    if (before?.text === text && this.#mark !== null) {
      // A crash before the mark is replaced leaves the time of the cosignature before: nobody has this one.
      if (time > this.#mark.time) await this.#putMark({ ...this.#mark, time });
    } else {
      const { size, rootHash } = checkpoint;
      const note = noteOf(text, [...signatures, cosignature]);
      const line: SeenLine = { at: now, kind: 'cosigned', newest: size, note };
      const isKept = await this.#keep(line, this.#options.maxBytes, (at, end) => ({
        ...{ at, end, size, rootHash, time },
        splitViews: this.#mark?.splitViews ?? [],
      }));
      if (!isKept) throw full();
      this.#newest = { at: now, size, rootHash, text, note };
      this.#unproven = 0;
    }
    return formatSignatureLines(text, [cosignature]);
  }

  /** The cosigned line that cannot be true beside this checkpoint. */
  async #contradicted(checkpoint: TreeHead): Promise<string | null> {
    const newest = this.#newest;
    if (newest === null || checkpoint.size > newest.size) return null;
    if (checkpoint.size === newest.size)
      return contradicts(checkpoint, newest) ? newest.note : null;
    const end = this.#mark?.end ?? 0;
    const offset = await this.#file.find(checkpoint.size, end);
    if (offset === end) return null;
    const line = await this.#file.lineAt(offset, end);
    // The first line with which a size was reached is the one by which it was.
    return line.kind === 'cosigned' && contradicts(checkpoint, checkpointOf(line))
      ? line.note
      : null;
  }

  async #keepSplitView(signed: SignedCheckpoint, other: string): Promise<void> {
    const name = nameOf(signed.checkpoint);
    this.#report('split view', signed);
    if (this.#splitViews.has(name) || this.#splitViews.size >= MAX_SPLIT_VIEWS) return;
    if (await this.#keepEvidence({ kind: 'split-view', other }, signed)) this.#splitViews.add(name);
  }

  async #keepUnproven(signed: SignedCheckpoint): Promise<void> {
    this.#report('checkpoint not proven', signed);
    const isLarger = signed.checkpoint.size > (this.#newest?.size ?? 0);
    if (!isLarger || this.#unproven >= MAX_UNPROVEN) return;
    if (await this.#keepEvidence({ kind: 'unproven' }, signed)) this.#unproven++;
  }

  async #keepEvidence(
    what: Pick<SeenLine, 'kind' | 'other'>,
    { text, signatures }: SignedCheckpoint,
  ): Promise<boolean> {
    const mark = this.#mark;
    // Of a log that was never cosigned there is nothing to contradict.
    if (mark === null) return false;
    const note = noteOf(text, signatures);
    const line = { ...what, at: this.#options.clock.now(), newest: mark.size, note };
    const isSplitView = what.kind === 'split-view';
    const limit = this.#options.maxBytes + (isSplitView ? EVIDENCE_BYTES : 0);
    return this.#keep(line, limit, (at, end) => ({
      ...mark,
      end,
      splitViews: isSplitView ? [...mark.splitViews, at] : mark.splitViews,
    }));
  }

  /**
   * The line, then the mark that says that it is there. Only then may anyone be answered. False, and
   * nothing done, if the file would become larger than `limit`.
   */
  async #keep(
    line: SeenLine,
    limit: number,
    markFor: (at: number, end: number) => WitnessMark,
  ): Promise<boolean> {
    const at = this.#mark?.end ?? 0;
    const bytes = formatSeenLine(this.log.originHash, at, line);
    const end = at + bytes.length;
    if (end > limit) return false;
    // A crash in here leaves a part of the line behind the mark's end, which opening cuts off, or all of
    // it, which opening takes: either way nobody was answered, and what is taken had been found good.
    await this.#durably(() => this.#file.append(bytes));
    await this.#putMark(markFor(at, end));
    return true;
  }

  /** A crash in here leaves the mark before, or this one: what lies behind its end is taken up again. */
  async #putMark(mark: WitnessMark): Promise<void> {
    await this.#durably(() => this.#options.keys.putMark(this.log.originHash, mark));
    this.#mark = mark;
  }

  /** A step that failed may have happened: what is on disk is unknown until it is read again. */
  async #durably(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (cause) {
      this.#failed = true;
      throw failed(cause);
    }
  }

  #report(event: string, { checkpoint, log }: SignedCheckpoint): void {
    const { size, rootHash } = checkpoint;
    const fields = { originHash: log.originHash, size, rootHash: toHex(rootHash) };
    this.#options.logger.warn(event, fields);
  }
}

function nameOf({ size, rootHash }: TreeHead): string {
  return `${size} ${toHex(rootHash)}`;
}

function noteOf(text: string, signatures: readonly NoteSignature[]): string {
  return formatSignedNote({ text, signatures });
}

function inconsistent(isSplitView: boolean): CheckpointError {
  return new CheckpointError(
    'WITNESS_INCONSISTENT',
    isSplitView
      ? 'the log has signed another root of this size: both are kept as proof of that'
      : 'the proof does not lead from the size that was cosigned to this checkpoint',
  );
}

function full(): CheckpointError {
  return new CheckpointError(
    'WITNESS_FULL',
    'no more is kept of this log: its operator may raise the limit',
  );
}

function failed(cause?: unknown): CheckpointError {
  return new CheckpointError('WITNESS_FAILED', 'the witness failed to keep a checkpoint', {
    cause,
  });
}
