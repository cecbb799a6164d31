/** `chirograph evidence`: the evidence file of an entry, alone or in a signature container. */
import { type Command, Option } from 'commander';
import { withExamples } from './command-help.js';
import { entryPath, type NodeFlags, nodeClientFor, withReadOptions } from './node-options.js';
import { saveEvidence } from './save-evidence.js';
import type { Terminal } from './terminal.js';

interface EvidenceFlags extends NodeFlags {
  readonly out: string;
  readonly format: string;
  readonly json?: true;
}

export function addEvidenceCommand(program: Command, terminal: Terminal): void {
  const command = withReadOptions(program.command('evidence'))
    .argument('<ledger>', 'name of the ledger')
    .argument('<id>', 'leaf hash or index of the entry')
    .requiredOption('--out <file>', 'where to write it; it holds what the entry says, in clear')
    .addOption(
      new Option(
        '--format <format>',
        'json; asice: in a container under the operator’s seal, with what people can read of it; asics: the statement and a signature over it',
      )
        .choices(['json', 'asice', 'asics'])
        .default('json'),
    )
    .description('write the file from which others verify an entry offline')
    .action(async (ledger: string, id: string, flags: EvidenceFlags) => {
      const path = `${entryPath(ledger, id)}/evidence?format=${flags.format}`;
      await saveEvidence(nodeClientFor(flags, terminal), path, flags.out, terminal, flags.json);
    });
  withExamples(
    command,
    'chirograph evidence kyc 27 --out residence.evidence.json',
    'chirograph evidence kyc 27 --format asice --out residence.asice',
  );
}
