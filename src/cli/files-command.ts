/** `chirograph files`: drives, what is in them, and what was. */
import type { Command } from 'commander';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { addFilesChangeCommands } from './files-changes.js';
import { drivePath, filePath, sizeText } from './files-client.js';
import { getFile, pipeFile } from './files-get.js';
import { addFilesListCommands } from './files-list.js';
import { addFilesLockCommands } from './files-locks.js';
import { putFile } from './files-put.js';
import { addFilesVerifyCommand } from './files-verify.js';
import { type NodeFlags, nodeClientFor, withNodeOptions, withReadOptions } from './node-options.js';
import { withProgress } from './progress.js';
import { type End, oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

interface Flags extends NodeFlags {
  readonly json?: true;
}

interface CreateFlags extends Flags {
  readonly subject?: string;
  readonly retention?: string;
  readonly versioning?: string;
  readonly lock?: string;
  readonly quota?: string;
  readonly quotaFiles?: string;
}

interface PutFlags extends Flags {
  readonly type?: string;
  readonly subject?: string;
  readonly ifMatch?: string;
  readonly new?: true;
}

interface VersionFlags extends Flags {
  readonly versionId?: string;
  readonly asOf?: string;
}

export function addFilesCommand(program: Command, terminal: Terminal, end: End): void {
  const files = program
    .command('files')
    .description('drives: files whose every version is an entry of a ledger');
  addCreate(files, terminal);
  addFilesListCommands(files, terminal);
  addPut(files, terminal);
  addGet(files, terminal);
  addFilesChangeCommands(files, terminal);
  addFilesLockCommands(files, terminal);
  addFilesVerifyCommand(files, terminal, end);
}

function addCreate(files: Command, terminal: Terminal): void {
  const create = withNodeOptions(files.command('create'))
    .argument('<drive>', 'its name: 3 to 63 of a-z, 0-9, . and -')
    .description('make a drive, and its ledger unless there is one of that name')
    .option('--subject <name>', 'whose its files are, where they say nothing else')
    .option('--retention <class>', 'retention class of its files')
    .option('--versioning <how>', 'on or off (default: on)')
    .option(
      '--lock <lock>',
      'versions can be locked, and are with governance:30d, compliance:7y or none',
    )
    .option('--quota <bytes>', 'of the newest versions')
    .option('--quota-files <number>', 'of the newest versions')
    .action(async (drive: string, flags: CreateFlags) => {
      const client = nodeClientFor(flags, terminal);
      const body = newDrive(flags);
      const answer = await client.request({ method: 'PUT', path: drivePath(drive), body });
      printAnswer(terminal, flags, answer, () => [`made ${oneLine(drive)}`]);
    });
  withExamples(
    create,
    'chirograph files create contracts',
    'chirograph files create archive --lock compliance:7y --quota 1000000000',
  );
}

function newDrive(flags: CreateFlags): JsonObject {
  const { subject, retention, versioning, lock, quota, quotaFiles } = flags;
  const limits = definedMembers({
    bytes: quota === undefined ? undefined : wholeNumber('--quota', quota),
    files: quotaFiles === undefined ? undefined : wholeNumber('--quota-files', quotaFiles),
  });
  return definedMembers({
    ...{ subject, retention, versioning },
    lock: lock === undefined ? undefined : lockWish(lock),
    quota: Object.keys(limits).length === 0 ? undefined : limits,
  });
}

function lockWish(text: string): JsonObject {
  if (text === 'none') return {};
  const [, mode = '', count = '', unit = ''] =
    /^(governance|compliance):([1-9]\d{0,4})([dy])$/.exec(text) ?? [];
  if (mode === '')
    throw new CliError('CLI_USAGE', '--lock is none, or like governance:30d or compliance:7y');
  return { default: { mode, [unit === 'd' ? 'days' : 'years']: Number(count) } };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new CliError('CLI_USAGE', `${option} must be a number`);
  return Number(text);
}

function addPut(files: Command, terminal: Terminal): void {
  const put = withNodeOptions(files.command('put'))
    .argument('<drive>', 'name of the drive')
    .argument('<path>', 'of the file in it')
    .argument('[file]', 'to put; standard input without it, or for -')
    .description('put a file: a new version, of any size')
    .option('--type <media type>', 'of the content (default: application/octet-stream)')
    .option('--subject <name>', 'whose file it is; else the drive’s own')
    .option('--if-match <etag>', 'only if the newest version has this ETag')
    .option('--new', 'only if there is no such file')
    .action(async (drive: string, path: string, file: string | undefined, flags: PutFlags) => {
      const { type, subject, ifMatch } = flags;
      const conditions = {
        ...(ifMatch !== undefined && { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
        ...(flags.new === true && { 'if-none-match': '*' }),
      };
      const client = nodeClientFor(flags, terminal);
      const wish = { drive, path, file, type, subject, conditions };
      const answer = await withProgress(terminal, (progress) =>
        putFile(client, wish, terminal, progress),
      );
      printAnswer(terminal, flags, answer, () => [putLine(path, answer)]);
    });
  withExamples(
    put,
    'chirograph files put contracts 2026/lease.pdf lease.pdf --type application/pdf',
    'tar c photos | chirograph files put archive photos.tar --new',
  );
}

function putLine(path: string, answer: JsonValue): string {
  const { file } = answer as { readonly file?: { version?: unknown; size?: unknown } };
  return oneLine(`put ${path}: ${sizeText(Number(file?.size))}, version ${String(file?.version)}`);
}

function addGet(files: Command, terminal: Terminal): void {
  const get = withReadOptions(files.command('get'))
    .argument('<drive>', 'name of the drive')
    .argument('<path>', 'of the file in it')
    .argument('<file>', 'where to write it; - for standard output')
    .description('get a file, as it is or as it was; its SHA-256 is checked')
    .option('--version-id <id>', 'of the file, as in `files history`')
    .option('--as-of <when>', 'size, instant, date, or @ and the name of a snapshot')
    .action(async (drive: string, path: string, file: string, flags: VersionFlags) => {
      const { versionId: version, asOf } = flags;
      const client = nodeClientFor(flags, terminal);
      const from = filePath(drive, path, { version, asOf });
      const got = await withProgress(terminal, (progress) =>
        file === '-'
          ? pipeFile(client, from, terminal, progress)
          : getFile(client, from, file, progress),
      );
      if (file === '-') return;
      printResult(terminal, flags.json, { file, ...got }, [
        `wrote ${oneLine(file)}: ${sizeText(got.size)}, SHA-256 ${got.sha256}`,
      ]);
    });
  withExamples(
    get,
    'chirograph files get contracts 2026/lease.pdf lease.pdf',
    'chirograph files get contracts 2026/lease.pdf old.pdf --as-of 2026-01-31',
  );
}
