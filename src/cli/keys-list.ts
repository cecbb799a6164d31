/** `chirograph keys list`: API keys, or the keys that a node signs, seals and opens with. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { SHARED_KEY_KINDS, TENANT_KEY_KINDS } from '../queries/keys-of-node.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

const KINDS = ['api', ...TENANT_KEY_KINDS, ...SHARED_KEY_KINDS] as const;

interface ListFlags extends NodeFlags {
  readonly kind: (typeof KINDS)[number];
  readonly node?: true;
  readonly json?: true;
}

export function addListKeysCommand(keys: Command, terminal: Terminal): void {
  const command = withNodeOptions(keys.command('list'))
    .description('list the API keys of your tenant, or the keys that sign, seal and open for it')
    .addOption(
      new Option('--kind <kind>', 'which keys; never a secret of them')
        .choices(KINDS)
        .default('api'),
    )
    .option('--node', "of log, vault and recovery: the node's own; for those who run it")
    .action(async (flags: ListFlags) => {
      const { kind, node } = flags;
      if (node === true && !isOf(TENANT_KEY_KINDS, kind))
        throw new CliError('CLI_USAGE', `--node goes with --kind ${TENANT_KEY_KINDS.join(', ')}`);
      const client = nodeClientFor(flags, terminal);
      const isShared = node === true || isOf(SHARED_KEY_KINDS, kind);
      const items =
        kind === 'api'
          ? await allPages(client, '/v1/keys', { what: 'keys' })
          : await allPages(client, isShared ? '/v1/node-keys' : '/v1/tenant-keys', {
              ...{ what: 'keys', query: { kind } },
            });
      const lineOf = kind === 'api' ? apiKeyLine : keyLine;
      printAnswer(terminal, flags, { items: [...items] }, () => items.map(lineOf));
    });
  withExamples(
    command,
    'chirograph keys list --json',
    'chirograph keys list --kind log',
    'chirograph keys list --kind recovery --node',
  );
}

const isOf = (kinds: readonly string[], kind: string): boolean => kinds.includes(kind);

const apiKeySchema = z.object({
  id: z.string(),
  role: z.string(),
  createdAt: z.string(),
  label: z.string().optional(),
  author: z.string().optional(),
  revokedAt: z.string().optional(),
});

const spanSchema = z
  .object({ size: z.int(), generation: z.int(), at: z.string() })
  .partial()
  .optional();
const keySchema = z.object({
  state: z.string(),
  development: z.boolean(),
  ledger: z.string().optional(),
  verifierKey: z.string().optional(),
  fingerprint: z.string().optional(),
  keyId: z.string().optional(),
  since: spanSchema,
  until: spanSchema,
});

function apiKeyLine(said: JsonValue): string {
  const { id, role, createdAt, label, author, revokedAt } = expected(apiKeySchema, said);
  const state = revokedAt === undefined ? 'active ' : 'revoked';
  return lineOf([id, role.padEnd(9), createdAt, state, label, author]);
}

/** What names it to people: of a log its verifier key, of all others a digest. */
function keyLine(said: JsonValue): string {
  const key = expected(keySchema, said);
  return lineOf([
    key.state.padEnd(8),
    key.ledger,
    key.fingerprint ?? key.keyId ?? key.verifierKey,
    spanned('since', key.since),
    spanned('until', key.until),
    key.development ? 'development' : undefined,
  ]);
}

function spanned(word: string, span: z.infer<typeof spanSchema>): string | undefined {
  if (span === undefined) return undefined;
  const { size, generation, at } = span;
  if (at !== undefined) return `${word} ${at}`;
  return size === undefined ? `${word} generation ${generation}` : `${word} size ${size}`;
}

function lineOf(cells: readonly (string | undefined)[]): string {
  return oneLine(cells.filter((cell) => cell !== undefined).join('  '));
}
