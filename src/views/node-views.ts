/**
 * The views of all logs of a node: one store, one engine, one follower a log. What cannot be opened is
 * removed and made again, because nothing rests on it.
 */
import { rm } from 'node:fs/promises';
import type { Logger } from '../base/logger.js';
import { makeDirectoryDurably } from '../keys/durable-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { LogView } from './log-view.js';
import type { Engine } from './view-engine.js';
import { ViewFollower } from './view-follower.js';

export interface NodeViewsOptions {
  /** Where the views lie; made if it is not there. */
  readonly directory: string;
  /** Opens the engine on a directory; may fail then or at its first call. */
  readonly openEngine: (directory: string) => Promise<Engine>;
  readonly logger: Logger;
  /** How long a read waits for a view that is behind. */
  readonly patienceMillis?: number;
}

const PATIENCE_MILLIS = 5_000;

export class NodeViews {
  readonly #options: NodeViewsOptions;
  readonly #engine: Engine;
  /** By the log's number. */
  readonly #followers = new Map<number, Promise<ViewFollower>>();

  private constructor(options: NodeViewsOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
  }

  /** Begins to follow these logs; others are followed from when they are first asked for. */
  static async open(options: NodeViewsOptions, readers: readonly LogReader[]): Promise<NodeViews> {
    const { directory, openEngine, logger } = options;
    try {
      return await NodeViews.#start(options, readers, openEngine);
    } catch (error) {
      logger.warn('views cannot be read and are made again', { error });
      await rm(directory, { recursive: true, force: true });
      return NodeViews.#start(options, readers, openEngine);
    }
  }

  static async #start(
    options: NodeViewsOptions,
    readers: readonly LogReader[],
    openEngine: NodeViewsOptions['openEngine'],
  ): Promise<NodeViews> {
    await makeDirectoryDurably(options.directory);
    const engine = await openEngine(options.directory);
    const views = new NodeViews(options, engine);
    try {
      for (const reader of readers) await views.of(reader);
      return views;
    } catch (cause) {
      await views.close();
      throw cause;
    }
  }

  /** The view of a log. @throws ViewsError VIEW_FAILED. */
  async of(reader: LogReader): Promise<LogView> {
    return new LogView(reader, this.#engine, await this.#follower(reader));
  }

  /** Entries of all logs that are in no view yet. */
  async lag(): Promise<number> {
    const followers = await Promise.all(this.#followers.values());
    return followers.reduce((sum, { lag }) => sum + lag, 0);
  }

  async close(): Promise<void> {
    const started = await Promise.allSettled(this.#followers.values());
    for (const one of started) if (one.status === 'fulfilled') await one.value.stop();
    await this.#engine.close();
  }

  #follower(reader: LogReader): Promise<ViewFollower> {
    const known = this.#followers.get(reader.number);
    if (known !== undefined) return known;
    const { logger, patienceMillis = PATIENCE_MILLIS } = this.#options;
    const started = ViewFollower.start(reader, { engine: this.#engine, logger, patienceMillis });
    this.#followers.set(reader.number, started);
    // A failure must not be remembered as the follower.
    started.catch(() => this.#followers.delete(reader.number));
    return started;
  }
}
