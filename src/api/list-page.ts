/** Pages of lists that lie in memory, oldest first. */
import type { Response } from 'express';
import { z } from 'zod';
import type { JsonObject } from '../base/canonical-json.js';
import { sendJson } from './answer.js';
import type { CursorCodec } from './cursor.js';

export interface AskedPage<T> {
  /** What is listed, whose, and by which filters: a cursor of another list is refused. */
  readonly list: readonly string[];
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly shown: (item: T) => JsonObject;
}

/** A cursor is one that the node made: it is not read for what it says otherwise. */
const positionSchema = z.strictObject({ after: z.string() });

/** @throws ApiError as `CursorCodec.decode`. */
export function sendListPage<T extends { readonly id: string }>(
  response: Response,
  cursors: CursorCodec,
  all: readonly T[],
  { list, limit, cursor, shown }: AskedPage<T>,
): void {
  const start = cursor === undefined ? undefined : cursors.decode(list, cursor, positionSchema);
  const { items, next } = listPage(all, limit, start?.after);
  sendJson(response, 200, {
    items: items.map(shown),
    cursor: next === null ? null : cursors.encode(list, { after: next }),
  });
}

interface ListPage<T> {
  readonly items: readonly T[];
  /** The id that the page ended with; null of the last one. */
  readonly next: string | null;
}

/** A page goes on after the one that it ended with, or begins again if that is gone. */
function listPage<T extends { readonly id: string }>(
  all: readonly T[],
  limit: number,
  after: string | undefined,
): ListPage<T> {
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  return { items, next: last === undefined || last === all.at(-1) ? null : last.id };
}
