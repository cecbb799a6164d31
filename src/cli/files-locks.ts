/** `chirograph files lock` and `hold`: what keeps a version from being taken out. */
import type { Command } from 'commander';
import type { JsonObject } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { systemClock } from '../base/time.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { actOn, filePath, writtenLine } from './files-client.js';
import { expiryOf } from './inspection-input.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

interface LockFlags extends NodeFlags {
  readonly json?: true;
  readonly mode?: string;
  readonly until?: string;
  readonly release?: true;
  readonly versionId?: string;
  readonly bypassGovernance?: true;
}

export function addFilesLockCommands(files: Command, terminal: Terminal): void {
  const lock = withNodeOptions(files.command('lock'))
    .argument('<drive>', 'name of the drive, which must have locks')
    .argument('<path>', 'of the file in it')
    .description('lock a version: nobody takes it out before the lock ends')
    .option(
      '--mode <mode>',
      'governance: an admin may pass over it; compliance: nobody (default: governance)',
    )
    .option('--until <when>', 'an instant, or in so many days (30d)')
    .option('--release', 'take a governance lock away')
    .option('--version-id <id>', 'the newest without it')
    .option('--bypass-governance', 'to shorten one or take it away; admins alone')
    .action(async (drive: string, path: string, flags: LockFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await actOn(client, filePath(drive, path, { action: 'lock' }), {
        lock: lockOf(flags),
        ...definedMembers({ version: flags.versionId }),
        ...(flags.bypassGovernance === true && { bypass: 'governance' }),
      });
      printAnswer(terminal, flags, answer, (said) => [oneLine(writtenLine(said, 'said of'))]);
    });
  withExamples(
    lock,
    'chirograph files lock archive 2026/books.pdf --mode compliance --until 2033-12-31T23:59:59.000Z',
  );

  const hold = withNodeOptions(files.command('hold'))
    .argument('<drive>', 'name of the drive, which must have locks')
    .argument('<path>', 'of the file in it')
    .description('put a legal hold on a version, or release it')
    .option('--release', 'release it')
    .option('--version-id <id>', 'the newest without it')
    .action(async (drive: string, path: string, flags: LockFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await actOn(client, filePath(drive, path, { action: 'hold' }), {
        hold: flags.release !== true,
        ...definedMembers({ version: flags.versionId }),
      });
      printAnswer(terminal, flags, answer, (said) => [oneLine(writtenLine(said, 'said of'))]);
    });
  withExamples(hold, 'chirograph files hold archive 2026/books.pdf');
}

function lockOf({ mode = 'governance', until, release }: LockFlags): JsonObject | null {
  if (release === true) return null;
  if (until === undefined) throw new CliError('CLI_USAGE', 'say until when: --until, or --release');
  if (mode !== 'governance' && mode !== 'compliance')
    throw new CliError('CLI_USAGE', '--mode is governance or compliance');
  return { mode, until: expiryOf(until, systemClock.now()) };
}
