/** `chirograph keys restore`: a lost key store, made again from shares and escrow files. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { RandomPool } from '../base/random.js';
import { systemClock } from '../base/time.js';
import { combineAllShares } from '../keys/recovery-key.js';
import { restoreKeys } from '../restore-keys.js';
import { readConfigFile } from '../settings/config-file.js';
import { parseConfig } from '../settings/parse-config.js';
import { CliError } from './cli-error.js';
import { repeated } from './command-help.js';
import { isDirectory } from './files.js';
import { forgetShares, readEscrowFiles, readShares } from './recovery-files.js';
import { checkedCause, wentOnLines } from './restore.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface RestoreKeysFlags {
  readonly escrow: readonly string[];
  readonly share: readonly string[];
  readonly data?: string;
  readonly keys?: string;
  readonly cause: string;
  readonly handover?: true;
  readonly json?: true;
}

export function addRestoreKeysCommand(keys: Command, terminal: Terminal): void {
  keys
    .command('restore')
    .description(
      'make a lost key store again for data that are whole, and go on with new keys, in new logs that say so; the node must stand still',
    )
    .requiredOption('--escrow <file>', 'escrow file of a tenant; given again for each', repeated)
    .requiredOption('--share <file>', 'share of an officer; given again for each', repeated)
    .requiredOption('--cause <text>', 'what happened, for ever in the logs')
    .option('--data <directory>', 'data directory (or CHIROGRAPH_DATA)')
    .option(
      '--keys <directory>',
      'new key store (default: the data directory with ".keys" behind it)',
    )
    .option(
      '--handover',
      'your word that the data are no older than anything that was shown: the logs go on under their own origins, by the recovery key',
    )
    .option('--json', 'print JSON')
    .action(async (flags: RestoreKeysFlags) => {
      await restore(flags, terminal);
    });
}

async function restore(flags: RestoreKeysFlags, terminal: Terminal): Promise<void> {
  const cause = checkedCause(flags.cause);
  const { config } = parseConfig({
    flags: { data: flags.data, keys: flags.keys },
    env: terminal.env,
    readFile: readConfigFile,
    workingDirectory: process.cwd(),
  });
  const { data: dataDirectory, keys: directory } = config;
  if (!(await isDirectory(join(dataDirectory, 'vault'))))
    throw new CliError('CLI_USAGE', `${oneLine(dataDirectory)} is no data directory (--data)`);
  const escrowFiles = await readEscrowFiles(flags.escrow);
  const shares = await readShares(flags.share);
  const recoveryKeys = await combineAllShares(shares).finally(() => {
    forgetShares(shares);
  });
  try {
    const places = { dataDirectory, directory, clock: systemClock, random: new RandomPool() };
    const isWhole = flags.handover === true;
    const wentOn = await restoreKeys({ ...places, recoveryKeys, escrowFiles, cause, isWhole });
    const ledgers = wentOn.map((one) => ({ ...one }));
    const handover = isWhole;
    printResult(terminal, flags.json, { cause, keys: directory, handover, ledgers }, [
      `made the key store ${oneLine(directory)}`,
      ...wentOn.flatMap(wentOnLines),
      ...(isWhole ? WHOLE : SUCCEEDED),
    ]);
  } finally {
    for (const key of recoveryKeys) key.close();
  }
}

const SUCCEEDED: readonly string[] = [
  'The keys that signed the old logs are lost: what was proved of them stays proved, and nothing more is signed for them.',
];

const WHOLE: readonly string[] = [
  'That nothing is missing rests on your word alone: the mark that would know was lost with the keys. Before the node starts, compare',
  'the sizes above with receipts that others hold, and the epoch log with witnesses and anchor files. Should one know more, do not start it:',
  'put the key store aside, put in data that are whole, or restore without --handover.',
  'Hand the trust file (`keys trust`) on: verifiers learn from it where the old keys ended.',
];
