/** `chirograph query --diff`: what changed for a subject between two states. */
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { asOfSchema, expected } from './answers.js';
import { CliError } from './cli-error.js';
import type { NodeClient } from './node-client.js';
import { type QueryFlags, queryOf, subjectPath } from './query-flags.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

const changeSchema = z.object({
  change: z.string(),
  type: z.string(),
  key: z.string().optional(),
  fields: z.array(
    z.object({
      change: z.string(),
      pointer: z.string(),
      before: z.json().optional(),
      after: z.json().optional(),
    }),
  ),
});
const sideSchema = z.object({ asOf: asOfSchema });
const diffSchema = z.object({
  from: sideSchema,
  to: sideSchema,
  unchanged: z.number(),
  items: z.array(changeSchema),
});

/** @param range `from..to`, or `from..` for now. @throws CliError. */
export async function queryDiff(
  client: NodeClient,
  ledger: string,
  range: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const [from = '', to = '', ...rest] = range.split('..');
  if (from === '' || rest.length > 0 || !range.includes('..'))
    throw new CliError(
      'CLI_USAGE',
      '--diff must be like 2026-01-31..2026-06-30, or 4711.. for now',
    );
  const { validAt, type } = flags;
  const asked = queryOf({ from, ...(to !== '' && { to }), validAt, type });
  const answer = await client.request({
    method: 'GET',
    path: `${subjectPath(ledger, flags)}/diff${asked}`,
  });
  const { items, unchanged, ...sides } = expected(diffSchema, answer);
  printResult(terminal, flags.json, answer, [
    ...items.flatMap(changeLines),
    `${items.length} changed, ${unchanged} unchanged, from size ${sides.from.asOf.size} to size ${sides.to.asOf.size}`,
  ]);
}

function changeLines({ change, type, key, fields }: z.output<typeof changeSchema>): string[] {
  const name = key === undefined ? oneLine(type) : `${oneLine(type)} ${oneLine(key)}`;
  return [
    `${change}  ${name}`,
    ...fields.map(({ change: kind, pointer, before, after }) => {
      const said = kind === 'added' ? shown(after) : `${shown(before)} -> ${shown(after)}`;
      return `  ${kind}  ${oneLine(pointer)}  ${kind === 'removed' ? shown(before) : said}`;
    }),
  ];
}

function shown(value: JsonValue | undefined): string {
  return oneLine(JSON.stringify(value ?? null)).slice(0, 120);
}
