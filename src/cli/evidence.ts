/** `chirograph evidence`: the evidence file of an entry. */
import type { Command } from 'commander';
import { toHex } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { withExamples } from './command-help.js';
import { writeOwnFile } from './files.js';
import { entryPath, type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface EvidenceFlags extends NodeFlags {
  readonly out: string;
  readonly json?: true;
}

export function addEvidenceCommand(program: Command, terminal: Terminal): void {
  const command = withNodeOptions(program.command('evidence'))
    .argument('<ledger>', 'name of the ledger')
    .argument('<id>', 'leaf hash or index of the entry')
    .requiredOption('--out <file>', 'where to write it; it holds what the entry says, in clear')
    .description('write the file from which others verify an entry offline')
    .action(async (ledger: string, id: string, flags: EvidenceFlags) => {
      const path = `${entryPath(ledger, id)}/evidence?format=json`;
      // The bytes as they came: the verifier takes no other spelling of the same JSON.
      const bytes = await nodeClientFor(flags, terminal).download(path);
      await writeOwnFile(flags.out, bytes);
      const result = { file: flags.out, sha256: toHex(sha256(bytes)), size: bytes.length };
      printResult(terminal, flags.json, result, [
        `wrote ${oneLine(flags.out)}: ${result.size} bytes, SHA-256 ${result.sha256}`,
      ]);
    });
  withExamples(command, 'chirograph evidence kyc 27 --out residence.evidence.json');
}
