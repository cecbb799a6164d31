/** `chirograph keys`: a node's API keys, by an admin's key. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ROLES } from '../access/authorize.js';
import { utf8 } from '../base/bytes.js';
import type { JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { writeOwnFile } from './files.js';
import { addCeremonyCommand } from './keys-ceremony.js';
import { addEscrowCommand } from './keys-escrow.js';
import { addHandoverCommand } from './keys-handover.js';
import { addListKeysCommand } from './keys-list.js';
import { addRestoreKeysCommand } from './keys-restore.js';
import { addRotateCommand } from './keys-rotate.js';
import { addSignRequestCommand } from './keys-sign.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface CreateFlags extends OutputFlags {
  readonly role?: string;
  readonly s3?: true;
  readonly label?: string;
  readonly author?: string;
  readonly tenant?: string;
}

interface TrustFlags extends OutputFlags {
  readonly out: string;
}

export function addKeysCommand(program: Command, terminal: Terminal): void {
  const keys = program
    .command('keys')
    .description("a node's API keys; the keys of its logs and vaults, recovery keys and escrow");

  withNodeOptions(keys.command('create'))
    .description('make an API key and print it, this once')
    .addOption(
      new Option('--role <role>', 'what it may do (required; with --s3: admin)').choices(ROLES),
    )
    .option('--s3', 'with an access key id and a secret access key for the S3 port')
    .option('--label <text>', 'what people call it')
    .option('--author <identity>', 'whom its records name as their author (default: key:<its id>)')
    .option('--tenant <name>', 'give a tenant that has no key its first one')
    .action(async (flags: CreateFlags) => {
      const { s3, label, author, tenant } = flags;
      // Whoever names no role wants what other S3 servers give: a key that may do all that S3 has.
      const role = flags.role ?? (s3 === true ? 'admin' : undefined);
      if (role === undefined)
        throw new CliError('CLI_USAGE', `say what the key may do: --role ${ROLES.join('|')}`);
      const body = definedMembers({ role, s3, label, author, tenant });
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'POST', path: '/v1/keys', body });
      printAnswer(terminal, flags, answer, createdLines);
    });

  addListKeysCommand(keys, terminal);

  withNodeOptions(keys.command('revoke').argument('<id>', 'of the key, as in `keys list`'))
    .description('revoke an API key')
    .action(async (id: string, flags: OutputFlags) => {
      const path = `/v1/keys/${encodeURIComponent(id)}`;
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'DELETE', path });
      printAnswer(terminal, flags, answer, () => [`revoked ${oneLine(id)}`]);
    });

  withNodeOptions(keys.command('trust'))
    .description('write the trust file of a node: what verifiers of its evidence may rest on')
    .requiredOption('--out <file>', 'where to write it')
    .action(async (flags: TrustFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'GET', path: '/v1/trust' });
      await writeOwnFile(flags.out, utf8(`${JSON.stringify(answer, null, 2)}\n`));
      printAnswer(terminal, flags, answer, trustLines(flags.out));
    });

  addRotateCommand(keys, terminal);
  addHandoverCommand(keys, terminal);
  addCeremonyCommand(keys, terminal);
  addSignRequestCommand(keys, terminal);
  addEscrowCommand(keys, terminal);
  addRestoreKeysCommand(keys, terminal);

  for (const [name, example] of Object.entries(EXAMPLES))
    for (const command of keys.commands.filter((one) => one.name() === name))
      withExamples(command, `chirograph keys ${name} ${example}`.trimEnd());
}

const EXAMPLES = {
  create: '--role writer --label "branch 7"',
  revoke: '0a1b2c3d4e5f',
  trust: '--out bank.trust.json',
  rotate: '--vault',
  sign: 'request.json --share share-1.json --share share-3.json --yes --out signed.json',
  ceremony: '--threshold 3 --officers 5 --tenant bank --out ceremony',
} as const;

const CREATED = z.object({
  id: z.string(),
  key: z.string(),
  role: z.string(),
  accessKeyId: z.string().optional(),
  secretAccessKey: z.string().optional(),
});

function createdLines(answer: JsonValue): readonly string[] {
  const { id, key, role, accessKeyId, secretAccessKey } = expected(CREATED, answer);
  const lines = [oneLine(key), `# id ${oneLine(id)}; keep the line above, it cannot be had again`];
  if (accessKeyId === undefined || secretAccessKey === undefined) return lines;
  return [
    ...lines,
    `accessKeyId ${oneLine(accessKeyId)}`,
    `secretAccessKey ${oneLine(secretAccessKey)}`,
    `# for the S3 port, with the role ${oneLine(role)}; the secret cannot be had again`,
  ];
}

function trustLines(file: string): (answer: JsonValue) => readonly string[] {
  return (answer) => {
    const { name } = expected(z.object({ name: z.string() }), answer);
    return [
      `wrote ${oneLine(file)}: the trust file of ${oneLine(name)}`,
      'It is worth what the way is worth by which it came: hand it on in person or over a channel you trust.',
    ];
  };
}
