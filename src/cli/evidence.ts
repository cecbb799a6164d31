/** `chirograph evidence`: the evidence file of an entry, alone or in a signature container, or its timestamp. */
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { entryPath, type NodeFlags, nodeClientFor, withReadOptions } from './node-options.js';
import { saveEvidence } from './save-evidence.js';
import type { Terminal } from './terminal.js';

interface EvidenceFlags extends NodeFlags {
  readonly out: string;
  readonly format: string;
  readonly content?: string;
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
        'json; asice: in a container under the operator’s seal, with what people can read of it; asics: the statement and a signature over it; ots: an OpenTimestamps file of its leaf input',
      )
        .choices(['json', 'asice', 'asics', 'ots'])
        .default('json'),
    )
    .option(
      '--content <file>',
      'with --format ots: where to write the leaf input too, which is what the timestamp is of',
    )
    .description('write the file from which others verify an entry offline')
    .action(async (ledger: string, id: string, flags: EvidenceFlags) => {
      const { format, content, out, json } = flags;
      if (content !== undefined && format !== 'ots')
        throw new CliError('CLI_USAGE', '--content goes with --format ots alone');
      const client = nodeClientFor(flags, terminal);
      const path = entryPath(ledger, id);
      await saveEvidence(client, `${path}/evidence?format=${format}`, out, terminal, json);
      if (content !== undefined)
        await saveEvidence(client, `${path}/leaf`, content, terminal, json);
    });
  withExamples(
    command,
    'chirograph evidence kyc 27 --out residence.evidence.json',
    'chirograph evidence kyc 27 --format asice --out residence.asice',
    'chirograph evidence kyc 27 --format ots --out residence.leaf.ots --content residence.leaf',
  );
}
