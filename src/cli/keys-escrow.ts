/** `chirograph keys escrow`: copies of the tenant's escrow file, on record until they are destroyed. */
import type { Command } from 'commander';
import { z } from 'zod';
import { utf8 } from '../base/bytes.js';
import type { JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { exists, writeOwnFile } from './files.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

interface EscrowFlags extends NodeFlags {
  readonly out?: string;
  readonly label?: string;
  readonly list?: true;
  readonly destroyed?: string;
  readonly json?: true;
}

const COPIES = '/v1/escrow/copies';

const copySchema = z.looseObject({
  id: z.string(),
  generation: z.int(),
  label: z.string().optional(),
  isOverdue: z.boolean(),
  takenAt: z.string(),
  takenBy: z.object({ author: z.string() }),
  destroyedAt: z.string().optional(),
});
const takenSchema = z.object({ copy: copySchema, file: z.string() });

export function addEscrowCommand(keys: Command, terminal: Terminal): void {
  const command = withNodeOptions(keys.command('escrow'))
    .description("take a copy of your tenant's escrow file, list those taken, or confirm one's end")
    .option('--out <file>', 'where to write the copy; only officers with their shares can open it')
    .option('--label <text>', 'with --out: where it is kept; it stays on record for ever')
    .option('--list', 'list the copies that were taken, and which are overdue')
    .option('--destroyed <id>', 'confirm that the copy with this id has been destroyed')
    .action((flags: EscrowFlags) => run(flags, terminal));
  withExamples(
    command,
    'chirograph keys escrow --out bank.escrow --label "safe 2, Bern"',
    'chirograph keys escrow --list',
    'chirograph keys escrow --destroyed 0a1b2c3d4e5f',
  );
}

async function run(flags: EscrowFlags, terminal: Terminal): Promise<void> {
  const { out, label, list, destroyed } = flags;
  if ([out, list, destroyed].filter((one) => one !== undefined).length !== 1)
    throw new CliError('CLI_USAGE', 'say one of --out, --list and --destroyed');
  if (label !== undefined && out === undefined)
    throw new CliError('CLI_USAGE', '--label goes with --out');
  const client = nodeClientFor(flags, terminal);
  if (out !== undefined) {
    await take(client, { ...flags, out }, terminal);
    return;
  }
  if (destroyed === undefined) {
    const items = await allPages(client, COPIES, { what: 'copies' });
    printAnswer(terminal, flags, { items: [...items] }, () => items.map(listLine));
    return;
  }
  const path = `${COPIES}/${encodeURIComponent(destroyed)}/destruction`;
  const answer = await client.request({ method: 'POST', path });
  printAnswer(terminal, flags, answer, (said) => [listLine(said)]);
}

async function take(
  client: NodeClient,
  { out, label, json }: EscrowFlags & { readonly out: string },
  terminal: Terminal,
): Promise<void> {
  if (await exists(out))
    throw new CliError('CLI_FILE', `${out} is there already: a copy in it would be lost unsaid`);
  const body = definedMembers({ label });
  const answer = await client.request({ method: 'POST', path: COPIES, body });
  const { copy, file } = expected(takenSchema, answer);
  try {
    // It is on record by now: whoever cannot write it has no copy, and says so by its id.
    await writeOwnFile(out, utf8(file));
  } catch (cause) {
    terminal.stderr(
      `nothing was written, but copy ${oneLine(copy.id)} is on record: --destroyed ${oneLine(copy.id)}\n`,
    );
    throw cause;
  }
  printResult(terminal, json, { ...(copy as Record<string, JsonValue>), out }, [
    `wrote ${oneLine(out)}: copy ${oneLine(copy.id)} of the escrow file, generation ${copy.generation}`,
    'destroy it once the vault has another key (`keys escrow --list` says so), and confirm it with --destroyed',
  ]);
}

function listLine(said: JsonValue): string {
  const { id, generation, label, isOverdue, takenAt, takenBy, destroyedAt } = expected(
    copySchema,
    said,
  );
  const state = destroyedAt === undefined ? (isOverdue ? 'overdue  ' : 'kept     ') : 'destroyed';
  const cells = [id, `generation ${generation}`, state, destroyedAt ?? takenAt, takenBy.author];
  return oneLine([...cells, ...(label === undefined ? [] : [label])].join('  '));
}
