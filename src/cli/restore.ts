/** `chirograph restore`: going on after a loss. So far by going on in new logs that say so. */
import { type Command, Option } from 'commander';
import { systemClock } from '../base/time.js';
import { goOnAsSuccessor, type WentOn } from '../go-on.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { closedStore, type StoreFlags, withStoreOptions } from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface RestoreFlags extends StoreFlags {
  readonly cause: string;
}

export function addRestoreCommand(program: Command, terminal: Terminal): void {
  const command = withStoreOptions(program.command('restore'))
    .description('let a stopped node go on after entries that it had shown were lost')
    .addOption(
      new Option(
        '--successor',
        'in every ledger, go on in a new log that says so',
      ).makeOptionMandatory(),
    )
    .addOption(
      new Option('--cause <text>', 'what happened, for ever in the logs').makeOptionMandatory(),
    )
    .action(async (flags: RestoreFlags) => {
      const cause = checkedCause(flags.cause);
      const store = await closedStore(flags, terminal);
      const ledgers = await goOnAsSuccessor({ ...store, clock: systemClock, cause });
      const result = { cause, ledgers: ledgers.map((one) => ({ ...one })) };
      printResult(terminal, flags.json, result, ledgers.flatMap(wentOnLines));
    });
  withExamples(
    command,
    'chirograph restore --successor --cause "disk lost, backup of 3 May put in" --data chirograph-data',
  );
}

const MAX_CAUSE = 256;

/** @throws CliError CLI_USAGE. */
function checkedCause(cause: string): string {
  if (cause === '' || cause.length > MAX_CAUSE || oneLine(cause) !== cause)
    throw new CliError('CLI_USAGE', `--cause must be one line of 1 to ${MAX_CAUSE} characters`);
  return cause;
}

function wentOnLines({ from, origin, recoveredSize }: WentOn): readonly string[] {
  const entries = recoveredSize === 1 ? 'entry' : 'entries';
  return [
    oneLine(from),
    `  ${recoveredSize} ${entries} found; they stay readable and provable under this origin`,
    '  what it had shown beyond them is lost, and the new log says so in its first entry',
    `  goes on as ${oneLine(origin)}`,
  ];
}
