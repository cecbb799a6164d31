/** `chirograph replication fetch`: what a blind peer has of a log, into a directory, held against what is known of it. */
import type { Command } from 'commander';
import { utf8ToString } from '../base/bytes.js';
import { formatInstant, systemClock } from '../base/time.js';
import { tenantKeys } from '../keys/tenant-keys.js';
import { unobserved } from '../ledger/commit-observer.js';
import { LedgerStore } from '../ledger/ledger-store.js';
import type { LogReader } from '../ledger/log-reader.js';
import { readReplication } from '../open-replication.js';
import {
  type FetchedReport,
  fetchInto,
  type FetchIntoOptions,
} from '../replication/blind-peers/fetch-into.js';
import { systemTimers } from '../replication/links/timers.js';
import { ReplicaError } from '../replication/replica/replica-error.js';
import { parseVerifierKey } from '../tlog/note-key.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { makeOwnDirectory, readFileUpTo } from './files.js';
import {
  closedStore,
  type ClosedStore,
  type StoreFlags,
  withStoreOptions,
} from './store-options.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

interface FetchFlags extends StoreFlags {
  readonly replication: string;
  readonly from: string;
  readonly to: string;
  readonly checkpoint?: string;
}

const MAX_CHECKPOINT_BYTES = 64 * 1024;

const ABOUT = `
Of a stopped node, or of a backup that was put back: its keys and its catalogue say which Hypercores
the log has. The data are only read. Blocks that the log's own key has not signed for are not
taken; those that came are opened, and compared with this node's log, and with --checkpoint. They
lie in DIR then, sealed as they were. This version does not put them back into the log: while they
are longer than it, do not go on in it, since that would make two histories of one log. Ends with 1
where something is missing or differs. Asked again, it goes on with what is in DIR.`;

export function addReplicationFetchCommand(
  replication: Command,
  terminal: Terminal,
  end: End,
): void {
  const command = withStoreOptions(replication.command('fetch'))
    .description(
      'of a stopped node: get the blocks of a log back from a blind peer, and check them',
    )
    .argument('<origin>', 'of the log, as `replication status` and receipts name it')
    .requiredOption('--replication <file>', 'the JSON file that names blind peers and the DHT')
    .requiredOption('--from <name>', 'the blind peer, as that file calls it')
    .requiredOption('--to <directory>', 'where the blocks are put')
    .option('--checkpoint <file>', 'a signed checkpoint of the log, to compare with')
    .action(async (origin: string, flags: FetchFlags) => {
      const report = await fetched(origin, flags, terminal);
      const shown = { ...report, origin, recordedAt: formatInstant(report.recordedAt) };
      printResult(terminal, flags.json, shown, linesOf(report, flags));
      end(isWhole(report) ? EXIT.done : EXIT.no);
    });
  withExamples(
    command,
    'chirograph replication fetch audit.example.com/1/kyc --replication peers.json --from vault --to kyc-blocks --data restored',
  );
  command.addHelpText('after', ABOUT);
}

async function fetched(
  origin: string,
  { replication, from, to, checkpoint, ...flags }: FetchFlags,
  terminal: Terminal,
): Promise<FetchedReport> {
  const settings = await readReplication({ replication });
  const peer = settings?.blindPeers.find(({ name }) => name === from);
  if (settings === null || peer === undefined)
    throw new CliError('CLI_USAGE', `--from: the file names no blind peer ${oneLine(from)}`);
  const note =
    checkpoint === undefined
      ? null
      : utf8ToString(await readFileUpTo(checkpoint, MAX_CHECKPOINT_BYTES));
  const closed = await closedStore(flags, terminal);
  const known = await knownLog(origin, closed);
  const linkKeys = (await closed.keyStore.replicationKeys())?.link ?? null;
  await makeOwnDirectory(to);
  try {
    return await fetchInto({
      ...{ ...known, directory: to, checkpoint: note, linkKeys },
      ...{ peer: peer.key, bootstrap: settings.bootstrap, timers: systemTimers },
    });
  } catch (cause) {
    if (!(cause instanceof ReplicaError)) throw cause;
    throw new CliError('CLI_USAGE', `--checkpoint: ${cause.message}`, { cause });
  }
}

type Known = Pick<FetchIntoOptions, 'pinned' | 'keys' | 'blockKey' | 'here'>;

/** @throws CliError CLI_USAGE where there is no such log; LedgerError LEDGER_LOCKED while the node runs. */
async function knownLog(
  origin: string,
  { dataDirectory, keyStore, random }: ClosedStore,
): Promise<Known> {
  const store = await LedgerStore.open({
    ...{ dataDirectory, keyStore, random, clock: systemClock, observer: unobserved },
    // Nothing is appended.
    onFailure: () => undefined,
  });
  try {
    for (const { identity, logs } of store.allLedgers())
      for (const log of logs) {
        const tenant = store.tenantOf(identity.tenant);
        if (log.origin !== origin || tenant === undefined) continue;
        const root = await keyStore.tenantRoot(tenant.handle);
        return knownOf(log, tenant.recoveryKey, tenantKeys(root).block);
      }
  } finally {
    await store.close();
  }
  throw new CliError('CLI_USAGE', `no log in these data has the origin ${oneLine(origin)}`);
}

function knownOf(log: LogReader, recoveryKey: string, blockKey: Uint8Array): Known {
  const { keys, head, origin } = log;
  const [first] = keys;
  if (first === undefined) throw new Error('a log without keys');
  const pinned = {
    origin,
    firstKey: parseVerifierKey(first.verifierKey),
    recoveryKey: parseVerifierKey(recoveryKey),
  };
  return { pinned, keys, blockKey, here: { length: head.length, treeHash: head.treeHash } };
}

/** That what this node has, what was shown, and what the peer says to have are all in what came. */
function isWhole({ blocks, there, flaw, own, checkpoint }: FetchedReport): boolean {
  const isShown = checkpoint === null || checkpoint === 'same';
  return flaw === null && blocks >= there && own === 'same' && isShown;
}

function linesOf(report: FetchedReport, { from, to }: FetchFlags): string[] {
  const { blocks, there, size, recordedAt, treeHash, rootHash, flaw, own, checkpoint } = report;
  return [
    `${blocks} blocks in ${oneLine(to)}; ${oneLine(from)} says that it has ${there}`,
    `${size} entries, the last of ${formatInstant(recordedAt)}`,
    `tree hash ${treeHash}, root hash ${rootHash}`,
    {
      same: 'they begin with all that this node has',
      differs:
        "WRONG: they are another history than this node's: one of the two is no copy of the other",
      beyond: 'this node has more of the log than came',
    }[own],
    ...(checkpoint === null
      ? []
      : [
          {
            same: 'the checkpoint is of them',
            differs: 'WRONG: the checkpoint is of another history',
            beyond: 'the checkpoint is of more than came',
          }[checkpoint],
        ]),
    ...(flaw === null ? [] : [`WRONG: ${oneLine(flaw)}`]),
  ];
}
