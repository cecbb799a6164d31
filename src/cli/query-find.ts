/**
 * `chirograph query --find`: persons by what is recorded of them. The value comes from standard input or a
 * file: an argument would be seen by everybody on this machine, and stay in the shell's history.
 */
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { utf8ToString } from '../base/bytes.js';
import type { JsonValue } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { systemErrorCode } from '../base/system-error.js';
import { asOfSchema, expected } from './answers.js';
import { CliError } from './cli-error.js';
import { inputLines } from './input-lines.js';
import type { NodeClient } from './node-client.js';
import { ledgerPath } from './node-options.js';
import type { QueryFlags } from './query-flags.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

const PAGE = 100;
/** A page may be empty, and still not the last. */
const MAX_PAGES = 1000;
const MAX_VALUE_BYTES = 4096;

const personSchema = z.object({
  subject: z.string(),
  match: z.string(),
  entries: z.array(
    z.object({
      index: z.number(),
      recordedAt: z.string(),
      type: z.string(),
      key: z.string().optional(),
      current: z.boolean().nullable(),
    }),
  ),
  hasMore: z.boolean(),
  possibleDouble: z.array(z.string()).optional(),
});
const pageSchema = z.looseObject({
  items: z.array(z.json()),
  cursor: z.string().nullable(),
  asOf: asOfSchema,
});

/** @param limit persons to print. @throws CliError. */
export async function queryFind(
  client: NodeClient,
  ledger: string,
  field: string,
  limit: number,
  { asOf, valueFrom, json }: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const value = await valueOf(field, valueFrom, terminal);
  const items: JsonValue[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.request({
      method: 'POST',
      path: `${ledgerPath(ledger)}/subjects/search`,
      body: {
        field,
        value,
        limit: Math.min(PAGE, limit - items.length),
        ...(asOf !== undefined && { asOf }),
        ...(cursor !== null && { cursor }),
      },
    });
    const { items: found, cursor: next, asOf: state, ...rest } = expected(pageSchema, answer);
    items.push(...found);
    cursor = next;
    if (cursor !== null && items.length < limit) continue;
    const said = `${items.length} ${items.length === 1 ? 'person' : 'persons'}`;
    const result = { ...(rest as Record<string, JsonValue>), items, cursor, asOf: { ...state } };
    printResult(terminal, json, result, [
      ...items.flatMap((item) => [...personLines(expected(personSchema, item)), '']),
      `${said}${cursor === null ? '' : ', and there may be more: --limit'}`,
      `as of size ${state.size}, root hash ${oneLine(state.rootHash)}`,
    ]);
    return;
  }
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node gives out more pages than fit in an answer');
}

/** The first line that is not blank. */
async function valueOf(
  field: string,
  file: string | undefined,
  terminal: Terminal,
): Promise<string> {
  if ((file === undefined || file === '-') && terminal.isInteractive)
    terminal.stderr(`${oneLine(field)} to find: `);
  for await (const { bytes } of inputLines(bytesOf(file, terminal))) {
    if (bytes.length > MAX_VALUE_BYTES)
      throw new CliError('CLI_INPUT', `a value to find has at most ${MAX_VALUE_BYTES} bytes`);
    return textOf(bytes).trim();
  }
  throw new CliError('CLI_INPUT', 'there is no value to find: it is the first line of the input');
}

async function* bytesOf(file: string | undefined, { stdin }: Terminal): AsyncGenerator<Uint8Array> {
  if (file === undefined || file === '-') {
    yield* stdin;
    return;
  }
  try {
    // An iterator of Node's own, whose values are bytes as long as no encoding is set.
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const reason = systemErrorCode(cause) ?? 'error';
    throw new CliError('CLI_FILE', `${oneLine(file)}: it cannot be read (${reason})`, { cause });
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8ToString(bytes);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new CliError('CLI_INPUT', 'the value to find is not UTF-8', { cause });
  }
}

function personLines({
  subject,
  match,
  entries,
  hasMore,
  possibleDouble = [],
}: z.output<typeof personSchema>): string[] {
  const how = match === 'whole' ? 'the whole value' : 'each of its words';
  return [
    `${oneLine(subject)}  by ${how}`,
    ...entries.map(({ index, recordedAt, type, key, current }) => {
      const thing = key === undefined ? oneLine(type) : `${oneLine(type)} ${oneLine(key)}`;
      const stands = current === true ? 'current' : current === false ? 'not current' : 'unknown';
      return `  entry ${index}  ${thing}  recorded ${oneLine(recordedAt)}  ${stands}`;
    }),
    ...(hasMore ? ['  and older entries'] : []),
    ...(possibleDouble.length === 0
      ? []
      : [`  possible double of ${possibleDouble.map(oneLine).join(', ')}`]),
  ];
}
