/** Many histories, one after the other, until a promise is broken. */
import { type HistoryCounts, runHistory } from './history.js';
import type { Plant } from './plants.js';

export interface Simulation {
  /** Of the first history; each one after it has the next. */
  readonly seed: number;
  readonly histories: number;
  readonly plant: Plant | null;
  readonly progress: (done: number) => void;
}

export interface SimulationVerdict {
  /** Histories that ran, the last one among them. */
  readonly ran: number;
  /** The history that broke a promise: this seed alone gives it again. */
  readonly broken: { readonly seed: number; readonly promise: string } | null;
  readonly counts: HistoryCounts;
}

export function simulate({ seed, histories, plant, progress }: Simulation): SimulationVerdict {
  let counts: HistoryCounts = NOTHING;
  for (let ran = 1; ran <= histories; ran++) {
    const one = runHistory(seed + ran - 1, plant);
    counts = sumOf(counts, one.counts);
    if (one.broken !== null)
      return { ran, broken: { seed: seed + ran - 1, promise: one.broken }, counts };
    progress(ran);
  }
  return { ran: histories, broken: null, counts };
}

const NOTHING: HistoryCounts = {
  ...{ shown: 0, acknowledged: 0, terms: 0, groups: 0 },
  ...{ crashes: 0, restores: 0, partitions: 0, moves: 0, stoodIn: 0 },
};

function sumOf(a: HistoryCounts, b: HistoryCounts): HistoryCounts {
  return {
    shown: a.shown + b.shown,
    acknowledged: a.acknowledged + b.acknowledged,
    terms: a.terms + b.terms,
    groups: a.groups + b.groups,
    crashes: a.crashes + b.crashes,
    restores: a.restores + b.restores,
    partitions: a.partitions + b.partitions,
    moves: a.moves + b.moves,
    stoodIn: a.stoodIn + b.stoodIn,
  };
}
