/** `chirograph ots merge`: what several files know of one content, in one. */
import type { Command } from 'commander';
import { MAX_OTS_BYTES } from '../evidence/opentimestamps/limits.js';
import { mergeOtsFiles } from '../evidence/opentimestamps/merge-ots-files.js';
import type { OtsFile } from '../evidence/opentimestamps/ots-file.js';
import { parseOtsFile } from '../evidence/opentimestamps/parse-ots-file.js';
import { writeOtsFile } from '../evidence/opentimestamps/write-ots-file.js';
import { withExamples } from './command-help.js';
import { readFileUpTo, writeOwnFile } from './files.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface MergeFlags {
  readonly out: string;
  readonly json?: true;
}

export function addOtsMergeCommand(ots: Command, terminal: Terminal): void {
  const command = ots
    .command('merge')
    .argument('<file>', 'OpenTimestamps file')
    .argument('<others...>', 'more of the same content')
    .requiredOption('--out <file>', 'where to write the one that has it all')
    .option('--json', 'print what was written as JSON')
    .description('merge OpenTimestamps files of one content into one')
    .action(async (file: string, others: readonly string[], { out, json }: MergeFlags) => {
      let merged = await readOtsFile(file);
      for (const other of others) merged = mergeOtsFiles(merged, await readOtsFile(other));
      const bytes = writeOtsFile(merged);
      await writeOwnFile(out, bytes);
      printResult(terminal, json, { file: out, bytes: bytes.length }, [
        `${oneLine(out)} has what ${others.length + 1} files had, in ${bytes.length} bytes`,
      ]);
    });
  withExamples(command, 'chirograph ots merge alice.ots bob.ots --out both.ots');
}

async function readOtsFile(path: string): Promise<OtsFile> {
  return parseOtsFile(await readFileUpTo(path, MAX_OTS_BYTES));
}
