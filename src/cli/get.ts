/** `chirograph get`: one entry, or all versions of what it is a version of. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { type AsOf, asOfSchema, entryAnswerSchema, entrySchema, expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { entryLines } from './entry-lines.js';
import type { NodeClient } from './node-client.js';
import { entryPath, type NodeFlags, nodeClientFor, withReadOptions } from './node-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface GetFlags extends NodeFlags {
  readonly history?: true;
  readonly asOf?: string;
  readonly json?: true;
}

export function addGetCommand(program: Command, terminal: Terminal): void {
  const command = withReadOptions(program.command('get'))
    .argument('<ledger>', 'name of the ledger')
    .argument('<id>', 'leaf hash or index of the entry')
    .option('--history', 'all versions of the same thing, newest first')
    .option('--as-of <when>', 'what was there at a tree size, or at 2026-01-31T23:59:59.000Z')
    .description('print an entry, opened')
    .action(async (ledger: string, id: string, flags: GetFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = entryPath(ledger, id);
      if (flags.history === true) {
        const found = await history(client, path, flags);
        printResult(terminal, flags.json, { ...found }, historyLines(found));
      } else {
        const answer = await client.request({ method: 'GET', path: `${path}${asOfQuery(flags)}` });
        const { asOf, ...entry } = expected(entryAnswerSchema, answer);
        printResult(terminal, flags.json, answer, [...entryLines(entry), asOfLine(asOf)]);
      }
    });
  withExamples(
    command,
    'chirograph get kyc 27',
    'chirograph get kyc 27 --history --as-of 2026-01-31T23:59:59.000Z',
  );
}

/** As the node gave them, for --json; the lines for people are of what we know in them. */
interface History {
  readonly items: readonly JsonValue[];
  readonly asOf: AsOf;
}

const pageSchema = z.object({
  items: z.array(z.json()),
  cursor: z.string().nullable(),
  asOf: asOfSchema,
});

/** More versions than anybody reads. */
const MAX_PAGES = 100;

async function history(client: NodeClient, path: string, flags: GetFlags): Promise<History> {
  const items: JsonValue[] = [];
  const query = asOfQuery(flags, 'limit=1000');
  let cursor = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.request({
      method: 'GET',
      path: `${path}/history${query}${cursor}`,
    });
    const found = expected(pageSchema, answer);
    items.push(...found.items);
    if (found.cursor === null) return { items, asOf: found.asOf };
    cursor = `&cursor=${encodeURIComponent(found.cursor)}`;
  }
  throw new CliError(
    'CLI_ANSWER_UNUSABLE',
    'the node gives out more versions than fit in an answer',
  );
}

function asOfQuery({ asOf }: GetFlags, ...others: readonly string[]): string {
  const parts = asOf === undefined ? others : [...others, `asOf=${encodeURIComponent(asOf)}`];
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function historyLines({ items, asOf }: History): readonly string[] {
  const entries = items.map((item) => expected(entrySchema, item));
  return [
    ...entries.flatMap((entry) => [...entryLines(entry), '']),
    `${entries.length} ${entries.length === 1 ? 'version' : 'versions'}`,
    asOfLine(asOf),
  ];
}

function asOfLine({ size, rootHash }: AsOf): string {
  return `as of size ${size}, root hash ${oneLine(rootHash)}`;
}
