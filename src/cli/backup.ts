/** `chirograph backup`: copies of a whole node, and whether they could be restored. */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type BackupResult, makeBackup } from '../backup/make-backup.js';
import { beginTarget } from '../backup/target.js';
import { utf8 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant, systemClock } from '../base/time.js';
import { drillBackup, type DrillReport } from '../drill-backup.js';
import { unobserved } from '../ledger/commit-observer.js';
import { LedgerStore } from '../ledger/ledger-store.js';
import { NODE_TENANT } from '../ledger-node.js';
import { withContent } from '../open-chunks.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { writeOwnFile } from './files.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { createProgress } from './progress.js';
import { closedStore, keysBesideData } from './store-options.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

interface MakeFlags extends NodeFlags {
  readonly data?: string;
  readonly keys?: string;
  readonly json?: true;
}

const BACKUPS = '/v1/backups';
const POLL_MILLIS = 500;
const madeSchema = z.object({ backup: z.number(), entries: z.number() });

export function addBackupCommand(program: Command, terminal: Terminal, end: End): void {
  const backup = program
    .command('backup')
    .description('copies of a whole node: of one that serves, or of a stopped one');
  const make = withNodeOptions(backup.command('make', { isDefault: true }))
    .argument('<directory>', 'the target: of a node that serves, one of its backupDirectories')
    .option('--data <directory>', 'data directory of a stopped node, instead of --url')
    .option(
      '--keys <directory>',
      'its key store (default: the data directory with ".keys" behind it)',
    )
    .description('back up what has come since the last backup there, and read it back')
    .action(async (directory: string, flags: MakeFlags) => {
      const target = resolve(directory);
      const made =
        flags.data === undefined
          ? await ask(nodeClientFor(flags, terminal), target)
          : await makeAtRest(flags, target, terminal);
      const { backup: number, entries } = expected(madeSchema, made);
      printResult(terminal, flags.json, made, [`backup ${number} is complete: ${entries} entries`]);
    });
  withExamples(
    make,
    'chirograph backup make /mnt/backup --url http://127.0.0.1:8787',
    'chirograph backup make /mnt/backup --data chirograph-data',
  );
  const list = withNodeOptions(backup.command('list'))
    .description("show a node's targets: last backups, vaults, and what is wrong")
    .action(async (flags: NodeFlags & { readonly json?: true }) => {
      const { items } = await targetsOf(nodeClientFor(flags, terminal));
      printResult(
        terminal,
        flags.json,
        { items: items.map((item) => ({ ...item })) as JsonObject[] },
        items.length === 0 ? [NO_TARGETS] : items.map(targetLine),
      );
    });
  withExamples(list, 'chirograph backup list --json');
  addDrill(backup, terminal, end);
}

interface DrillFlags {
  readonly keys: string;
  readonly report?: string;
  readonly vault?: readonly string[];
  readonly scratch?: string;
  readonly entries: string;
  readonly json?: true;
}

function addDrill(backup: Command, terminal: Terminal, end: End): void {
  const drill = backup
    .command('drill')
    .argument('<directory>', 'the target')
    .requiredOption('--keys <directory>', 'key store, which is only read')
    .option(
      '--vault <directory>',
      'another backup of the node, for a newer vault; may be given again',
      repeated,
    )
    .option('--report <file>', 'keep the report there, as JSON')
    .option(
      '--scratch <directory>',
      'where it is restored, and removed again (default: for temporary files)',
    )
    .option('--entries <number>', 'entries of each log to open and prove', '20')
    .option('--json', 'print JSON')
    .description('restore the newest backup elsewhere, read it through, and say what is wrong')
    .action(async (directory: string, flags: DrillFlags) => {
      if (!/^[1-9]\d{0,5}$/.test(flags.entries))
        throw new CliError('CLI_USAGE', '--entries must be a whole number from 1 to 999999');
      // The directory of data is none: there must be a key store, and nothing beside it is looked at.
      const options = { data: `${resolve(flags.keys)}.none`, keys: flags.keys };
      const { keyStore, random } = await keysBesideData(options, terminal, 'read');
      const progress = createProgress(terminal);
      const report = await drillBackup({
        ...{ keyStore, random, clock: systemClock, from: resolve(directory) },
        vaultsFrom: (flags.vault ?? []).map((one) => resolve(one)),
        ...(flags.scratch !== undefined && { scratch: resolve(flags.scratch) }),
        perLog: Number(flags.entries),
        progress: (what) => {
          progress.show(what);
        },
      }).finally(() => {
        progress.end();
      });
      const { backup: of, logs, ...rest } = report;
      const result: JsonObject = {
        ...{ ...rest, findings: [...report.findings], backup: of && { ...of } },
        logs: logs.map((log) => ({ ...log })),
      };
      if (flags.report !== undefined)
        await writeOwnFile(flags.report, utf8(`${JSON.stringify(result, null, 2)}\n`));
      printResult(terminal, flags.json, result, drillLines(report));
      end(report.isSound ? EXIT.done : EXIT.no);
    });
  withExamples(
    drill,
    'chirograph backup drill /mnt/backup --keys chirograph-data.keys --report drill.json',
  );
}

function drillLines({ isSound, backup, logs, findings, ...rest }: DrillReport): string[] {
  const entries = logs.reduce((sum, { size }) => sum + size, 0);
  const proved = logs.reduce((sum, { proved: some }) => sum + some, 0);
  return [
    isSound ? 'sound: it can be restored' : 'not sound',
    ...(backup === null ? [] : [`backup ${backup.number} of ${backup.takenAt}`]),
    `${logs.length} logs, ${entries} entries; ${proved} of them proved against the backup's heads`,
    ...(rest.restoreMillis === null ? [] : [`restored in ${rest.restoreMillis} ms`]),
    ...(rest.erasedSince === 0 ? [] : [`${rest.erasedSince} secrets were erased since`]),
    ...findings.map(oneLine),
  ];
}

const targetSchema = z.looseObject({
  target: z.string(),
  state: z.string(),
  overdue: z.boolean(),
  problem: z.string().optional(),
  vaults: z.array(z.looseObject({ current: z.boolean() })),
  last: z.looseObject({ backup: z.number(), at: z.string(), entries: z.number() }).optional(),
});
type TargetView = z.infer<typeof targetSchema>;

async function targetsOf(client: NodeClient): Promise<{ items: TargetView[] }> {
  const answer = await client.request({ method: 'GET', path: BACKUPS });
  return expected(z.object({ items: z.array(targetSchema) }), answer);
}

/** Begins it and waits for its end, however long that takes. */
async function ask(client: NodeClient, target: string): Promise<JsonObject> {
  await client.request({ method: 'POST', path: BACKUPS, body: { target } });
  for (;;) {
    const found = (await targetsOf(client)).items.find((one) => one.target === target);
    if (found === undefined)
      throw new CliError('CLI_ANSWER_UNUSABLE', 'the node does not speak of the target any more');
    if (found.state === 'idle') {
      if (found.problem !== undefined || found.last === undefined)
        throw new CliError(
          'CLI_REFUSED',
          `the backup failed: ${oneLine(found.problem ?? 'it is not there')}; see docs/errors.md and the node's log`,
        );
      const { backup, at, entries } = found.last;
      return { target, backup, at, entries };
    }
    await delay(POLL_MILLIS);
  }
}

async function makeAtRest(
  flags: MakeFlags,
  directory: string,
  terminal: Terminal,
): Promise<JsonObject> {
  const { dataDirectory, keyStore, random } = await closedStore(flags, terminal);
  const store = await LedgerStore.open({
    ...{ dataDirectory, keyStore, random, clock: systemClock, observer: unobserved },
    // Nothing is appended.
    onFailure: () => undefined,
  });
  const progress = createProgress(terminal);
  try {
    const nodeTenant = store.tenantNamed(NODE_TENANT)?.handle;
    if (nodeTenant === undefined)
      throw new CliError('CLI_USAGE', 'no node has ever run on the data directory (--data)');
    const writing = { keyStore, random, nodeTenant };
    const tenants = store.tenants().map(({ handle }) => handle);
    const target = await beginTarget(directory, writing);
    const made: BackupResult = await withContent(
      { ...writing, dataDirectory, tenants },
      (content) =>
        makeBackup(target, {
          ...{ ...writing, dataDirectory, clock: systemClock, source: store.backupSource, content },
          isAtRest: true,
          progress: (entries) => {
            progress.show(`${entries} entries`);
          },
        }),
    );
    const { number: backup, completedAt, entries, bytes, logs } = made;
    return { target: directory, backup, at: formatInstant(completedAt), entries, bytes, logs };
  } finally {
    progress.end();
    await store.close();
  }
}

const NO_TARGETS = 'the node has no backup targets: set backupDirectories, and start it again';

function targetLine({ target, state, problem, last, overdue, vaults }: TargetView): string {
  const what =
    last === undefined
      ? 'no backup yet'
      : `backup ${last.backup} of ${last.at}, ${last.entries} entries`;
  const behind = vaults.filter(({ current }) => !current).length;
  return oneLine(
    [
      ...[target, state, what],
      ...(overdue ? ['overdue'] : []),
      ...(behind === 0 ? [] : [`${behind} of ${vaults.length} vaults of an older generation`]),
      ...(problem === undefined ? [] : [problem]),
    ].join('  '),
  );
}
