/** Replicas outside of groups, over a node's store: what others keep of it, and what it keeps for others. */
import { join } from 'node:path';
import type { Config } from './config.js';
import { makeDirectoryDurably } from './keys/durable-file.js';
import { KeysError } from './keys/keys-error.js';
import { WitnessKeys } from './keys/witness-keys.js';
import type { LedgerStore } from './ledger/ledger-store.js';
import { ReplicaLogs } from './ledger/replica-logs.js';
import { Keepers, type KeepersOptions, type KeptStore } from './replication/keepers/keepers.js';
import { KeptBook } from './replication/keepers/kept-book.js';
import { WantedKeepers } from './replication/keepers/wanted-keepers.js';
import { Witnessing } from './replication/keepers/witnessing.js';
import { memberOf } from './replication/protocol/group.js';
import { groupsInQuestion } from './replication/protocol/log-view.js';
import { ReplicaMemory } from './replication/replica/replica-memory.js';
import type { Sharing } from './replication/shared/sharing.js';

type KeepersParts = Omit<KeepersOptions, 'store' | 'wanted' | 'kept' | 'groupLog' | 'isVotedFor'>;

/** @throws ReplicaError, LedgerError, KeysError, CheckpointError; nothing of it is left open then. */
export async function openKeepers(
  { data, keys }: Pick<Config, 'data' | 'keys'>,
  store: LedgerStore,
  sharing: Pick<Sharing, 'of' | 'votedFor'>,
  parts: KeepersParts,
): Promise<Keepers> {
  const wanted = await WantedKeepers.open(data);
  return Keepers.open({
    ...{ ...parts, store, wanted },
    kept: await openKept({ data, keys }, parts),
    groupLog: (origin) => {
      const ledger = sharing.of(origin);
      if (ledger === undefined) return null;
      return {
        hasMember: (node) => {
          const { log, shown } = ledger.state;
          return groupsInQuestion(log, shown).some((group) => memberOf(group, node) !== undefined);
        },
        replicateWith: (stream) => {
          ledger.replicateWith(stream);
        },
      };
    },
    isVotedFor: (origin) => sharing.votedFor().some((one) => one.origin === origin),
  });
}

/** Null where no peer has logs kept here: what may lie there from before is left alone. */
async function openKept(
  { data, keys }: Pick<Config, 'data' | 'keys'>,
  { clock, logger, peers }: KeepersParts,
): Promise<KeptStore | null> {
  if (peers.every(({ keeps }) => keeps === null)) return null;
  const directory = join(data, 'kept');
  await makeDirectoryDurably(directory);
  const book = await KeptBook.open(directory);
  const memory = await ReplicaMemory.open(directory, undefined, 'kept');
  const witnessKeys = await openWitnessKeys(witnessKeysOf(keys), data);
  const witness =
    witnessKeys && (await Witnessing.open({ kept: directory, keys: witnessKeys, clock, logger }));
  try {
    // Last: what fails before leaves no store open.
    return { logs: await ReplicaLogs.open(directory), memory, book, witness };
  } catch (cause) {
    await witness?.close();
    throw cause;
  }
}

/** Beside the key store: a witness remembers what it signed with its key. */
export function witnessKeysOf(keys: string): string {
  return `${keys}.witness`;
}

/** Null of a node that was not made a witness. */
async function openWitnessKeys(
  directory: string,
  dataDirectory: string,
): Promise<WitnessKeys | null> {
  try {
    return await WitnessKeys.open({ directory, dataDirectory });
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return null;
    throw cause;
  }
}
