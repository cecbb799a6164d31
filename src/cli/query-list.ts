/** `chirograph query`, as it answers by itself: the entries found, a person's timeline, or how many there are. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { asOfSchema, entrySchema, expected } from './answers.js';
import { CliError } from './cli-error.js';
import { entryLines } from './entry-lines.js';
import type { NodeClient } from './node-client.js';
import { recordsPath } from './node-options.js';
import {
  filtersOf,
  limitOf,
  type QueryFlags,
  queryOf,
  type QueryParts,
  subjectPath,
} from './query-flags.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

const PAGE = 1000;
/** A page may be empty, and still not the last. */
const MAX_PAGES = 1000;

/** @throws CliError. */
export async function queryList(
  client: NodeClient,
  ledger: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const path =
    flags.timeline === true
      ? `${subjectPath(ledger, flags)}/timeline${queryOf(timelineParts(flags))}`
      : `${recordsPath(ledger)}${queryOf(filtersOf(flags))}`;
  const { items, isAll, answer } = await pages(client, path, limitOf(flags));
  const lines = items.flatMap((item) => [...linesOf(item), '']);
  printResult(terminal, flags.json, { ...answer, items: [...items] }, [
    ...lines,
    `${items.length} ${items.length === 1 ? 'entry' : 'entries'}${isAll ? '' : ', and there are more: --limit, or --export'}`,
    stateLine(answer['asOf'] ?? null),
  ]);
}

function timelineParts({ asOf, type, recordedFrom, recordedTo }: QueryFlags): QueryParts {
  return { asOf, type, recordedFrom, recordedTo };
}

interface Found {
  readonly items: readonly JsonValue[];
  readonly isAll: boolean;
  /** Of the last page, without its items. */
  readonly answer: JsonObject;
}

const pageSchema = z.looseObject({ items: z.array(z.json()), cursor: z.string().nullable() });

async function pages(client: NodeClient, path: string, limit: number): Promise<Found> {
  const items: JsonValue[] = [];
  let cursor = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const some = Math.min(PAGE, limit - items.length);
    const separator = path.includes('?') ? '&' : '?';
    const answer = await client.request({
      method: 'GET',
      path: `${path}${separator}limit=${some}${cursor}`,
    });
    const { items: found, cursor: next, ...rest } = expected(pageSchema, answer);
    items.push(...found);
    const isAll = next === null;
    if (isAll || items.length >= limit)
      return { items, isAll, answer: { ...(rest as JsonObject), cursor: next } };
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node gives out more pages than fit in an answer');
}

/** @throws CliError. */
export async function queryCount(
  client: NodeClient,
  ledger: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const path = `${recordsPath(ledger)}/count${queryOf(filtersOf(flags))}`;
  const answer = await client.request({ method: 'GET', path });
  const counted = expected(countSchema, answer);
  printResult(terminal, flags.json, answer, [String(counted.count), stateLine(counted.asOf)]);
}

const countSchema = z.object({ count: z.number(), asOf: asOfSchema });

/** An entry, or the place in another's record where the subject is named. */
function linesOf(item: JsonValue): readonly string[] {
  const mention = mentionSchema.safeParse(item);
  if (!mention.success) return entryLines(expected(entrySchema, item));
  const { index, type, role, recordedAt } = mention.data;
  return [`named as ${role} in entry ${index}, ${oneLine(type)}, recorded ${oneLine(recordedAt)}`];
}

const mentionSchema = z.object({
  index: z.number(),
  recordedAt: z.string(),
  type: z.string(),
  role: z.enum(['party', 'part']),
});

function stateLine(asOf: unknown): string {
  const state = asOfSchema.safeParse(asOf);
  if (!state.success) throw new CliError('CLI_ANSWER_UNUSABLE', 'the answer is of no state');
  return `as of size ${state.data.size}, root hash ${oneLine(state.data.rootHash)}`;
}
