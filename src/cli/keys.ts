/** `chirograph keys`: a node's API keys, by an admin's key. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ROLES } from '../access/authorize.js';
import type { JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { CliError } from './cli-error.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface CreateFlags extends OutputFlags {
  readonly role: string;
  readonly label?: string;
  readonly author?: string;
  readonly tenant?: string;
}

export function addKeysCommand(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').description("make, list and revoke a node's API keys");

  withNodeOptions(keys.command('create'))
    .description('make an API key and print it, this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--label <text>', 'what people call it')
    .option('--author <identity>', 'whom its records name as their author (default: key:<its id>)')
    .option('--tenant <name>', 'give a tenant that has no key its first one')
    .action(async (flags: CreateFlags) => {
      const { role, label, author, tenant } = flags;
      const body = definedMembers({ role, label, author, tenant });
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'POST', path: '/v1/keys', body });
      print(terminal, flags, answer, createdLines);
    });

  withNodeOptions(keys.command('list'))
    .description('list the API keys of your tenant')
    .action(async (flags: OutputFlags) => {
      const items = await listAll(nodeClientFor(flags, terminal));
      print(terminal, flags, { items }, listLines);
    });

  withNodeOptions(keys.command('revoke').argument('<id>', 'of the key, as in `keys list`'))
    .description('revoke an API key')
    .action(async (id: string, flags: OutputFlags) => {
      const path = `/v1/keys/${encodeURIComponent(id)}`;
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'DELETE', path });
      print(terminal, flags, answer, () => [`revoked ${oneLine(id)}`]);
    });
}

const keySchema = z.object({
  id: z.string(),
  role: z.string(),
  createdAt: z.string(),
  label: z.string().optional(),
  author: z.string().optional(),
  revokedAt: z.string().optional(),
});

const pageSchema = z.object({ items: z.array(z.json()), cursor: z.string().nullable() });

/** More keys than a node holds. */
const MAX_PAGES = 100;

async function listAll(client: NodeClient): Promise<readonly JsonValue[]> {
  const items: JsonValue[] = [];
  let query = '?limit=1000';
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.request({ method: 'GET', path: `/v1/keys${query}` });
    const { items: found, cursor } = expected(pageSchema, answer);
    items.push(...found);
    if (cursor === null) return items;
    query = `?limit=1000&cursor=${encodeURIComponent(cursor)}`;
  }
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node gives out more keys than it can have');
}

function createdLines(answer: JsonValue): readonly string[] {
  const { id, key } = expected(z.object({ id: z.string(), key: z.string() }), answer);
  return [oneLine(key), `# id ${oneLine(id)}; keep the line above, it cannot be had again`];
}

function listLines(answer: JsonValue): readonly string[] {
  const { items } = expected(z.object({ items: z.array(keySchema) }), answer);
  return items.map(({ id, role, createdAt, label, author, revokedAt }) =>
    oneLine(
      [
        id,
        role.padEnd(6),
        createdAt,
        revokedAt === undefined ? 'active ' : 'revoked',
        label,
        author,
      ]
        .filter((cell) => cell !== undefined)
        .join('  '),
    ),
  );
}

function print(
  { stdout }: Terminal,
  { json }: OutputFlags,
  answer: JsonValue,
  lines: (answer: JsonValue) => readonly string[],
): void {
  const shown = json === true ? [JSON.stringify(answer)] : lines(answer);
  for (const line of shown) stdout(`${line}\n`);
}

function expected<S extends z.ZodType>(schema: S, answer: JsonValue): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node answers otherwise than this version expects');
}
