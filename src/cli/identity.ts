/** `chirograph identity`: who signs, with which keys. Private keys are read here, and never leave. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { utf8ToString } from '../base/bytes.js';
import { type JsonObject, parseStrictJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import { parseEvent, REVOCATION_REASONS } from '../identities/identity-event.js';
import { signedEventToJson } from '../identities/signed-event.js';
import { tradleIdOf } from '../identities/tradle-import.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { type IdentityKeyFile, readIdentityKey } from './identity-keys.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions, withReadOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

/** One for each command: the id stands for a whole one. */
const EXAMPLES: Readonly<Record<string, string>> = {
  register: '--update master.pem --sign phone.pem --name Ada',
  show: 'identity:4b0c… --as-of 2026-01-31',
  list: '--json',
  'add-key': 'identity:4b0c… --by master.pem --new phone.pem --purpose sign',
  rotate: 'identity:4b0c… --by master.pem --old did:key:z6Mk… --new phone.pem',
  'revoke-key': 'identity:4b0c… --by master.pem --old did:key:z6Mk… --reason compromised',
  revoke: 'identity:4b0c… --by master.pem --reason superseded',
  recover: 'identity:4b0c… --by officer-1.pem --by officer-2.pem --update master.pem',
  introduce: 'identity:4b0c… --reason "seen with a passport"',
  suspend: 'identity:4b0c…',
  resume: 'identity:4b0c…',
  import: 'identity.json',
  key: 'phone.pem',
};

interface Flags extends NodeFlags {
  readonly json?: true;
  readonly asOf?: string;
  readonly by?: readonly string[];
  readonly new?: string;
  readonly old?: string;
  readonly purpose?: readonly string[];
  readonly name?: string;
  readonly reason?: string;
  readonly since?: string;
  readonly update?: string;
  readonly sign?: readonly string[];
  readonly recovery?: readonly string[];
  readonly threshold?: number;
}

const identitySchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  sequence: z.number(),
  head: z.string(),
  keys: z.array(
    z.looseObject({ key: z.string(), purposes: z.array(z.string()), isInUse: z.boolean() }),
  ),
});
const changedSchema = z.looseObject({ identity: identitySchema });
const pageSchema = z.object({
  items: z.array(z.object({ id: z.string(), registeredAt: z.string(), author: z.string() })),
  cursor: z.string().nullable(),
});
const MAX_IMPORT_BYTES = 65_536;

export function addIdentityCommand(program: Command, terminal: Terminal): void {
  const identity = program
    .command('identity')
    .description('register who signs, change their keys, and ask which keys were valid when');

  withNodeOptions(identity.command('register'))
    .requiredOption('--update <file>', 'private key that changes the identity, PEM')
    .option('--sign <file>', 'private key that signs records, PEM; may be repeated', repeated)
    .option('--recovery <did>', 'a did:key that recovers it; may be repeated', repeated)
    .option('--threshold <n>', 'how many recovery keys it takes (default: all)', whole)
    .option('--name <text>', 'what people call it')
    .description('register an identity with its keys')
    .action(async (flags: Flags) => {
      const { keys, signers } = await keysOf(flags);
      const { name } = flags;
      const change = {
        action: 'register',
        keys,
        ...recoveryOf(flags),
        ...(name !== undefined && { name }),
      };
      const signed = signedBy({ $v: 1, sequence: 0, ...change }, signers);
      await send(terminal, flags, '/v1/identities', signed);
    });

  withReadOptions(identity.command('show').argument('<id>', 'of the identity'))
    .option('--as-of <when>', 'a tree size, an instant, or a calendar date')
    .description('show which keys an identity has, or had as of then')
    .action(async (id: string, flags: Flags) => {
      const query = flags.asOf === undefined ? '' : `?asOf=${encodeURIComponent(flags.asOf)}`;
      const answer = await nodeClientFor(flags, terminal).request({
        method: 'GET',
        path: `${pathOf(id)}${query}`,
      });
      printAnswer(terminal, flags, answer, (given) => linesOf(expected(identitySchema, given)));
    });

  withReadOptions(identity.command('list'))
    .description('list the identities of your tenant, in the order registered')
    .action(async (flags: Flags) => {
      const items = await listAll(nodeClientFor(flags, terminal));
      printResult(
        terminal,
        flags.json,
        { items },
        items.map(({ id, registeredAt }) => oneLine(`${registeredAt}  ${id}`)),
      );
    });

  const change = (name: string, description: string): Command =>
    withNodeOptions(identity.command(name).argument('<id>', 'of the identity'))
      .requiredOption(
        '--by <file>',
        'private key that may change it, PEM; may be repeated',
        repeated,
      )
      .description(description);

  change('add-key', 'add a key')
    .requiredOption('--new <file>', 'the new private key, PEM')
    .requiredOption('--purpose <purpose>', 'sign, update or messaging; may be repeated', repeated)
    .option('--name <text>', 'what the identity calls it')
    .action(async (id: string, flags: Flags) => {
      const fresh = await readIdentityKey(flags.new ?? '');
      const named = flags.name === undefined ? {} : { id: flags.name };
      const key = { key: fresh.did, purposes: flags.purpose ?? [], ...named };
      await follow(terminal, flags, id, { action: 'add-key', key }, [fresh]);
    });

  change('rotate', 'put a new key in the place of another')
    .requiredOption('--old <did>', 'the did:key that goes')
    .requiredOption('--new <file>', 'the new private key, PEM')
    .action(async (id: string, flags: Flags) => {
      const fresh = await readIdentityKey(flags.new ?? '');
      const event = { action: 'rotate-key', old: flags.old ?? '', key: fresh.did };
      await follow(terminal, flags, id, event, [fresh]);
    });

  withReason(change('revoke-key', 'take a key out of use'))
    .requiredOption('--old <did>', 'the did:key that goes')
    .action(async (id: string, flags: Flags) => {
      await follow(terminal, flags, id, {
        action: 'revoke-key',
        key: flags.old ?? '',
        ...reasonOf(flags),
      });
    });

  withReason(change('revoke', 'revoke the identity, for good')).action(
    async (id: string, flags: Flags) => {
      await follow(terminal, flags, id, { action: 'revoke', ...reasonOf(flags) });
    },
  );

  change('recover', 'replace all keys, by a quorum of recovery keys')
    .requiredOption('--update <file>', 'the new private key that changes it, PEM')
    .option('--sign <file>', 'a new private key that signs records, PEM; may be repeated', repeated)
    .option('--since <instant>', 'from when on the old keys are not to be trusted')
    .action(async (id: string, flags: Flags) => {
      const { keys, signers } = await keysOf(flags);
      const since = flags.since === undefined ? {} : { since: flags.since };
      await follow(terminal, flags, id, { action: 'recover', keys, ...since }, signers);
    });

  for (const [name, description] of ACTS)
    withNodeOptions(identity.command(name).argument('<id>', 'of the identity'))
      .option('--reason <text>', 'why')
      .description(description)
      .action(async (id: string, flags: Flags) => {
        const reason = flags.reason === undefined ? {} : { reason: flags.reason };
        await send(terminal, flags, `${pathOf(id)}/acts`, { action: name, ...reason });
      });

  withNodeOptions(identity.command('import').argument('<file>', 'a signed Tradle identity, JSON'))
    .description('take over a Tradle identity, or its next version')
    .action(async (file: string, flags: Flags) => {
      const object = parseStrictJson(utf8ToString(await readFileUpTo(file, MAX_IMPORT_BYTES)));
      if (!isJsonObject(object)) throw new CliError('CLI_INPUT', `${file}: not a JSON object`);
      const event = { action: 'import-tradle', object };
      const isFirst = !Object.hasOwn(object, '_r');
      if (isFirst)
        await send(terminal, flags, '/v1/identities', { event: { $v: 1, sequence: 0, ...event } });
      else await follow(terminal, flags, tradleIdOf(object), event);
    });

  withOutput(identity.command('key').argument('<file>', 'a private key, PEM'))
    .description('print the did:key of a private key')
    .action(async (file: string, flags: Flags) => {
      const { did } = await readIdentityKey(file);
      printResult(terminal, flags.json, { key: did }, [did]);
    });

  for (const command of identity.commands) {
    const name = command.name();
    withExamples(command, `chirograph identity ${name} ${EXAMPLES[name] ?? ''}`);
  }
}

const ACTS = [
  ['introduce', 'say, as its tenant, that an identity is known'],
  ['suspend', 'take nothing of an identity until it is resumed'],
  ['resume', 'take what a suspended identity signs again'],
] as const;

function withOutput(command: Command): Command {
  return command.option('--json', 'print JSON');
}

function withReason(command: Command): Command {
  return command
    .addOption(
      new Option('--reason <reason>', 'why').choices(REVOCATION_REASONS).default('unspecified'),
    )
    .option('--since <instant>', 'of what is compromised: from when on it is not to be trusted');
}

function reasonOf({ reason = '', since }: Flags): JsonObject {
  return { reason, ...(since !== undefined && { since }) };
}

function whole(text: string): number {
  if (!/^[1-9]\d?$/.test(text))
    throw new InvalidArgumentError('must be a whole number of at least 1');
  return Number(text);
}

async function keysOf(flags: Flags): Promise<{ keys: JsonObject[]; signers: IdentityKeyFile[] }> {
  const update = await readIdentityKey(flags.update ?? '');
  const signing: IdentityKeyFile[] = [];
  for (const path of flags.sign ?? []) signing.push(await readIdentityKey(path));
  const keys = [
    { key: update.did, purposes: signing.length === 0 ? ['sign', 'update'] : ['update'] },
    ...signing.map(({ did }) => ({ key: did, purposes: ['sign'] })),
  ];
  return { keys, signers: [update, ...signing] };
}

function recoveryOf({ recovery, threshold }: Flags): JsonObject {
  if (recovery === undefined) return {};
  return { recovery: { keys: recovery, threshold: threshold ?? recovery.length } };
}

function signedBy(event: JsonObject, signers: readonly IdentityKeyFile[]): JsonObject {
  const { signedBytes } = parseEvent(event);
  // One that signs for two reasons signs once.
  const distinct = new Map(signers.map((signer) => [signer.did, signer]));
  return signedEventToJson(
    event,
    [...distinct.values()].map(({ sign }) => sign(signedBytes)),
  );
}

/** The event after the last one, signed by `--by` and by whom the change brings. */
async function follow(
  terminal: Terminal,
  flags: Flags,
  id: string,
  change: JsonObject,
  more: readonly IdentityKeyFile[] = [],
): Promise<void> {
  const client = nodeClientFor(flags, terminal);
  const signers: IdentityKeyFile[] = [];
  for (const path of flags.by ?? []) signers.push(await readIdentityKey(path));
  const now = expected(identitySchema, await client.request({ method: 'GET', path: pathOf(id) }));
  const place = { $v: 1, identity: now.id, sequence: now.sequence + 1, previous: now.head };
  await send(
    terminal,
    flags,
    `${pathOf(id)}/events`,
    signedBy({ ...place, ...change }, [...signers, ...more]),
  );
}

async function send(
  terminal: Terminal,
  flags: Flags,
  path: string,
  body: JsonObject,
): Promise<void> {
  const answer = await nodeClientFor(flags, terminal).request({ method: 'POST', path, body });
  printAnswer(terminal, flags, answer, (given) => linesOf(expected(changedSchema, given).identity));
}

async function listAll(client: NodeClient): Promise<z.output<typeof pageSchema>['items']> {
  const items: z.output<typeof pageSchema>['items'] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const path = `/v1/identities?limit=1000${query}`;
    const page = expected(pageSchema, await client.request({ method: 'GET', path }));
    items.push(...page.items);
    cursor = page.cursor;
  }
  return items;
}

function linesOf({ id, keys, status }: z.output<typeof identitySchema>): readonly string[] {
  const lines = keys.map(({ isInUse, key, purposes }) =>
    oneLine(`  ${isInUse ? 'in use' : 'ended '}  ${key}  ${purposes.join(' ')}`),
  );
  return [oneLine(`${id}  ${status}`), ...lines];
}

function pathOf(id: string): string {
  return `/v1/identities/${encodeURIComponent(id)}`;
}
