/**
 * Adds each epoch's checkpoint to a directory that nothing is ever removed from, so that whoever keeps it remembers how
 * far the node had come. Nothing waits for it: what cannot be written is written later, because each note can be made
 * again.
 */
import { join } from 'node:path';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { utf8 } from '../base/bytes.js';
import type { Logger } from '../base/logger.js';
import { Rounds } from '../base/rounds.js';
import { systemErrorCode } from '../base/system-error.js';
import type { Clock } from '../base/time.js';
import { writeOnce, type WriteOnceFiles, writeOnceFiles } from '../keys/write-once.js';
import type { LogReader } from '../ledger/log-reader.js';
import { type AnchorFileKind, anchorFileName, largestThere } from './anchor-file-names.js';
import type { BackendAlarm } from './backend-status.js';
import { FIRST_EPOCH, lastEpoch } from './read-epoch.js';
import type { StampStore } from './stamp-store.js';

export interface AnchorFilesOptions {
  readonly directory: string;
  /** The epoch log that is written now. */
  readonly epochs: LogReader;
  readonly stamps: Pick<StampStore, 'sizes' | 'read'>;
  /** The newest head that witnesses have cosigned, if any. */
  readonly cosigned: () => Promise<{ readonly size: TreeSize; readonly note: string } | null>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files?: WriteOnceFiles;
}

export interface AnchorFilesStatus {
  /** Of the epoch log: the checkpoint of this size and those before it were seen to. */
  readonly size: TreeSize;
  readonly at: UnixMillis | null;
  readonly missed: number;
  /** Of the system, such as ENOSPC. */
  readonly failure: string | null;
  readonly alarms: readonly BackendAlarm[];
}

/** What was seen to, of each kind of file: sizes of the epoch log. */
interface Position {
  size: number;
  stamped: number;
  cosigned: number;
}

/** Compared again at the start, so that a crash's half-written file is finished and an alarm is not forgotten. */
const LOOK_BACK = 100;
/** Alarms that are named; there are as many as somebody likes to make. */
const MAX_ALARMS = 16;

export class AnchorFiles {
  readonly #options: AnchorFilesOptions;
  readonly #turns = new Rounds(() => this.#tried());
  readonly #directory: string;
  /** Null until the directory could be read. */
  #position: Position | null = null;
  #status: AnchorFilesStatus = {
    size: 0 as TreeSize,
    at: null,
    missed: 0,
    failure: null,
    alarms: [],
  };

  constructor(options: AnchorFilesOptions) {
    this.#options = options;
    this.#directory = join(options.directory, options.epochs.handle);
  }

  get status(): AnchorFilesStatus {
    return this.#status;
  }

  /** Writes what is missing, now or once what is under way is through. */
  begin(): void {
    this.#turns.begin();
  }

  /** Resolves when nothing is under way any more. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  /** What is being written is finished. */
  stop(): Promise<void> {
    return this.#turns.stop();
  }

  async #tried(): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#round();
      if (this.#status.missed > 0) logger.info('anchor files are written again');
      this.#status = { ...this.#status, missed: 0, failure: null };
    } catch (error) {
      const missed = this.#status.missed + 1;
      const failure = systemErrorCode(error) ?? 'INTERNAL';
      this.#status = { ...this.#status, missed, failure };
      logger.warn('anchor files were not written', { error, missed });
    }
  }

  async #round(): Promise<void> {
    const { epochs, stamps, cosigned, clock } = this.#options;
    const { size: head } = epochs.head;
    if (lastEpoch(epochs) === null) return;
    const position = (this.#position ??= await this.#found(head));
    for (let size = position.size + 1; size <= head && !this.#turns.signal.aborted; size++) {
      const note = utf8(await epochs.checkpointAt(size as TreeSize));
      await this.#write(size as TreeSize, 'checkpoint', note);
      position.size = size;
      this.#status = { ...this.#status, size: size as TreeSize, at: clock.now() };
    }
    for (const size of stamps.sizes.filter((one) => one > position.stamped && one <= head)) {
      const { token } = await stamps.read(size);
      await this.#write(size, 'tst', token);
      position.stamped = size;
    }
    const newest = await cosigned();
    if (newest === null || newest.size <= position.cosigned) return;
    await this.#write(newest.size, 'cosigned', utf8(newest.note));
    position.cosigned = newest.size;
  }

  /** From where to go on: a new directory begins with the newest checkpoint, which holds all before it. */
  async #found(head: TreeSize): Promise<Position> {
    const largest = await largestThere(this.#directory, 'checkpoint');
    const stamped = await largestThere(this.#directory, 'tst');
    if (largest > head) this.#alarm('beyond', anchorFileName(largest, 'checkpoint'));
    const known = Math.min(largest, head);
    const from = largest === 0 ? head - 1 : Math.max(FIRST_EPOCH, known - LOOK_BACK);
    // Sizes of before the directory was found are not made up now.
    const size = largest === 0 ? from : await this.#firstThere(from, known);
    // A crash may have come within the last token; the newest cosigned note is compared as well.
    return { size, stamped: Math.max(0, stamped - 1), cosigned: 0 };
  }

  /** One less than the first size above `from` that has a file. */
  async #firstThere(from: number, known: number): Promise<number> {
    for (let size = from + 1; size <= known; size++)
      if (await this.#isThere(size as TreeSize, 'checkpoint')) return size - 1;
    return known;
  }

  async #isThere(size: TreeSize, kind: AnchorFileKind): Promise<boolean> {
    const { files = writeOnceFiles } = this.#options;
    return (await files.read(join(this.#directory, anchorFileName(size, kind)), 0)) !== null;
  }

  async #write(size: TreeSize, kind: AnchorFileKind, bytes: Uint8Array): Promise<void> {
    const name = anchorFileName(size, kind);
    const outcome = await writeOnce(join(this.#directory, name), bytes, this.#options.files);
    // Of cosignatures and time-stamps there can be several, and one will do.
    if (outcome === 'differs' && kind === 'checkpoint') this.#alarm('differs', name);
  }

  #alarm(code: 'differs' | 'beyond', name: string): void {
    const { epochs, logger } = this.#options;
    const subject = `${epochs.handle}/${name}`;
    const says =
      code === 'differs'
        ? 'an anchor file is not what the epoch log says: one of the two was changed'
        : 'an anchor file is of more than the epoch log has: the node was rolled back';
    logger.error(says, { file: subject });
    const { alarms } = this.#status;
    if (alarms.length < MAX_ALARMS && !alarms.some((alarm) => alarm.subject === subject))
      this.#status = { ...this.#status, alarms: [...alarms, { code, subject }] };
  }
}
