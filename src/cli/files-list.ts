/** `chirograph files drives`, `ls`, `history`, `diff` and `snapshot`: what there is, and what was. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { columns } from './columns.js';
import { withExamples } from './command-help.js';
import { drivePath, filePath, type FileVersion, sizeText, versionSchema } from './files-client.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions, withReadOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

interface Flags extends NodeFlags {
  readonly json?: true;
}

interface ListFlags extends Flags {
  readonly asOf?: string;
  readonly recursive?: true;
  readonly versions?: true;
  readonly limit?: string;
}

/** In one answer; what is more is asked for by prefix. */
const MOST = 1_000_000;
const PAGE = 1000;

export function addFilesListCommands(files: Command, terminal: Terminal): void {
  const drives = withNodeOptions(files.command('drives'))
    .description('list the drives')
    .action(async (flags: Flags) => {
      const { items } = await allOf(nodeClientFor(flags, terminal), '/v1/files', MOST);
      const rows = items.map((item) => {
        const { name, versioning, usage } = expected(driveSchema, item);
        return [name, versioning, String(usage.files), sizeText(usage.bytes)];
      });
      const head = ['drive', 'versions', 'files', 'size'];
      printResult(terminal, flags.json, { items: [...items] }, columns(head, rows));
    });
  withExamples(drives, 'chirograph files drives');
  addList(files, terminal);
  addHistory(files, terminal);
  addDiff(files, terminal);
  addSnapshot(files, terminal);
}

function addList(files: Command, terminal: Terminal): void {
  const ls = withReadOptions(files.command('ls'))
    .argument('<drive>', 'name of the drive')
    .argument('[prefix]', 'what paths begin with: a folder ends with /')
    .description('list files and folders; asking is on record')
    .option('--recursive', 'with all that is below folders')
    .option('--versions', 'all versions, delete markers too')
    .option('--as-of <when>', 'size, instant, date, or @ and the name of a snapshot')
    .option('--limit <number>', 'so many at most')
    .action(async (drive: string, prefix: string | undefined, flags: ListFlags) => {
      const { asOf, recursive, versions } = flags;
      const delimiter = recursive === true ? undefined : '/';
      const query = { prefix, delimiter, asOf };
      const path = drivePath(drive, query, versions === true ? ['versions'] : []);
      const found = await allOf(nodeClientFor(flags, terminal), path, limitOf(flags));
      const { items, prefixes, isAll } = found;
      const lines = [
        ...prefixes.map((folder) => oneLine(folder)),
        ...fileLines(items.map(versionOf), versions === true),
        ...(isAll ? [] : ['and there are more: --limit']),
      ];
      const answer = { items: [...items], prefixes: [...prefixes], isAll };
      printResult(terminal, flags.json, answer, lines);
    });
  withExamples(
    ls,
    'chirograph files ls contracts 2026/',
    'chirograph files ls contracts --recursive --as-of @q1',
  );
}

function addHistory(files: Command, terminal: Terminal): void {
  const history = withReadOptions(files.command('history'))
    .argument('<drive>', 'name of the drive')
    .argument('<path>', 'of the file in it')
    .description('list the versions of a file, newest first')
    .option('--as-of <when>', 'size, instant, date, or @ and the name of a snapshot')
    .option('--limit <number>', 'so many at most')
    .action(async (drive: string, path: string, flags: ListFlags) => {
      const { asOf } = flags;
      const at = filePath(drive, path, { asOf }, ['versions']);
      const { items, isAll } = await allOf(nodeClientFor(flags, terminal), at, limitOf(flags));
      printResult(terminal, flags.json, { items: [...items], isAll }, [
        ...fileLines(items.map(versionOf), true),
        ...(isAll ? [] : ['and there are more: --limit']),
      ]);
    });
  withExamples(history, 'chirograph files history contracts 2026/lease.pdf');
}

interface DiffFlags extends Flags {
  readonly from: string;
  readonly to?: string;
}

function addDiff(files: Command, terminal: Terminal): void {
  const diff = withReadOptions(files.command('diff'))
    .argument('<drive>', 'name of the drive')
    .argument('[prefix]', 'what paths begin with')
    .description('list what was added, removed and changed between two states')
    .requiredOption('--from <when>', 'size, instant, date, or @ and the name of a snapshot')
    .option('--to <when>', 'the same; now without it')
    .action(async (drive: string, prefix: string | undefined, flags: DiffFlags) => {
      const { from, to } = flags;
      const path = drivePath(drive, { prefix, from, to }, ['diff']);
      const { items } = await allOf(nodeClientFor(flags, terminal), path, MOST);
      const lines = items.map((item) => {
        const said = expected(differenceSchema, item);
        return oneLine(`${SIGNS[said.change]} ${said.path}`);
      });
      printResult(terminal, flags.json, { items: [...items] }, lines);
    });
  withExamples(
    diff,
    'chirograph files diff contracts --from 2026-01-31',
    'chirograph files diff contracts 2026/ --from @q1 --to @q2',
  );
}

function addSnapshot(files: Command, terminal: Terminal): void {
  const snapshot = withNodeOptions(files.command('snapshot'))
    .argument('<drive>', 'name of the drive')
    .argument('[name]', 'to give; without it, list those that there are')
    .description('give a state of a drive a name, which `--as-of @name` finds')
    .option('--as-of <when>', 'size, instant or date; now without it')
    .action(async (drive: string, name: string | undefined, flags: ListFlags) => {
      const client = nodeClientFor(flags, terminal);
      if (name === undefined) {
        if (flags.asOf !== undefined) throw new CliError('CLI_USAGE', 'name the snapshot');
        const { items } = await allOf(client, drivePath(drive, {}, ['snapshots']), MOST);
        const rows = items.map((item) => {
          const said = expected(snapshotSchema, item);
          return [said.name, String(said.size), said.madeAt ?? ''];
        });
        const head = ['snapshot', 'size', 'made'];
        printResult(terminal, flags.json, { items: [...items] }, columns(head, rows));
        return;
      }
      const path = drivePath(drive, { snapshot: name, asOf: flags.asOf });
      const answer = await client.request({ method: 'PUT', path });
      printAnswer(terminal, flags, answer, (said) => {
        const made = expected(snapshotSchema, said);
        return [oneLine(`@${made.name} is size ${made.size}`)];
      });
    });
  withExamples(
    snapshot,
    'chirograph files snapshot contracts q1',
    'chirograph files snapshot contracts',
  );
}

const driveSchema = z.looseObject({
  name: z.string(),
  versioning: z.string(),
  usage: z.object({ files: z.number(), bytes: z.number() }),
});
const snapshotSchema = z.looseObject({
  name: z.string(),
  size: z.number(),
  madeAt: z.string().optional(),
});
const differenceSchema = z.looseObject({
  path: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
});
const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

const pageSchema = z.looseObject({
  items: z.array(z.json()),
  prefixes: z.array(z.string()).default([]),
  cursor: z.string().nullable(),
});

interface Found {
  readonly items: readonly JsonValue[];
  readonly prefixes: readonly string[];
  readonly isAll: boolean;
}

async function allOf(client: NodeClient, path: string, limit: number): Promise<Found> {
  const items: JsonValue[] = [];
  const prefixes: string[] = [];
  const separator = path.includes('?') ? '&' : '?';
  for (let cursor = ''; ;) {
    const some = Math.min(PAGE, limit - items.length - prefixes.length);
    const page = `${path}${separator}limit=${some}${cursor}`;
    const answer = expected(pageSchema, await client.request({ method: 'GET', path: page }));
    items.push(...answer.items);
    prefixes.push(...answer.prefixes);
    const isAll = answer.cursor === null;
    if (isAll || items.length + prefixes.length >= limit) return { items, prefixes, isAll };
    cursor = `&cursor=${encodeURIComponent(answer.cursor ?? '')}`;
  }
}

function versionOf(item: JsonValue): FileVersion {
  return expected(versionSchema, item);
}

function fileLines(versions: readonly FileVersion[], withIds: boolean): readonly string[] {
  const rows = versions.map((file) => [
    ...(withIds ? [file.version] : []),
    file.recordedAt,
    file.kind === 'file' ? sizeText(file.size) : 'deleted',
    file.path,
    [
      file.lock === undefined ? '' : `${file.lock.mode} until ${file.lock.until}`,
      file.hold === true ? 'held' : '',
    ]
      .filter((each) => each !== '')
      .join(', '),
  ]);
  const head = [...(withIds ? ['version'] : []), 'recorded', 'size', 'path', ''];
  return columns(head, rows);
}

function limitOf({ limit }: ListFlags): number {
  if (limit === undefined) return MOST;
  if (!/^[1-9]\d{0,5}$/.test(limit))
    throw new CliError('CLI_USAGE', '--limit must be a number from 1 to 999999');
  return Number(limit);
}
