/**
 * A witness of one log: the only place where something is cosigned. One checkpoint at a time is compared
 * with what was cosigned before, kept, and answered (docs/decisions/0028-witnesses.md).
 */
import type { TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { Logger } from '../base/logger.js';
import type { Clock } from '../base/time.js';
import { Turns } from '../base/turns.js';
import type { DurableFileSystem } from '../keys/durable-file.js';
import type { WitnessKeys } from '../keys/witness-keys.js';
import { formatSignatureLines } from '../tlog/add-checkpoint.js';
import { formatSignedNote } from '../tlog/signed-note.js';
import { CheckpointError } from './checkpoint-error.js';
import { contradicts, goesOnFrom, NO_HEAD, type TreeHead } from './head-growth.js';
import { type Evidence, SeenLog } from './internal/seen-log.js';
import { checkpointOf } from './seen-line.js';
import type { SeenReader } from './seen-reader.js';
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

const MAX_WAITING = 64;

export class LogWitness {
  readonly log: WitnessedLog;
  readonly #options: LogWitnessOptions;
  readonly #seen: SeenLog;
  readonly #turns = new Turns();
  #waiting = 0;

  private constructor(options: LogWitnessOptions, seen: SeenLog) {
    this.log = options.log;
    this.#options = options;
    this.#seen = seen;
  }

  /** @throws CheckpointError WITNESS_DAMAGED, KeysError KEYS_FILE_DAMAGED. */
  static async open(options: LogWitnessOptions): Promise<LogWitness> {
    const { originHash } = options.log;
    return new LogWitness(options, await SeenLog.open({ ...options, originHash }));
  }

  get seen(): SeenReader {
    return this.#seen;
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

  /** Waits for what is being kept. */
  async close(): Promise<void> {
    await this.#turns.take(() => Promise.resolve());
  }

  async #judge(signed: SignedCheckpoint): Promise<WitnessAnswer> {
    this.#seen.checkSound();
    const { checkpoint, oldSize, proof } = signed;
    const head = this.#seen.newest ?? NO_HEAD;
    // First, whatever was asked: a log that has signed two heads of one size should not get away with it
    // because it also named the wrong old size.
    const contradicted = await this.#contradicted(checkpoint);
    if (contradicted !== null) {
      this.#report('split view', signed);
      await this.#seen.keepSplitView(this.#evidence(signed), contradicted);
    }
    if (oldSize !== head.size) return { kind: 'other-size', size: head.size };
    if (goesOnFrom(head, checkpoint, proof))
      return { kind: 'cosigned', lines: await this.#cosign(signed) };
    if (contradicted === null) {
      this.#report('checkpoint not proven', signed);
      await this.#seen.keepUnproven(this.#evidence(signed));
    }
    throw inconsistent(contradicted !== null);
  }

  async #cosign({ text, checkpoint, signatures }: SignedCheckpoint): Promise<string> {
    const { keys, clock } = this.#options;
    const at = clock.now();
    // Never earlier than the one before, of which this one would otherwise say that it was not known.
    // And never 0, which in a cosignature says that there is no time.
    const time = Math.max(Math.floor(at / 1000), this.#seen.time, 1);
    const cosignature = keys.cosign(text, time);
    if (this.#seen.newest?.text === text) await this.#seen.keepTime(time);
    else {
      const { size, rootHash } = checkpoint;
      const note = formatSignedNote({ text, signatures: [...signatures, cosignature] });
      await this.#seen.keepCosigned({ at, size, rootHash, text, note }, time);
    }
    return formatSignatureLines(text, [cosignature]);
  }

  /** The cosigned note that cannot be true beside this checkpoint. */
  async #contradicted(checkpoint: TreeHead): Promise<string | null> {
    const { newest } = this.#seen;
    if (newest === null || checkpoint.size > newest.size) return null;
    if (checkpoint.size === newest.size)
      return contradicts(checkpoint, newest) ? newest.note : null;
    const line = await this.#seen.lineOfSize(checkpoint.size);
    // The first line with which a size was reached is the cosigned one by which it was.
    return line !== null && contradicts(checkpoint, checkpointOf(line)) ? line.note : null;
  }

  #evidence({ text, signatures, checkpoint }: SignedCheckpoint): Evidence {
    const note = formatSignedNote({ text, signatures });
    return { at: this.#options.clock.now(), head: checkpoint, note };
  }

  #report(event: string, { checkpoint: { size, rootHash } }: SignedCheckpoint): void {
    const { originHash } = this.log;
    this.#options.logger.warn(event, { originHash, size, rootHash: toHex(rootHash) });
  }
}

function inconsistent(isSplitView: boolean): CheckpointError {
  return new CheckpointError(
    'WITNESS_INCONSISTENT',
    isSplitView
      ? 'the log has signed another root of this size: both are kept as proof of that'
      : 'the proof does not lead from the size that was cosigned to this checkpoint',
  );
}
