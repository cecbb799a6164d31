/** `chirograph keys rotate`: new keys in the place of old ones, while the node runs. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

interface RotateFlags extends NodeFlags {
  readonly ledger?: string;
  readonly vault?: true;
  readonly json?: true;
}

const rotatedSchema = z.object({ generation: z.int() });
const logRotatedSchema = z.object({ old: z.string(), new: z.string(), size: z.number() });

export function addRotateCommand(keys: Command, terminal: Terminal): void {
  const command = withNodeOptions(keys.command('rotate'))
    .description('put a new key in the place of an old one, which is destroyed')
    .option('--ledger <name>', 'the keys of the log of a ledger; the old one signs for the new one')
    .addOption(
      new Option('--vault', "the key of the tenant's vault, without erasing anything").conflicts(
        'ledger',
      ),
    )
    .action(async (flags: RotateFlags) => {
      const { ledger, vault } = flags;
      if (vault !== true && ledger === undefined)
        throw new CliError('CLI_USAGE', 'say which key: --vault or --ledger');
      const client = nodeClientFor(flags, terminal);
      if (ledger === undefined) {
        const answer = await client.request({ method: 'POST', path: '/v1/vault/rotation' });
        printAnswer(terminal, flags, answer, vaultLines);
        return;
      }
      const path = `/v1/ledgers/${encodeURIComponent(ledger)}/rotate-key`;
      const answer = await client.request({ method: 'POST', path, body: {} });
      printAnswer(terminal, flags, answer, logLines);
    });
  withExamples(command, 'chirograph keys rotate --vault', 'chirograph keys rotate --ledger kyc');
}

function logLines(answer: JsonValue): readonly string[] {
  const { old, new: next, size } = expected(logRotatedSchema, answer);
  return [oneLine(old), `  signed the first ${size} entries, and is destroyed`, oneLine(next)];
}

function vaultLines(answer: JsonValue): readonly string[] {
  const { generation } = expected(rotatedSchema, answer);
  return [`the vault is in generation ${generation}; the key of the one before is destroyed`];
}
