/** `chirograph keys restore`: a lost key store, made again from shares and escrow files. */
import type { Command } from 'commander';
import { RandomPool } from '../base/random.js';
import { systemClock } from '../base/time.js';
import { combineAllShares } from '../keys/recovery-key.js';
import { restoreKeys } from '../restore-keys.js';
import { repeated, withExamples } from './command-help.js';
import { forgetShares, readEscrowFiles, readShares, withShareOption } from './recovery-files.js';
import { checkedCause, wentOnLines } from './restore.js';
import { dataWithoutKeys, type StoreFlags, withStoreOptions } from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface RestoreKeysFlags extends StoreFlags {
  readonly escrow: readonly string[];
  readonly share: readonly string[];
  readonly cause: string;
  readonly handover?: true;
}

export function addRestoreKeysCommand(keys: Command, terminal: Terminal): void {
  const command = withStoreOptions(keys.command('restore'), 'new key store')
    .description(
      'make a lost key store again for data that are whole, and go on with new keys, in new logs that say so; the node must stand still',
    )
    .requiredOption('--escrow <file>', 'escrow file of a tenant; given again for each', repeated)
    .requiredOption('--cause <text>', 'what happened, for ever in the logs')
    .option(
      '--handover',
      'your word that the data are no older than anything that was shown: the logs go on under their own origins, by the recovery key',
    )
    .action(async (flags: RestoreKeysFlags) => {
      await restore(flags, terminal);
    });
  withExamples(
    withShareOption(command),
    `chirograph keys restore ${GIVEN} --cause "key store lost" --data ledger`,
    `chirograph keys restore ${GIVEN} --cause "key store lost, nothing else" --handover --data ledger`,
  );
}

const GIVEN = '--escrow 0a1b2c3d4e5f6071.3.escrow --share share-1.json --share share-3.json';

async function restore(flags: RestoreKeysFlags, terminal: Terminal): Promise<void> {
  const cause = checkedCause(flags.cause);
  const { dataDirectory, directory } = await dataWithoutKeys(flags, terminal);
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
