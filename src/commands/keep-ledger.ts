/** Has peers keep a ledger that have no part in it. */
import type { KeepersPort, KeptLedgerStatus } from '../replication/keepers/keepers-port.js';
import { ReplicationError } from '../replication/replication-error.js';
import type { SharingPeer } from '../replication/replication-settings.js';

/** What a node with peers has for it. */
export interface KeepLedgerDeps {
  readonly settings: { readonly peers: readonly SharingPeer[] };
  readonly keepers: KeepersPort | null;
}

export interface AskedKeeper {
  /** Name of a peer. */
  readonly peer: string;
  /** It is to cosign what it has. */
  readonly witness: boolean;
}

/**
 * @param deps null of a node without peers.
 * @throws ReplicationError REPLICATION_OFF, KEEPERS_REFUSED; LedgerError LEDGER_UNKNOWN.
 */
export async function setKeepers(
  deps: KeepLedgerDeps | null,
  tenant: string,
  ledger: string,
  asked: readonly AskedKeeper[],
): Promise<void> {
  const keepers = deps?.keepers ?? null;
  if (deps === null || keepers === null)
    throw new ReplicationError(
      'REPLICATION_OFF',
      'the node has no peers: set replication to a file that names them, and start it again',
    );
  const wanted = asked.map(({ peer, witness: isWitness }) => {
    const found = deps.settings.peers.find(({ name }) => name === peer);
    if (found === undefined)
      throw new ReplicationError('KEEPERS_REFUSED', `no peer of this node is called ${peer}`);
    return { node: found.receiptKey, isWitness };
  });
  if (new Set(wanted.map(({ node }) => node)).size < wanted.length)
    throw new ReplicationError('KEEPERS_REFUSED', 'a peer is named twice: once is enough');
  await keepers.set(tenant, ledger, wanted);
}

/** Null of a ledger that nobody is to keep. @throws LedgerError LEDGER_UNKNOWN. */
export function keepersOf(
  { keepers }: KeepLedgerDeps,
  tenant: string,
  ledger: string,
): KeptLedgerStatus | null {
  return keepers?.statusOf(tenant, ledger) ?? null;
}
