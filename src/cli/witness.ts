/** `chirograph witness`: signs heads of others' logs, and has the heads of one's own signed. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { RandomPool } from '../base/random.js';
import { WitnessKeys } from '../keys/witness-keys.js';
import { formatVerifierKey } from '../tlog/note-key.js';
import { withExamples } from './command-help.js';
import { printResult, type End, type Terminal } from './terminal.js';
import { keyDirectoryOf } from './witness-places.js';
import { addWitnessServeCommand } from './witness-serve.js';
import { addWitnessSubmitCommand } from './witness-submit.js';

interface InitFlags {
  readonly name: string;
  readonly keys?: string;
  readonly json?: true;
}

export function addWitnessCommand(program: Command, terminal: Terminal, end: End): void {
  const witness = program
    .command('witness')
    .description('sign heads of logs that others keep, and collect such signatures');
  const init = witness
    .command('init')
    .argument('<directory>', 'data directory of the witness, to be')
    .description('make the key of a witness, in a key store beside its data directory')
    .requiredOption('--name <name>', 'name in its signatures, for ever: a host and a path of yours')
    .option('--keys <directory>', 'key store (default: the data directory with ".keys" behind it)')
    .option('--json', 'print JSON')
    .action(async (directory: string, flags: InitFlags) => {
      await makeKey(directory, flags, terminal);
    });
  withExamples(init, 'chirograph witness init ./witness --name witness.example');
  addWitnessServeCommand(witness, end);
  addWitnessSubmitCommand(witness, terminal, end);
}

async function makeKey(
  directory: string,
  { name, keys: keyFlag, json }: InitFlags,
  terminal: Terminal,
): Promise<void> {
  const dataDirectory = resolve(directory);
  const keyDirectory = keyDirectoryOf(directory, keyFlag);
  const random = new RandomPool();
  const keys = await WitnessKeys.create({ directory: keyDirectory, dataDirectory, name, random });
  await keys.close();
  const verifierKey = formatVerifierKey(keys.verifierKey);
  printResult(terminal, json, { data: dataDirectory, keys: keyDirectory, verifierKey }, [
    `data directory  ${dataDirectory}`,
    `key store       ${keyDirectory} (never go back to an older copy of it)`,
    `verifier key    ${verifierKey}`,
  ]);
}
