/** `chirograph restore`: going on after a loss, in new logs that say so. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { formatInstant, systemClock } from '../base/time.js';
import { goOnAfterDamage, type Mended } from '../go-on-after-damage.js';
import { goOnEmpty } from '../go-on-empty.js';
import { goOnAsSuccessor, type WentOn } from '../go-on.js';
import { restoreBackup } from '../restore-backup.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { createProgress } from './progress.js';
import {
  closedStore,
  emptyData,
  keysBesideData,
  type StoreFlags,
  withStoreOptions,
} from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface RestoreFlags extends StoreFlags {
  readonly cause: string;
  readonly successor?: true;
  readonly empty?: true;
  readonly damaged?: readonly string[];
  readonly from?: string;
  readonly vault?: readonly string[];
  readonly backup?: string;
}

export function addRestoreCommand(program: Command, terminal: Terminal): void {
  const command = withStoreOptions(program.command('restore'))
    .description('let a stopped node go on after entries that it had shown were lost')
    .addOption(
      new Option(
        '--successor',
        'the data are an older copy: in every ledger, go on in a new log that says so',
      ).conflicts('damaged'),
    )
    .option(
      '--damaged <origin>',
      'of this damaged log, or of "all", keep what can be read, and go on in a new one that says so; may be given again',
      repeated,
    )
    .addOption(
      new Option(
        '--from <directory>',
        'the data directory is empty: put in the newest backup that lies there, and go on in new logs that say so unless nothing can have been shown since',
      ).conflicts(['damaged', 'successor']),
    )
    .addOption(
      new Option(
        '--empty',
        'the data are gone, and there is no backup: begin anew; ledgers that other nodes keep too come back from them, all else is lost',
      ).conflicts(['damaged', 'successor', 'from', 'vault', 'backup']),
    )
    .option(
      '--vault <directory>',
      'with --from: another backup of the node, for a newer vault; may be given again',
      repeated,
    )
    .option('--backup <number>', 'with --from: not the newest backup, but this one')
    .addOption(
      new Option('--cause <text>', 'what happened, for ever in the logs').makeOptionMandatory(),
    )
    .action(async (flags: RestoreFlags) => {
      const cause = checkedCause(flags.cause);
      if (flags.from !== undefined) await putIn(flags, flags.from, cause, terminal);
      else if (flags.damaged !== undefined) await mend(flags, flags.damaged, cause, terminal);
      else if (flags.successor === true) await succeed(flags, cause, terminal);
      else if (flags.empty === true) await beginAnew(flags, cause, terminal);
      else throw new CliError('CLI_USAGE', '--from, --successor, --damaged or --empty is needed');
    });
  withExamples(
    command,
    'chirograph restore --successor --cause "disk lost, backup of 3 May put in" --data chirograph-data',
    'chirograph restore --from /mnt/backup --cause "disk lost" --data chirograph-data',
    'chirograph restore --empty --cause "disk lost, no backup" --data chirograph-data',
    'chirograph restore --damaged all --cause "bad sectors on /dev/sdb" --data chirograph-data',
  );
}

async function putIn(
  flags: RestoreFlags,
  from: string,
  cause: string,
  terminal: Terminal,
): Promise<void> {
  const progress = createProgress(terminal);
  const { number, takenAt, wentOn, erasedSince } = await restoreBackup({
    ...(await keysBesideData(flags, terminal)),
    ...{ from: resolve(from), clock: systemClock, cause },
    ...(flags.backup !== undefined && { number: backupNumber(flags.backup) }),
    vaultsFrom: (flags.vault ?? []).map((directory) => resolve(directory)),
    progress: (what) => {
      progress.show(`reading ${what}`);
    },
  }).finally(() => {
    progress.end();
  });
  const ledgers = (wentOn ?? []).map((one) => ({ ...one }));
  const result = { cause, backup: number, takenAt: formatInstant(takenAt), ledgers, erasedSince };
  printResult(terminal, flags.json, { ...result, asItIs: wentOn === null }, [
    `backup ${number} of ${formatInstant(takenAt)} is in place`,
    ...(wentOn === null
      ? ['no node has run since it was taken: it goes on as it is']
      : wentOn.flatMap(wentOnLines)),
    ...(erasedSince === 0
      ? []
      : [`${erasedSince} secrets were erased since it was taken: _access names their rows`]),
  ]);
}

/** @throws CliError CLI_USAGE. */
function backupNumber(text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text))
    throw new CliError('CLI_USAGE', '--backup must be the number of a backup');
  return Number(text);
}

async function succeed(flags: RestoreFlags, cause: string, terminal: Terminal): Promise<void> {
  const store = await closedStore(flags, terminal);
  const ledgers = await goOnAsSuccessor({ ...store, clock: systemClock, cause });
  const result = { cause, ledgers: ledgers.map((one) => ({ ...one })) };
  printResult(terminal, flags.json, result, ledgers.flatMap(wentOnLines));
}

async function beginAnew(flags: RestoreFlags, cause: string, terminal: Terminal): Promise<void> {
  const store = await emptyData(flags, terminal);
  const logName = await goOnEmpty({ ...store, clock: systemClock, cause });
  printResult(terminal, flags.json, { cause, logName }, [
    `the node begins anew; origins of the logs that it makes begin with ${oneLine(logName)}`,
    'API keys are gone: the next start takes or makes the first one',
    'shared ledgers come back from the nodes that keep them too, once these offer them and `replication` is set',
  ]);
}

async function mend(
  flags: RestoreFlags,
  origins: readonly string[],
  cause: string,
  terminal: Terminal,
): Promise<void> {
  const store = await closedStore(flags, terminal);
  const progress = createProgress(terminal);
  const mended = await goOnAfterDamage({
    ...store,
    clock: systemClock,
    cause,
    damaged: origins.includes('all') ? 'all' : origins,
    progress: (origin) => {
      progress.show(`reading ${origin}`);
    },
  }).finally(() => {
    progress.end();
  });
  const { wentOn, shortened, ...rest } = mended;
  const ledgers = wentOn.map((one) => ({ ...one }));
  const closed = shortened.map((one) => ({ ...one }));
  const result = { cause, ledgers, ...rest, shortened: closed };
  printResult(terminal, flags.json, result, mendedLines(mended));
}

const MAX_CAUSE = 256;

/** @throws CliError CLI_USAGE. */
export function checkedCause(cause: string): string {
  if (cause === '' || cause.length > MAX_CAUSE || oneLine(cause) !== cause)
    throw new CliError('CLI_USAGE', `--cause must be one line of 1 to ${MAX_CAUSE} characters`);
  return cause;
}

export function wentOnLines({ from, isShared, origin, recoveredSize }: WentOn): readonly string[] {
  if (isShared === true)
    return [
      oneLine(origin),
      `  ${entries(recoveredSize)} found; the nodes that keep it too give the rest`,
    ];
  if (from === origin)
    return [
      oneLine(origin),
      `  ${entries(recoveredSize)} found; it goes on from there by new keys`,
    ];
  return [
    oneLine(from),
    `  ${entries(recoveredSize)} found; they stay readable and provable under this origin`,
    '  what it had shown beyond them is lost, and the new log says so in its first entry',
    `  goes on as ${oneLine(origin)}`,
  ];
}

function mendedLines({ evidence, madeWhole, refusal, shortened, wentOn }: Mended): string[] {
  if (evidence === null && wentOn.length === 0) return ['no log is damaged; nothing was changed'];
  return [
    ...wentOn.flatMap(wentOnLines),
    ...madeWhole.map((origin) => `${oneLine(origin)}\n  whole again, from the journal`),
    ...shortened.map(
      ({ origin, size }) => `${oneLine(origin)}\n  closed before; ${entries(size)} of it are left`,
    ),
    ...(evidence === null ? [] : [`what was there is kept in ${evidence} of the data directory`]),
    ...(refusal === null ? [] : [`the node does not write yet: ${refusal}`]),
  ];
}

function entries(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`;
}
