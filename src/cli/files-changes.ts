/** `chirograph files rm`, `mv`, `cp` and `restore`. */
import type { Command } from 'commander';
import type { JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { actOn, filePath, isBackPressure, retried, writtenLine } from './files-client.js';
import { restoreAll } from './files-restore.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { withProgress } from './progress.js';
import { oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

interface Flags extends NodeFlags {
  readonly json?: true;
}

interface VersionFlags extends Flags {
  readonly versionId?: string;
  readonly asOf?: string;
}

interface RemoveFlags extends Flags {
  readonly versionId?: string;
  readonly bypassGovernance?: true;
}

export function addFilesChangeCommands(files: Command, terminal: Terminal): void {
  const rm = withNodeOptions(files.command('rm'))
    .argument('<drive>', 'name of the drive')
    .argument('<path>', 'of the file in it')
    .description('delete a file; where versions are kept, it can be undeleted')
    .option('--version-id <id>', 'take this version out of the drive instead')
    .option('--bypass-governance', 'pass over a governance lock; admins alone')
    .action(async (drive: string, path: string, flags: RemoveFlags) => {
      const { versionId: version, bypassGovernance } = flags;
      const client = nodeClientFor(flags, terminal);
      const bypass = bypassGovernance === true ? 'governance' : undefined;
      const at = filePath(drive, path, { version, bypass });
      const answer = await retried(
        () => client.request({ method: 'DELETE', path: at }),
        isBackPressure,
      );
      const verb = version === undefined ? 'deleted' : 'took out';
      printAnswer(terminal, flags, answer, (said) => [oneLine(writtenLine(said, verb))]);
    });
  withExamples(rm, 'chirograph files rm contracts 2026/lease.pdf');

  const mv = withNodeOptions(files.command('mv'))
    .argument('<drive>', 'name of the drive')
    .argument('<from>', 'path of the file')
    .argument('<to>', 'path that it gets')
    .description('move a file within a drive, in one step')
    .action(async (drive: string, from: string, to: string, flags: Flags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await actOn(client, filePath(drive, from, { action: 'move' }), { to });
      printAnswer(terminal, flags, answer, (said) => [oneLine(writtenLine(said, 'moved to'))]);
    });
  withExamples(mv, 'chirograph files mv contracts 2026/lease.pdf 2026/signed/lease.pdf');

  const cp = withNodeOptions(files.command('cp'))
    .argument('<drive>', 'name of the drive')
    .argument('<from>', 'path of the file')
    .argument('<to>', 'path of the copy')
    .description('copy a file; where both are of one subject, nothing is read')
    .option('--to-drive <name>', 'into another drive')
    .option('--subject <name>', 'whose the copy is; else the drive’s own')
    .option('--version-id <id>', 'of the file, as in `files history`')
    .option('--as-of <when>', 'size, instant, date, or @ and the name of a snapshot')
    .action(
      async (
        drive: string,
        from: string,
        to: string,
        flags: VersionFlags & { readonly toDrive?: string; readonly subject?: string },
      ) => {
        const { toDrive, subject, versionId: version, asOf } = flags;
        const body = definedMembers({ to, drive: toDrive, subject, version, asOf });
        const client = nodeClientFor(flags, terminal);
        const answer = await actOn(client, filePath(drive, from, { action: 'copy' }), body);
        printAnswer(terminal, flags, answer, (said) => [oneLine(writtenLine(said, 'copied to'))]);
      },
    );
  withExamples(cp, 'chirograph files cp contracts 2026/lease.pdf lease.pdf --to-drive archive');
  addRestore(files, terminal);
}

interface RestoreFlags extends VersionFlags {
  readonly folder?: true;
  readonly undelete?: true;
}

function addRestore(files: Command, terminal: Terminal): void {
  const restore = withNodeOptions(files.command('restore'))
    .argument('<drive>', 'name of the drive')
    .argument('[path]', 'of the file; with --folder, what the paths begin with: all without it')
    .description('make a file, or a folder, as it was: nothing leaves the history')
    .option('--as-of <when>', 'size, instant, date, or @ and the name of a snapshot')
    .option('--version-id <id>', 'of the file, as in `files history`')
    .option('--undelete', 'take back that the file was deleted')
    .option('--folder', 'all files below the path; what came later is deleted')
    .action(async (drive: string, path: string | undefined, flags: RestoreFlags) => {
      const { asOf, versionId: version, folder, undelete } = flags;
      const client = nodeClientFor(flags, terminal);
      if (folder === true) {
        if (asOf === undefined || version !== undefined || undelete === true)
          throw new CliError('CLI_USAGE', 'a folder is restored as of a time: --as-of');
        const done = await withProgress(terminal, (progress) =>
          restoreAll(client, drive, path ?? '', asOf, progress),
        );
        printResult(terminal, flags.json, { ...done, left: [...done.left] }, [
          ...done.left.map((each) => oneLine(`left ${each.path}: ${each.code}`)),
          `restored ${done.restored}, deleted ${done.deleted}, left ${done.left.length}`,
        ]);
        return;
      }
      const said = [asOf, version, undelete].filter((each) => each !== undefined);
      if (path === undefined || said.length !== 1)
        throw new CliError(
          'CLI_USAGE',
          'say which file, and one of --as-of, --version-id and --undelete; or --folder',
        );
      const action = undelete === true ? 'undelete' : 'restore';
      const body = definedMembers({ asOf, version });
      const answer = await actOn(client, filePath(drive, path, { action }), body);
      printAnswer(terminal, flags, answer, (given) => [restoredLine(path, given)]);
    });
  withExamples(
    restore,
    'chirograph files restore contracts 2026/lease.pdf --as-of 2026-01-31',
    'chirograph files restore contracts 2026/ --folder --as-of @before-cleanup',
  );
}

function restoredLine(path: string, answer: JsonValue): string {
  const isSame = (answer as { readonly unchanged?: unknown }).unchanged === true;
  return oneLine(isSame ? `${path} is as it was` : writtenLine(answer, 'restored'));
}
