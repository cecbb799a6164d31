/**
 * Brings the view of one log up to the log, block by block, and keeps it there. The log is never held up
 * by it: it is read from here, and knows nothing of who reads.
 */
import type { TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import type { Logger } from '../base/logger.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { ViewProgress } from './log-view.js';
import { SizeWaiters } from './size-waiters.js';
import type { Engine, ViewPosition } from './view-engine.js';
import { ViewsError } from './views-error.js';

export interface FollowerOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  /** How long `reached` waits. */
  readonly patienceMillis: number;
  /** Called when more is in the view. */
  readonly onAdvance?: () => void;
}

/** What one batch of blocks may hold, so that reads between batches are not kept waiting. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_BLOCKS = 256;
/** Of blocks: most are of one entry, where few write at a time. */
const READ_AT_ONCE = 8;
/** What comes meanwhile is taken with what came: a call of the engine costs more than a few entries. */
const REST_MILLIS = 50;

export class ViewFollower implements ViewProgress {
  readonly #reader: LogReader;
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  readonly #waiters = new SizeWaiters((size) => behind(size, this.#position.size));
  #position: ViewPosition;
  #running: Promise<void> = Promise.resolve();
  #failure: ViewsError | null = null;
  /** Ends the rest, because somebody waits for the view. */
  #goOn: () => void = () => undefined;

  private constructor(reader: LogReader, options: FollowerOptions, position: ViewPosition) {
    this.#reader = reader;
    this.#options = options;
    this.#position = position;
  }

  /** Begins to follow. A view that is not one of this log, as it is now, is made again. */
  static async start(reader: LogReader, options: FollowerOptions): Promise<ViewFollower> {
    const { coreKey, key: blockKey } = reader.blocks;
    const source = { log: reader.number, coreKey, blockKey };
    const position = await options.engine.attach(source);
    const follower = new ViewFollower(reader, options, position);
    if (!(await isOf(reader, position))) {
      options.logger.warn('view made again', { log: reader.origin });
      await follower.#forget();
    }
    follower.#running = follower.#run();
    return follower;
  }

  get position(): ViewPosition {
    return this.#position;
  }

  /** Entries of the log that are not in the view yet. */
  get lag(): number {
    return this.#reader.head.size - this.#position.size;
  }

  reached(size: TreeSize, patienceMillis = this.#options.patienceMillis): Promise<void> {
    if (this.#position.size >= size) return Promise.resolve();
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const reached = this.#waiters.wait(size, patienceMillis);
    this.#goOn();
    return reached;
  }

  /** What is under way is finished. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#waiters.stop();
  }

  async #forget(): Promise<void> {
    await this.#options.engine.clear(this.#reader.number);
    this.#position = await this.#options.engine.attach({
      log: this.#reader.number,
      coreKey: this.#reader.blocks.coreKey,
      blockKey: this.#reader.blocks.key,
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (!signal.aborted) {
        await this.#catchUp(signal);
        await this.#reader.grown(this.#position.blocks, signal);
        if (this.#waiters.isEmpty) await this.#rest(signal);
      }
    } catch (cause) {
      this.#failure = new ViewsError(
        'VIEW_FAILED',
        'the view of this ledger cannot go on: try later, restart the node, or rebuild the views',
        { cause },
      );
      this.#options.logger.error('view failed', { log: this.#reader.origin, error: cause });
      this.#waiters.fail(this.#failure);
    }
  }

  async #rest(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      const timer = setTimeout(goOn, REST_MILLIS);
      signal.addEventListener('abort', goOn, { once: true });
      this.#goOn = goOn;
    });
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    let from = this.#position.blocks;
    let last = Promise.resolve();
    while (!signal.aborted) {
      const batch = await this.#batch(from);
      if (batch.length === 0) break;
      from += batch.length;
      // Two are on their way: the engine makes the rows of one while those of the other are written.
      const before = last;
      last = this.#apply(batch);
      // Should the one before fail first, nobody would hear of this one.
      last.catch(() => undefined);
      await before;
    }
    await last;
  }

  async #apply(blocks: readonly Uint8Array[]): Promise<void> {
    this.#position = await this.#options.engine.apply(this.#reader.number, blocks);
    this.#waiters.release((size) => this.#position.size >= size);
    this.#options.onAdvance?.();
  }

  async #batch(from: number): Promise<Uint8Array[]> {
    const { read } = this.#reader.blocks;
    const blocks: Uint8Array[] = [];
    const end = Math.min(this.#reader.head.length, from + BATCH_BLOCKS);
    for (let bytes = 0, number = from; number < end && bytes < BATCH_BYTES;) {
      const count = Math.min(READ_AT_ONCE, end - number);
      const some = await Promise.all(Array.from({ length: count }, (_, n) => read(number + n)));
      for (const block of some) bytes += block.length;
      blocks.push(...some);
      number += count;
    }
    return blocks;
  }
}

/** Whether what the view holds is a beginning of the log. */
async function isOf(reader: LogReader, { blocks, size, lastLeaf }: ViewPosition): Promise<boolean> {
  if (blocks === 0) return size === 0;
  if (blocks > reader.head.length || size > reader.head.size || lastLeaf === null) return false;
  const { leafHash } = await reader.entry((size - 1) as never);
  return equalBytes(leafHash, lastLeaf);
}

function behind(wanted: TreeSize, size: TreeSize): ViewsError {
  return new ViewsError(
    'VIEW_BEHIND',
    `the view has come to ${size} entries, ${wanted} are asked for: try again in a moment`,
  );
}
