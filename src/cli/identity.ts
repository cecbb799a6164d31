/** `chirograph identity`: who signs, with which keys. Private keys are read here, and never leave. */
import type { Command } from 'commander';
import { utf8ToString } from '../base/bytes.js';
import { parseStrictJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import { MAX_IMPORT_BYTES } from '../identities/identity-event.js';
import { tradleIdOf } from '../identities/tradle-import.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { addChangeCommands, addRegisterCommand } from './identity-changes.js';
import { follow, type IdentityFlags, pathOf, send } from './identity-events.js';
import { readIdentityKey } from './identity-keys.js';
import { addRecoverCommand } from './identity-recover.js';
import { addShowCommands } from './identity-shown.js';
import { addSignRecoveryCommand } from './identity-sign.js';
import { withNodeOptions } from './node-options.js';
import { printResult, type Terminal } from './terminal.js';

/** Of each command: the id stands for a whole one. */
const EXAMPLES: Readonly<Record<string, string | readonly string[]>> = {
  register: '--update master.pem --sign phone.pem --name Ada',
  show: 'identity:4b0c… --as-of 2026-01-31',
  list: '--json',
  history: 'identity:4b0c… --as-of 2026-01-31',
  'add-key': 'identity:4b0c… --by master.pem --new phone.pem --purpose sign',
  rotate: 'identity:4b0c… --by master.pem --old did:key:z6Mk… --new phone.pem',
  'revoke-key': 'identity:4b0c… --by master.pem --old did:key:z6Mk… --reason compromised',
  revoke: 'identity:4b0c… --by master.pem --reason superseded',
  'set-recovery': 'identity:4b0c… --by master.pem --recovery did:key:z6Mk… --threshold 1',
  bind: 'identity:4b0c… --by master.pem --certificate ada.crt --certificate-key ada.pem',
  recover: [
    'identity:4b0c… --by officer-1.pem --by officer-2.pem --update master.pem',
    'identity:4b0c… --update master.pem --request ada.recovery.json',
    'identity:4b0c… --signed ada.officer-1.json --signed ada.officer-2.json',
  ],
  sign: 'ada.recovery.json --recovery-key officer-1.pem --out ada.officer-1.json',
  introduce: 'identity:4b0c… --reason "seen with a passport"',
  suspend: 'identity:4b0c…',
  resume: 'identity:4b0c…',
  import: 'identity.json',
  key: 'phone.pem',
};

export function addIdentityCommand(program: Command, terminal: Terminal): void {
  const identity = program
    .command('identity')
    .description('register who signs, change their keys, and ask which keys were valid when');
  addRegisterCommand(identity, terminal);
  addShowCommands(identity, terminal);
  addChangeCommands(identity, terminal);
  addRecoverCommand(identity, terminal);
  addSignRecoveryCommand(identity, terminal);
  addActs(identity, terminal);
  addImport(identity, terminal);

  identity
    .command('key')
    .argument('<file>', 'a private key, PEM')
    .option('--json', 'print JSON')
    .description('print the did:key of a private key')
    .action(async (file: string, flags: IdentityFlags) => {
      const { did } = await readIdentityKey(file);
      printResult(terminal, flags.json, { key: did }, [did]);
    });

  for (const command of identity.commands) {
    const name = command.name();
    const examples = [EXAMPLES[name] ?? ''].flat();
    withExamples(command, ...examples.map((one) => `chirograph identity ${name} ${one}`));
  }
}

const ACTS = [
  ['introduce', 'say, as its tenant, that an identity is known'],
  ['suspend', 'take nothing of an identity until it is resumed'],
  ['resume', 'take what a suspended identity signs again'],
] as const;

function addActs(identity: Command, terminal: Terminal): void {
  for (const [name, description] of ACTS)
    withNodeOptions(identity.command(name).argument('<id>', 'of the identity'))
      .option('--reason <text>', 'why')
      .description(description)
      .action(async (id: string, flags: IdentityFlags & { readonly reason?: string }) => {
        const reason = flags.reason === undefined ? {} : { reason: flags.reason };
        await send(terminal, flags, `${pathOf(id)}/acts`, { action: name, ...reason });
      });
}

function addImport(identity: Command, terminal: Terminal): void {
  withNodeOptions(identity.command('import').argument('<file>', 'a signed Tradle identity, JSON'))
    .description('take over a Tradle identity, or its next version')
    .action(async (file: string, flags: IdentityFlags) => {
      const object = parseStrictJson(utf8ToString(await readFileUpTo(file, MAX_IMPORT_BYTES)));
      if (!isJsonObject(object)) throw new CliError('CLI_INPUT', `${file}: not a JSON object`);
      const event = { action: 'import-tradle', object };
      const isFirst = !Object.hasOwn(object, '_r');
      if (isFirst)
        await send(terminal, flags, '/v1/identities', { event: { $v: 1, sequence: 0, ...event } });
      else await follow(terminal, flags, tradleIdOf(object), event);
    });
}
