/** `chirograph ledger keepers`: which peers keep a ledger and have no part in it. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { keptLedgerLines, keptLedgerSchema } from './keeper-lines.js';
import { ledgerPath, type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { printAnswer, type Terminal } from './terminal.js';

interface KeepersFlags extends NodeFlags {
  readonly blind?: readonly string[];
  readonly witness?: readonly string[];
  readonly nobody?: true;
  readonly json?: true;
}

const ABOUT = `
A keeper gets the sealed blocks of the ledger, which it cannot read, checks them and gives signed
receipts; a witness cosigns the checkpoints of what it has on disk besides. Neither writes or votes.
Name all of them, the ones that stay as well. Each must have \`keeps\` for this node in its own list
of peers. Ask the node that writes the ledger, and each that may come to. A keeper learns the
ledger's name and how much is written when.`;

export function addKeepersCommand(ledger: Command, terminal: Terminal): void {
  const keepers = withNodeOptions(ledger.command('keepers').argument('<ledger>'))
    .description('show which peers keep a ledger that they cannot read, or set them')
    .option('--blind <peer>', 'a peer that keeps it; may be repeated', repeated)
    .option('--witness <peer>', 'one that cosigns what it keeps; may be repeated', repeated)
    .option('--nobody', 'no peer keeps it any more')
    .action(async (name: string, flags: KeepersFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${ledgerPath(name)}/keepers`;
      const body = wanted(flags);
      const answer = await client.request(
        body === null ? { method: 'GET', path } : { method: 'PUT', path, body },
      );
      printAnswer(terminal, flags, answer, lines);
    });
  keepers.addHelpText('after', ABOUT);
  withExamples(
    keepers,
    'chirograph ledger keepers kyc',
    'chirograph ledger keepers kyc --blind paris --witness rome',
  );
}

/** Null where nothing is to be set. */
function wanted({ blind = [], nobody, witness = [] }: KeepersFlags): JsonObject | null {
  const keepers = [
    ...blind.map((peer) => ({ peer })),
    ...witness.map((peer) => ({ peer, witness: true })),
  ];
  if (nobody === true && keepers.length > 0)
    throw new CliError('CLI_USAGE', '--nobody goes without --blind and --witness');
  return keepers.length > 0 || nobody === true ? { keepers } : null;
}

function lines(answer: JsonValue): readonly string[] {
  const { kept } = expected(z.object({ kept: keptLedgerSchema.nullable() }), answer);
  return kept === null ? ['no peer keeps it'] : keptLedgerLines([kept]);
}
