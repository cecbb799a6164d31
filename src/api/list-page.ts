/** A page of a list that lies in memory, oldest first. */
export interface ListPage<T> {
  readonly items: readonly T[];
  /** The id that the page ended with; null of the last one. */
  readonly next: string | null;
}

/** A page goes on after the one that it ended with, or begins again if that is gone. */
export function listPage<T extends { readonly id: string }>(
  all: readonly T[],
  limit: number,
  after: string | undefined,
): ListPage<T> {
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  return { items, next: last === undefined || last === all.at(-1) ? null : last.id };
}
