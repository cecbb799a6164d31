/** The command line: which commands there are, and how each of them ends. */
import { Command, CommanderError } from 'commander';
import { ChirographError } from '../base/errors.js';
import { programVersion } from '../version.js';
import { addKeysCommand } from './keys.js';
import { EXIT, type ExitCode, oneLine, type Terminal } from './terminal.js';

/** @param argv without the program's own name. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return fail(error, terminal);
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('chirograph')
    .description('an audit and identity ledger whose every answer can be checked')
    .version(programVersion())
    .showHelpAfterError(false)
    .exitOverride()
    // commander's own errors come back as CommanderError and are told below, as all others are.
    .configureOutput({ writeOut: terminal.stdout, writeErr: () => undefined });
  addKeysCommand(program, terminal);
  return program;
}

function fail(error: unknown, { stderr }: Terminal): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  stderr(`chirograph: ${reasonOf(error)}\n`);
  return EXIT.unusable;
}

/** One line: people need to know what to do, and a stack says that to nobody. */
function reasonOf(error: unknown): string {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') return 'which command? See: chirograph --help';
    return `${oneLine(error.message).replace(/^error: /, '')} (see --help)`;
  }
  if (error instanceof ChirographError) return oneLine(error.message);
  const message = error instanceof Error ? error.message : String(error);
  return `failed unexpectedly: ${oneLine(message).slice(0, 300)}`;
}
