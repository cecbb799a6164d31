/**
 * Map entries (docs/formats/person-map.md): the root of a ledger's person map, appended at each epoch and
 * when a proof of completeness needs a newer one. Making maps is the view's work; saying so in the log,
 * for good, is done here.
 */
import type { TreeSize } from '../base/brand.js';
import { hexDigest } from '../base/hex-digest.js';
import type { Clock } from '../base/time.js';
import { Turns } from '../base/turns.js';
import { plainDraft } from '../ledger/entry-draft.js';
import type { Ledger } from '../ledger/ledger.js';
import { formatStatement } from '../records/statement.js';
import type { LogView } from '../views/log-view.js';
import type { NodeViews } from '../views/node-views.js';
import type { MadeMap, MapEntryAt } from '../views/view-engine.js';
import { ViewsError } from '../views/views-error.js';
import { CommandError } from './command-error.js';

export interface MapKeeperOptions {
  readonly views: Pick<NodeViews, 'of'>;
  readonly clock: Clock;
  readonly sleep: (millis: number) => Promise<void>;
}

/** A ledger gets no more map entries than one a second, however many proofs are asked for. */
const LEAST_MILLIS_BETWEEN = 1_000;

export class MapKeeper {
  readonly #options: MapKeeperOptions;
  /** One map of a log at a time, by the log's number. */
  readonly #turns = new Map<number, Turns>();
  readonly #madeAt = new Map<number, number>();

  constructor(options: MapKeeperOptions) {
    this.#options = options;
  }

  /**
   * A map entry of the log that is written, which covers all entries below `size` and is the newest.
   *
   * @throws LedgerError as `Ledger.append`; ViewsError VIEW_BEHIND, VIEW_FAILED, VIEW_DIFFERS.
   */
  cover(ledger: Ledger, size: TreeSize): Promise<MapEntryAt> {
    return this.#inTurn(ledger, async (view) => {
      // Not only `size`: the last map entry lies above it, and must not be made a second time.
      await view.reached(Math.max(size, ledger.reader.head.size) as TreeSize);
      const settled = await settle(ledger, view);
      if (settled !== null && settled.size >= size) return settled;
      await this.#pause(view.reader.number);
      return append(ledger, view, await view.makeMap(view.size));
    });
  }

  /** A map entry if anybody is in no map, none if nothing has changed. @throws as `cover`. */
  coverAll(ledger: Ledger): Promise<MapEntryAt | null> {
    return this.#inTurn(ledger, async (view) => {
      await view.reached(ledger.reader.head.size);
      const settled = await settle(ledger, view);
      if (!(await view.isMapBehind(view.size))) return settled;
      return append(ledger, view, await view.makeMap(view.size));
    });
  }

  /**
   * The newest map entry of a log that is closed, if it covers `size`.
   * @throws CommandError MAP_NOT_COVERING.
   */
  async closed(view: LogView, size: TreeSize): Promise<MapEntryAt> {
    await view.reached(view.reader.head.size);
    const { mapEntry } = view;
    if (mapEntry === null || mapEntry.size < size)
      throw new CommandError(
        'MAP_NOT_COVERING',
        `the log is closed, and its last map is of ${mapEntry?.size ?? 0} entries: ask as of that size`,
      );
    await bringTo(view, mapEntry);
    return mapEntry;
  }

  async #inTurn<T>(ledger: Ledger, act: (view: LogView) => Promise<T>): Promise<T> {
    const view = await this.#options.views.of(ledger.reader);
    const { number } = ledger.reader;
    let turns = this.#turns.get(number);
    if (turns === undefined) this.#turns.set(number, (turns = new Turns()));
    return turns.take(() => act(view));
  }

  async #pause(log: number): Promise<void> {
    const { clock, sleep } = this.#options;
    const wait = (this.#madeAt.get(log) ?? -Infinity) + LEAST_MILLIS_BETWEEN - clock.now();
    if (wait > 0) await sleep(wait);
    this.#madeAt.set(log, clock.now());
  }
}

/** Makes the view's newest map and the log's newest map entry the same one, whatever a crash left. */
async function settle(ledger: Ledger, view: LogView): Promise<MapEntryAt | null> {
  const { mapEntry } = view;
  if (mapEntry !== null) await bringTo(view, mapEntry);
  const made = await view.madeMap();
  if (made === null || made.size === mapEntry?.size) return mapEntry;
  // A crash between making it and saying so.
  return append(ledger, view, made);
}

/** The view's map may be older if it was made again, and must then come out as the log says. */
async function bringTo(view: LogView, entry: MapEntryAt): Promise<void> {
  const made = await view.makeMap(entry.size);
  if (made.size === entry.size && made.root !== entry.root)
    throw new ViewsError(
      'VIEW_DIFFERS',
      `map entry ${entry.index} says another root than the entries below ${entry.size} make: run fsck`,
    );
}

async function append(ledger: Ledger, view: LogView, made: MadeMap): Promise<MapEntryAt> {
  const { size, persons } = made;
  const root = hexDigest(made.root);
  const [outcome] = await ledger.append([
    plainDraft((place) => formatStatement({ kind: 'map', ...place, persons, root, size })),
  ]);
  if (outcome?.kind !== 'appended') throw new Error('a map entry was taken for another entry');
  const { index } = outcome;
  await view.reached((index + 1) as TreeSize);
  return { index, size, root };
}
