/** `chirograph access`: who saw what when, and who did what. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

interface AccessFlags extends NodeFlags {
  readonly subject?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly limit: string;
  readonly json?: true;
}

export function addAccessCommand(program: Command, terminal: Terminal): void {
  const command = withNodeOptions(program.command('access'))
    .option('--subject <name>', 'whose data were shown')
    .option('--actor <name>', 'who acted')
    .option('--action <action>', 'what was done, like record:read')
    .option('--from <when>', 'at or after an instant or calendar date')
    .option('--to <when>', 'at or before an instant or calendar date')
    .option('--as-of <when>', 'a tree size, an instant, or a calendar date')
    .option('--limit <n>', 'so many at most', '100')
    .description('list who saw what when, newest first; asking is on record too')
    .action(async (flags: AccessFlags) => {
      const items = await entries(nodeClientFor(flags, terminal), flags);
      printAnswer(terminal, flags, { items }, () => linesOf(items));
    });
  withExamples(
    command,
    'chirograph access --subject customer-4711 --json',
    'chirograph access --actor node --from 2026-01-01 --to 2026-01-31',
  );
}

const pageSchema = z.object({ items: z.array(z.json()), cursor: z.string().nullable() });
const entrySchema = z.object({
  recordedAt: z.string(),
  actor: z.string(),
  action: z.string(),
  outcome: z.string(),
  code: z.string().optional(),
  ledger: z.string().optional(),
  persons: z.number(),
  entries: z.object({ count: z.number() }).optional(),
});

/** Pages may be short: of an action the node opens so many entries a page to find it. */
const MAX_PAGES = 10_000;

async function entries(client: NodeClient, flags: AccessFlags): Promise<readonly JsonValue[]> {
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new CliError('CLI_USAGE', '--limit must be a whole number of at least 1');
  const { subject, actor, action, from, to, asOf } = flags;
  const asked = { subject, actor, action, recordedFrom: from, recordedTo: to, asOf };
  const query = new URLSearchParams({ limit: String(Math.min(limit, 1000)) });
  for (const [name, value] of Object.entries(asked))
    if (value !== undefined) query.set(name, value);
  const items: JsonValue[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.request({ method: 'GET', path: `/v1/access?${query.toString()}` });
    const { items: found, cursor } = expected(pageSchema, answer);
    items.push(...found);
    if (cursor === null || items.length >= limit) return items.slice(0, limit);
    query.set('cursor', cursor);
  }
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node gives no end of pages: ask for less');
}

function linesOf(items: readonly JsonValue[]): readonly string[] {
  return items.map((item) => {
    const {
      recordedAt,
      actor,
      action,
      outcome,
      code,
      ledger,
      persons,
      entries: shown,
    } = expected(entrySchema, item);
    const cells = [
      recordedAt,
      outcome.padEnd(9),
      action.padEnd(15),
      actor,
      ledger,
      shown === undefined ? undefined : `${shown.count} entries`,
      persons === 0 ? undefined : `${persons} persons`,
      code,
    ];
    return oneLine(cells.filter((cell) => cell !== undefined).join('  '));
  });
}
