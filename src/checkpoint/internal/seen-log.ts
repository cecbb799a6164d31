/**
 * What is kept of one log: its file of lines, and the mark in the key store that says how far it was
 * answered for. Nothing is decided here; what was decided is durable when a method returns.
 */
import type { Sha256Digest, TreeSize, UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import type { HexDigest } from '../../base/hex-digest.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import { MAX_SPLIT_VIEWS, type WitnessKeys, type WitnessMark } from '../../keys/witness-keys.js';
import { CheckpointError } from '../checkpoint-error.js';
import type { TreeHead } from '../head-growth.js';
import { formatSeenLine, type SeenLine } from '../seen-line.js';
import type { NewestHead, SeenPage, SeenReader } from '../seen-reader.js';
import { type RecoveredSeen, recoverSeen } from './recover-seen.js';
import { SeenFile } from './seen-file.js';

export interface SeenLogOptions {
  readonly path: string;
  readonly originHash: HexDigest;
  readonly keys: WitnessKeys;
  readonly files: DurableFileSystem;
  /** Of the file. */
  readonly maxBytes: number;
}

/** A signed checkpoint that was not cosigned. */
export interface Evidence {
  readonly at: UnixMillis;
  readonly head: TreeHead;
  readonly note: string;
}

const MAX_UNPROVEN = 4;
/** Beyond the limit, so that a full file still takes the proof that the log misbehaves. */
const EVIDENCE_BYTES = 4 * 1024 * 1024;
const MAX_PAGE_BYTES = 1024 * 1024;

export class SeenLog implements SeenReader {
  readonly #options: SeenLogOptions;
  readonly #file: SeenFile;
  #hasFailed = false;
  #newest: NewestHead | null;
  #mark: WitnessMark | null;
  /** Size and root of each split view that is kept. */
  readonly #splitViews: Set<string>;
  /** Size and root of each unproven one since the newest was cosigned. */
  readonly #unproven: Set<string>;

  private constructor(
    options: SeenLogOptions,
    file: SeenFile,
    { newest, mark, splitViews, unproven }: RecoveredSeen,
  ) {
    this.#options = options;
    this.#file = file;
    this.#newest = newest;
    this.#mark = mark;
    this.#splitViews = new Set(splitViews.map(nameOf));
    this.#unproven = new Set(unproven.map(nameOf));
  }

  /** @throws CheckpointError WITNESS_DAMAGED, KeysError KEYS_FILE_DAMAGED. */
  static async open(options: SeenLogOptions): Promise<SeenLog> {
    const { originHash, keys } = options;
    const file = new SeenFile(options);
    return new SeenLog(options, file, await recoverSeen(file, originHash, keys));
  }

  get newest(): NewestHead | null {
    return this.#newest;
  }

  /** Of the newest cosignature, POSIX seconds; 0 if there is none. */
  get time(): number {
    return this.#mark?.time ?? 0;
  }

  get splitViewCount(): number {
    return this.#splitViews.size;
  }

  /** @throws CheckpointError WITNESS_FAILED once a durable step has failed. */
  checkSound(): void {
    if (this.#hasFailed) throw failed();
  }

  async page(from: number, limit: number): Promise<SeenPage> {
    const lines: SeenLine[] = [];
    let bytes = 0;
    for await (const piece of this.#file.pieces(from, this.#end)) {
      if (lines.length === limit || bytes > MAX_PAGE_BYTES) return { lines, next: piece.offset };
      lines.push(this.#file.lineOf(piece));
      bytes += piece.next - piece.offset;
    }
    return { lines, next: null };
  }

  find(size: TreeSize): Promise<number> {
    return this.#file.find(size, this.#end);
  }

  isPageStart(offset: number): Promise<boolean> {
    return this.#file.isLineStart(offset, this.#end);
  }

  async splitViews(): Promise<readonly SeenLine[]> {
    const lines: SeenLine[] = [];
    for (const offset of this.#mark?.splitViews ?? [])
      lines.push(await this.#file.lineAt(offset, this.#end));
    return lines;
  }

  /** The first line with which this size was reached or passed; null if none has been. */
  async lineOfSize(size: TreeSize): Promise<SeenLine | null> {
    const offset = await this.find(size);
    return offset === this.#end ? null : this.#file.lineAt(offset, this.#end);
  }

  /** @param time of the cosignature, POSIX seconds. @throws CheckpointError WITNESS_FULL, WITNESS_FAILED. */
  async keepCosigned(newest: NewestHead, time: number): Promise<void> {
    const { at, size, rootHash, note } = newest;
    const line: SeenLine = { at, kind: 'cosigned', newest: size, note };
    const isKept = await this.#keep(line, this.#options.maxBytes, (offset, end) => ({
      ...{ at: offset, end, size, rootHash, time },
      splitViews: this.#mark?.splitViews ?? [],
    }));
    if (!isKept) throw full();
    this.#newest = newest;
    this.#unproven.clear();
  }

  /** The newest was cosigned once more. A crash in here leaves the time before: nobody has this one. */
  async keepTime(time: number): Promise<void> {
    if (this.#mark !== null && time > this.#mark.time) await this.#putMark({ ...this.#mark, time });
  }

  /** @param other the cosigned note that it contradicts. @throws CheckpointError WITNESS_FAILED. */
  async keepSplitView({ at, head, note }: Evidence, other: string): Promise<void> {
    const mark = this.#mark;
    if (mark === null || this.#splitViews.has(nameOf(head))) return;
    if (this.#splitViews.size >= MAX_SPLIT_VIEWS) return;
    const line: SeenLine = { at, kind: 'split-view', newest: mark.size, note, other };
    const limit = this.#options.maxBytes + EVIDENCE_BYTES;
    const isKept = await this.#keep(line, limit, (offset, end) => ({
      ...mark,
      end,
      splitViews: [...mark.splitViews, offset],
    }));
    if (isKept) this.#splitViews.add(nameOf(head));
  }

  /** @throws CheckpointError WITNESS_FAILED. */
  async keepUnproven({ at, head, note }: Evidence): Promise<void> {
    const mark = this.#mark;
    // Of a log of which nothing was cosigned there is nothing that it could have contradicted.
    if (mark === null || head.size <= mark.size) return;
    // Each once, so that a stranger who sends one again does not keep others out.
    if (this.#unproven.has(nameOf(head)) || this.#unproven.size >= MAX_UNPROVEN) return;
    const line: SeenLine = { at, kind: 'unproven', newest: mark.size, note };
    const isKept = await this.#keep(line, this.#options.maxBytes, (_, end) => ({ ...mark, end }));
    if (isKept) this.#unproven.add(nameOf(head));
  }

  get #end(): number {
    return this.#mark?.end ?? 0;
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
    const at = this.#end;
    const bytes = formatSeenLine(this.#options.originHash, at, line);
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
    await this.#durably(() => this.#options.keys.putMark(this.#options.originHash, mark));
    this.#mark = mark;
  }

  /** A step that failed may have happened: what is on disk is unknown until it is read again. */
  async #durably(step: () => Promise<void>): Promise<void> {
    this.checkSound();
    try {
      await step();
    } catch (cause) {
      this.#hasFailed = true;
      throw failed(cause);
    }
  }
}

function nameOf({ size, rootHash }: { size: TreeSize; rootHash: Sha256Digest }): string {
  return `${size} ${toHex(rootHash)}`;
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
