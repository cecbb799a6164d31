/** A whole list of the node's, page by page. */
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import type { NodeClient } from './node-client.js';

const pageSchema = z.object({ items: z.array(z.json()), cursor: z.string().nullable() });

export interface ListWish {
  /** Members of the query besides `limit` and `cursor`. */
  readonly query?: Readonly<Record<string, string>>;
  /** What is listed, in words. */
  readonly what: string;
  /** More than a node has, or anybody reads. */
  readonly maxPages?: number;
}

/** @throws CliError CLI_ANSWER_UNUSABLE where it does not end. */
export async function allPages(
  client: NodeClient,
  path: string,
  { query = {}, what, maxPages = 100 }: ListWish,
): Promise<readonly JsonValue[]> {
  const items: JsonValue[] = [];
  const wanted = new URLSearchParams({ limit: '1000', ...query });
  for (let page = 0; page < maxPages; page++) {
    const answer = await client.request({ method: 'GET', path: `${path}?${wanted.toString()}` });
    const { items: found, cursor } = expected(pageSchema, answer);
    items.push(...found);
    if (cursor === null) return items;
    wanted.set('cursor', cursor);
  }
  throw new CliError('CLI_ANSWER_UNUSABLE', `the node lists more ${what} than it can have`);
}
