/** `chirograph backup`: copies of a whole node, and whether they could be restored. */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type BackupResult, makeBackup } from '../backup/make-backup.js';
import { beginTarget } from '../backup/target.js';
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant, systemClock } from '../base/time.js';
import { unobserved } from '../ledger/commit-observer.js';
import { LedgerStore } from '../ledger/ledger-store.js';
import { NODE_TENANT } from '../ledger-node.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { createProgress } from './progress.js';
import { closedStore } from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface MakeFlags extends NodeFlags {
  readonly data?: string;
  readonly keys?: string;
  readonly json?: true;
}

const BACKUPS = '/v1/backups';
const POLL_MILLIS = 500;

export function addBackupCommand(program: Command, terminal: Terminal): Command {
  const backup = program
    .command('backup')
    .description('copies of a whole node: of one that serves, or of a stopped one');
  const make = withNodeOptions(backup.command('make'))
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
      printResult(terminal, flags.json, made, [
        `backup ${String(made['backup'])} is complete: ${String(made['entries'])} entries`,
      ]);
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
        items.map(targetLine),
      );
    });
  withExamples(list, 'chirograph backup list --json');
  return backup;
}

const targetSchema = z.looseObject({
  target: z.string(),
  state: z.string(),
  problem: z.string().optional(),
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
    const made: BackupResult = await makeBackup(await beginTarget(directory, writing), {
      ...{ ...writing, dataDirectory, clock: systemClock, source: store.backupSource },
      isAtRest: true,
      progress: (entries) => {
        progress.show(`${entries} entries`);
      },
    });
    const { number: backup, completedAt, entries, bytes, logs } = made;
    return { target: directory, backup, at: formatInstant(completedAt), entries, bytes, logs };
  } finally {
    progress.end();
    await store.close();
  }
}

function targetLine({ target, state, problem, last }: TargetView): string {
  const what =
    last === undefined
      ? 'no backup yet'
      : `backup ${last.backup} of ${last.at}, ${last.entries} entries`;
  return oneLine([target, state, what, ...(problem === undefined ? [] : [problem])].join('  '));
}
