/** `chirograph keys rotate`: new keys in the place of old ones, while the node runs. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { printAnswer, type Terminal } from './terminal.js';

interface RotateFlags extends NodeFlags {
  readonly vault?: true;
  readonly json?: true;
}

const rotatedSchema = z.object({ generation: z.int() });

export function addRotateCommand(keys: Command, terminal: Terminal): void {
  withNodeOptions(keys.command('rotate'))
    .description('put a new key in the place of an old one, which is destroyed')
    .option('--vault', "the key of the tenant's vault, without erasing anything")
    .action(async (flags: RotateFlags) => {
      if (flags.vault !== true) throw new CliError('CLI_USAGE', 'say which key: --vault');
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'POST', path: '/v1/vault/rotation' });
      printAnswer(terminal, flags, answer, vaultLines);
    });
}

function vaultLines(answer: JsonValue): readonly string[] {
  const { generation } = expected(rotatedSchema, answer);
  return [`the vault is in generation ${generation}; the key of the one before is destroyed`];
}
