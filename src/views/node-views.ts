/**
 * The views of all logs of a node: one store, one engine, one follower a log. What cannot be opened, or
 * fails later, is removed and made again, because nothing rests on it.
 */
import { rm } from 'node:fs/promises';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { Logger } from '../base/logger.js';
import type { Clock } from '../base/time.js';
import { makeDirectoryDurably } from '../keys/durable-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { WatchedEngine } from './internal/watched-engine.js';
import { LogView } from './log-view.js';
import { SearchFollower } from './search-follower.js';
import type { SearchSource } from './search-source.js';
import type { Engine } from './view-engine.js';
import { ViewFollower } from './view-follower.js';
import { ViewsError } from './views-error.js';

export interface NodeViewsOptions {
  /** Where the views lie; made if it is not there. */
  readonly directory: string;
  /** Opens the engine on a directory; may fail then or at its first call. */
  readonly openEngine: (directory: string) => Promise<Engine>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where the search index of a log comes from; without it nothing is found by what records say. */
  readonly searchSource?: (reader: LogReader) => SearchSource;
  /** How long a read waits for a view that is behind. */
  readonly patienceMillis?: number;
}

const PATIENCE_MILLIS = 5_000;
/** Between two times that views are made again while the node serves: a bad disk would have no end of it. */
const REMAKE_INTERVAL_MILLIS = 10 * 60_000;

/** What is there while views can be asked: one of these after another. */
interface Generation {
  readonly engine: Engine;
  /** By the log's number. */
  readonly followers: Map<number, Promise<Followers>>;
}

interface Followers {
  readonly view: ViewFollower;
  readonly search: SearchFollower | null;
}

export class NodeViews {
  readonly #options: NodeViewsOptions;
  /** Of all logs that were ever asked for, which are all followed again. */
  readonly #readers = new Map<number, LogReader>();
  #generation: Generation | null = null;
  #failure: string | null = null;
  #remadeAt: UnixMillis | null = null;
  #remaking: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: NodeViewsOptions) {
    this.#options = options;
  }

  /** Begins to follow these logs; others are followed from when they are first asked for. */
  static async open(options: NodeViewsOptions, readers: readonly LogReader[]): Promise<NodeViews> {
    const views = new NodeViews(options);
    for (const reader of readers) views.#readers.set(reader.number, reader);
    try {
      await views.#start();
    } catch (error) {
      options.logger.warn('views cannot be read and are made again', { error });
      await views.#startAnew();
    }
    return views;
  }

  /** Why questions are refused now, for people, or null. */
  get failure(): string | null {
    return this.#failure;
  }

  /** The view of a log. @throws ViewsError VIEW_FAILED. */
  async of(reader: LogReader): Promise<LogView> {
    this.#readers.set(reader.number, reader);
    const generation = this.#generation;
    if (generation === null) {
      this.#remakeIfDue();
      throw new ViewsError(
        'VIEW_FAILED',
        'the views failed and are made again: try later, or stop the node and rebuild them',
      );
    }
    const { view, search } = await this.#followers(generation, reader);
    return new LogView(reader, generation.engine, view, search);
  }

  /** Entries of all logs that are in no view yet. */
  async lag(): Promise<number> {
    const generation = this.#generation;
    if (generation === null)
      return [...this.#readers.values()].reduce((sum, { head }) => sum + head.size, 0);
    const started = await Promise.allSettled(generation.followers.values());
    return started.reduce(
      (sum, one) => sum + (one.status === 'fulfilled' ? one.value.view.lag : 0),
      0,
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#remaking;
    const generation = this.#generation;
    this.#generation = null;
    if (generation !== null) await stop(generation);
  }

  async #startAnew(): Promise<void> {
    await rm(this.#options.directory, { recursive: true, force: true });
    await this.#start();
  }

  async #start(): Promise<void> {
    const { directory, openEngine } = this.#options;
    await makeDirectoryDurably(directory);
    const opened = await openEngine(directory);
    const onFailure = (cause: unknown): void => {
      if (this.#generation === generation) this.#fail(generation, cause);
    };
    const engine = new WatchedEngine(opened, onFailure);
    const generation: Generation = { engine, followers: new Map() };
    try {
      for (const reader of this.#readers.values()) await this.#followers(generation, reader);
    } catch (cause) {
      // The first failure says what is wrong; that closing fails as well says nothing new.
      await stop(generation).catch(() => undefined);
      throw cause;
    }
    this.#generation = generation;
  }

  /** A generation that failed once is never asked again. */
  #fail(generation: Generation, error: unknown): void {
    this.#options.logger.error('views failed', { error });
    this.#generation = null;
    this.#failure =
      'the views failed: questions that need them are refused until they are made again';
    this.#remaking = this.#remaking.then(() =>
      // Of what is damaged already.
      stop(generation).catch(() => undefined),
    );
    this.#remakeIfDue();
  }

  #remakeIfDue(): void {
    const now = this.#options.clock.now();
    const isDue = this.#remadeAt === null || now - this.#remadeAt >= REMAKE_INTERVAL_MILLIS;
    if (!isDue || this.#isClosed) return;
    this.#remadeAt = now;
    this.#remaking = this.#remaking.then(() => this.#remake());
  }

  /** A crash during it leaves views that are missing or behind, which opening makes good. */
  async #remake(): Promise<void> {
    const { logger } = this.#options;
    if (this.#isClosed) return;
    logger.warn('views are removed and made again', {});
    try {
      await this.#startAnew();
      this.#failure = null;
    } catch (error) {
      logger.error('views could not be made again', { error });
    }
  }

  #followers({ engine, followers }: Generation, reader: LogReader): Promise<Followers> {
    const known = followers.get(reader.number);
    if (known !== undefined) return known;
    const started = this.#follow(engine, reader);
    followers.set(reader.number, started);
    // A failure must not be remembered as the follower.
    started.catch(() => followers.delete(reader.number));
    return started;
  }

  async #follow(engine: Engine, reader: LogReader): Promise<Followers> {
    const { logger, searchSource, patienceMillis = PATIENCE_MILLIS } = this.#options;
    const options = { engine, logger, patienceMillis };
    let search: SearchFollower | null = null;
    const onAdvance = (): void => search?.wake();
    const view = await ViewFollower.start(reader, { ...options, onAdvance });
    if (searchSource !== undefined) {
      const viewSize = (): TreeSize => view.position.size;
      search = new SearchFollower(reader, searchSource(reader), { ...options, viewSize });
      search.wake();
    }
    return { view, search };
  }
}

async function stop({ engine, followers }: Generation): Promise<void> {
  const started = await Promise.allSettled(followers.values());
  for (const one of started) {
    if (one.status !== 'fulfilled') continue;
    await one.value.view.stop();
    await one.value.search?.stop();
  }
  await engine.close();
}
