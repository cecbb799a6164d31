/** The command line: which commands there are, and how each of them ends. */
import { Command, CommanderError } from 'commander';
import { ChirographError } from '../base/errors.js';
import { programVersion } from '../version.js';
import { addAccessCommand } from './access.js';
import { addAnchorCommand } from './anchor.js';
import { addAppendCommand } from './append.js';
import { addBackupCommand } from './backup.js';
import { addDemoCommand } from './demo.js';
import { addDhtCommand } from './dht.js';
import { addEraseCommand } from './erase.js';
import { addEvidenceCommand } from './evidence.js';
import { addFilesVerifyCommand } from './files-verify.js';
import { addFsckCommand } from './fsck.js';
import { addGetCommand } from './get.js';
import { addHoldCommand } from './hold.js';
import { addIdentityCommand } from './identity.js';
import { addInitCommand } from './init.js';
import { addInspectCommand } from './inspect.js';
import { addKeysCommand } from './keys.js';
import { addLedgerCommand } from './ledger.js';
import { addMonitorCommand } from './monitor.js';
import { addOtsCommand } from './ots.js';
import { addQueryCommand } from './query.js';
import { addReplicationCommand } from './replication.js';
import { addRestoreCommand } from './restore.js';
import { addRetentionCommand } from './retention.js';
import { addSchemasCommand } from './schemas.js';
import { addServeCommand } from './serve.js';
import { addSignCommand } from './sign.js';
import { addSimulateCommand } from './simulate.js';
import { type End, EXIT, type ExitCode, oneLine, type Terminal } from './terminal.js';
import { addValidateCommand } from './validate.js';
import { addVerifyCommand } from './verify.js';
import { addViewsCommand } from './views.js';
import { addWitnessCommand } from './witness.js';

/** @param argv without the program's own name. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = createProgram(terminal, (said) => {
    code = said;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return fail(error, terminal);
  }
}

/** Every command there is. */
export function createProgram(terminal: Terminal, end: End): Command {
  const program = new Command('chirograph')
    .description('an audit and identity ledger whose every answer can be checked')
    .version(programVersion())
    .showHelpAfterError(false)
    .exitOverride()
    // commander's own errors come back as CommanderError and are told below, as all others are.
    .configureOutput({ writeOut: terminal.stdout, writeErr: () => undefined });
  addInitCommand(program, terminal);
  addServeCommand(program, terminal, end);
  addAppendCommand(program, terminal, end);
  addGetCommand(program, terminal);
  addQueryCommand(program, terminal);
  addSignCommand(program, terminal);
  addEvidenceCommand(program, terminal);
  addVerifyCommand(program, terminal, end);
  addValidateCommand(program, terminal, end);
  addOtsCommand(program, terminal, end);
  addAnchorCommand(program, terminal, end);
  addMonitorCommand(program, terminal, end);
  addKeysCommand(program, terminal);
  addAccessCommand(program, terminal);
  addLedgerCommand(program, terminal, end);
  addIdentityCommand(program, terminal);
  addInspectCommand(program, terminal);
  addRetentionCommand(program, terminal);
  addHoldCommand(program, terminal);
  addEraseCommand(program, terminal);
  addSchemasCommand(program, terminal);
  addFilesVerifyCommand(program.command('files').description('files in drives'), terminal, end);
  addFsckCommand(program, terminal, end);
  addBackupCommand(program, terminal, end);
  addRestoreCommand(program, terminal);
  addViewsCommand(program, terminal);
  addWitnessCommand(program, terminal, end);
  addSimulateCommand(program, terminal, end);
  addReplicationCommand(program, terminal, end);
  addDhtCommand(program);
  addDemoCommand(program, terminal, end);
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
