/** `chirograph replication keys`: this node as its peers write it into their files. */
import type { Command } from 'commander';
import { definedMembers } from '../base/defined-members.js';
import { RandomPool } from '../base/random.js';
import { systemClock } from '../base/time.js';
import type { ReplicationKeys } from '../keys/key-store.js';
import { KeysError } from '../keys/keys-error.js';
import { WitnessKeys } from '../keys/witness-keys.js';
import { unobserved } from '../ledger/commit-observer.js';
import { LedgerError } from '../ledger/ledger-error.js';
import { LedgerStore } from '../ledger/ledger-store.js';
import { witnessKeysOf } from '../open-keepers.js';
import { ownNode } from '../open-replication.js';
import { parseReplicationSettings } from '../replication/replication-settings.js';
import { formatVerifierKey } from '../tlog/note-key.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import {
  closedStore,
  dataWithoutKeys,
  type ClosedStore,
  type StoreFlags,
  withStoreOptions,
} from './store-options.js';
import { printResult, type Terminal } from './terminal.js';

interface KeysFlags extends StoreFlags {
  readonly name: string;
  readonly site: string;
  readonly country?: string;
  readonly address?: string;
  readonly url?: string;
  readonly witness?: string;
}

export function addReplicationKeysCommand(replication: Command, terminal: Terminal): void {
  const command = withStoreOptions(replication.command('keys'))
    .description('print this node as a peer, for the files of the others; makes its keys once')
    .requiredOption('--name <name>', 'what the others call it')
    .requiredOption('--site <site>', 'data centre that it stands in')
    .option('--country <code>', 'country that it stands in, ISO 3166-1: DE')
    .option('--address <host:port>', 'where it listens for links (default: it dials the others)')
    .option('--url <url>', 'where the others reach its API, for writes that are sent on')
    .option('--witness <name>', 'it cosigns what it keeps for them, under this name for ever')
    .action(async (flags: KeysFlags) => {
      const { name, site, country, address, url } = flags;
      const place = { site, country: country ?? null };
      const keys = await keysOf(await closedStore(flags, terminal));
      const { linkKey, receiptKey } = ownNode(keys, place);
      const witness =
        flags.witness === undefined ? undefined : await witnessKey(flags, flags.witness, terminal);
      const links = { name, linkKey, receiptKey, address, url };
      const peer = definedMembers({ ...links, site, country, witness });
      // What is printed is taken as it is; without an address, by one that listens.
      parseReplicationSettings({ site, listen: '127.0.0.1:1', peers: [peer] });
      const lines = JSON.stringify(peer, null, 2).split('\n');
      printResult(terminal, flags.json, { ...peer }, lines);
    });
  withExamples(
    command,
    'chirograph replication keys --name berlin --site ber1 --country DE --address 192.0.2.1:8791',
  );
  command.addHelpText(
    'after',
    '\nThe keys are public, and worth what the way is worth by which they came. Making them needs a stopped\nnode; once they are there they are only read. `serve` with --replication makes them as well.',
  );
}

/** Made once; a name is for ever. */
async function witnessKey(flags: StoreFlags, name: string, terminal: Terminal): Promise<string> {
  const { dataDirectory, directory: keys } = await dataWithoutKeys(flags, terminal);
  const place = { directory: witnessKeysOf(keys), dataDirectory };
  const made = await openWitness(place, name);
  try {
    if (made.verifierKey.name !== name)
      throw new CliError('CLI_USAGE', `the node is a witness already, as ${made.verifierKey.name}`);
    return formatVerifierKey(made.verifierKey);
  } finally {
    await made.close();
  }
}

async function openWitness(
  place: { readonly directory: string; readonly dataDirectory: string },
  name: string,
): Promise<WitnessKeys> {
  try {
    return await WitnessKeys.open(place);
  } catch (cause) {
    if (!(cause instanceof KeysError) || cause.code !== 'KEYS_MISSING') throw cause;
    return WitnessKeys.create({ ...place, name, random: new RandomPool() });
  }
}

/** Made under the lock of the data directory: a node that runs may be making others. */
async function keysOf({ dataDirectory, keyStore, random }: ClosedStore): Promise<ReplicationKeys> {
  const known = await keyStore.replicationKeys();
  if (known !== null) return known;
  let store: LedgerStore;
  try {
    store = await LedgerStore.open({
      ...{ dataDirectory, keyStore, random, clock: systemClock, observer: unobserved },
      // Nothing is appended.
      onFailure: () => undefined,
    });
  } catch (cause) {
    if (!(cause instanceof LedgerError) || cause.code !== 'LEDGER_LOCKED') throw cause;
    throw new CliError(
      'CLI_USAGE',
      'the node runs, and has no replication keys yet: stop it, or start it with --replication',
      { cause },
    );
  }
  try {
    return await keyStore.beginReplicationKeys();
  } finally {
    await store.close();
  }
}
