/** Has a ledger kept by several nodes, and says which of them writes it. */
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { type AskedGroup, wishedGroup } from '../replication/group-wish.js';
import { ReplicationError } from '../replication/replication-error.js';
import type {
  OwnNode,
  ReplicationPort,
  SharedLedgerStatus,
} from '../replication/replication-port.js';
import type { SharingPeer } from '../replication/replication-settings.js';

/** What a node with peers has for it. */
export interface ShareLedgerDeps {
  readonly own: OwnNode;
  readonly settings: { readonly peers: readonly SharingPeer[] };
  readonly port: ReplicationPort;
}

/** @throws ReplicationError GROUP_REFUSED; LedgerError LEDGER_UNKNOWN, LEDGER_ELSEWHERE. */
export async function shareLedger(
  { own, settings, port }: ShareLedgerDeps,
  tenant: string,
  ledger: string,
  asked: AskedGroup,
): Promise<void> {
  await port.setGroup(tenant, ledger, wishedGroup(asked, own, settings.peers));
}

/** Resolves when it writes. @throws ReplicationError MOVE_REFUSED, MOVE_TIMED_OUT; LedgerError LEDGER_UNKNOWN, LEDGER_ELSEWHERE. */
export async function moveLedger(
  { settings, port }: ShareLedgerDeps,
  tenant: string,
  ledger: string,
  to: { readonly peer: string; readonly signal: AbortSignal },
): Promise<void> {
  const peer = settings.peers.find(({ name }) => name === to.peer);
  if (peer === undefined)
    throw new ReplicationError('MOVE_REFUSED', `no peer of this node is called ${to.peer}`);
  await port.move(tenant, ledger, peer.receiptKey, to.signal);
}

/** Null of a ledger that is not shared. @throws LedgerError LEDGER_UNKNOWN. */
export function sharedLedger(
  { port }: Pick<ShareLedgerDeps, 'port'>,
  tenant: string,
  ledger: string,
): SharedLedgerStatus | null {
  return port.statusOf(tenant, ledger);
}

/** The proof that the key of the ledger's log told two histories; null where there is none. @throws as reading the disk. */
export async function provenMisbehaviour(
  deps: Pick<ShareLedgerDeps, 'port'>,
  tenant: string,
  ledger: string,
): Promise<JsonValue> {
  const shared = sharedLedger(deps, tenant, ledger);
  const proof = shared === null ? null : await deps.port.misbehaviour(shared.origin);
  return proof === null ? null : parseCanonicalJson(proof);
}
