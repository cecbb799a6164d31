/**
 * Rows of several ranges of one index as if they were one range, in the order of the entries that they
 * lead to. Whoever walks them takes as many as are wanted: no range is read further than its next rows.
 */
import { indexOf, type ViewRow } from './view-keys.js';

type Walk = AsyncGenerator<ViewRow, void>;

/** @param walks each in order; of no entry there is a row in two of them. */
export async function* mergedRows(walks: readonly Walk[], isReversed: boolean): Walk {
  const isBefore = (one: Head, other: Head): boolean =>
    isReversed ? one.index > other.index : one.index < other.index;
  try {
    let heads = (await Promise.all(walks.map(headOf))).filter((head) => head !== null);
    while (heads.length > 0) {
      const first = heads.reduce((found, head) => (isBefore(head, found) ? head : found));
      yield first.row;
      const next = await headOf(first.walk);
      if (next === null) heads = heads.filter((head) => head !== first);
      else heads[heads.indexOf(first)] = next;
    }
  } finally {
    // A page ends long before its ranges do.
    await Promise.all(walks.map((walk) => walk.return(undefined)));
  }
}

interface Head {
  readonly walk: Walk;
  readonly row: ViewRow;
  readonly index: number;
}

async function headOf(walk: Walk): Promise<Head | null> {
  const next = await walk.next();
  return next.done === true ? null : { walk, row: next.value, index: indexOf(next.value[0]) };
}
