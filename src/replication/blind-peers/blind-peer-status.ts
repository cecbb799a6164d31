/** What is known of blind peers, and what is wrong with it, as this node sees it. */
import type { UnixMillis } from '../../base/brand.js';
import { formatInstant } from '../../base/time.js';
import type { LinkKey } from '../links/link-settings.js';
import type { BlindLinkEnd } from './blind-link.js';

/** One log of a chosen ledger at one blind peer. */
export interface BlindLogStatus {
  /** Names of tenant and ledger. */
  readonly tenant: string;
  readonly ledger: string;
  readonly origin: string;
  /** Here. */
  readonly blocks: number;
  /**
   * From the first on, as the blind peer says: its word, and no receipt, for it may not have synced them. Null where it has
   * not said anything since this node began.
   */
  readonly received: number | null;
  /** Since when it lacks blocks that were here then. */
  readonly behindSince: UnixMillis | null;
  /** Blocks that it says, or said, to have under a head beyond what was here: this node may be an older copy. */
  readonly longer: number | null;
  /** It says, or said, that the log was cut and written again. */
  readonly isCut: boolean;
  /** Somebody has shown another history of it, signed by its key: it is not written any more. */
  readonly hasConflict: boolean;
  /** It is not given to this peer, because the ledger's data may not lie where the peer stands. */
  readonly isWithheld: boolean;
}

export interface BlindPeerStatus {
  readonly name: string;
  readonly key: LinkKey;
  readonly country: string | null;
  readonly state: 'linked' | 'dialling' | 'waiting';
  /** Since when it is in touch, or out of touch: where it never was, since the start. */
  readonly since: UnixMillis;
  /** To it, since the start. */
  readonly bytesOut: number;
  /** Connections since the start, the first one left out. */
  readonly reconnects: number;
  /** Tries in a row without one. */
  readonly failures: number;
  /** Why the last connection ended, or the last try came to nothing; null while there is one. */
  readonly lastFailure: BlindLinkEnd | null;
  readonly logs: readonly BlindLogStatus[];
}

/** That a blind peer may be away, or behind, before it is said. */
export const BORNE_MILLIS = 10 * 60_000;

export const BLIND_TROUBLES = ['away', 'behind', 'longer', 'cut', 'conflict', 'withheld'] as const;
export type BlindTrouble = (typeof BLIND_TROUBLES)[number];

export interface FoundTrouble {
  readonly kind: BlindTrouble;
  /** For people. */
  readonly text: string;
}

export interface JudgedBlindPeer extends BlindPeerStatus {
  readonly troubles: readonly FoundTrouble[];
}

/** Of one peer, and of all its logs. */
export function blindTroubles(peer: BlindPeerStatus, now: UnixMillis): readonly FoundTrouble[] {
  const isAway = peer.state !== 'linked' && now - peer.since >= BORNE_MILLIS;
  const away: FoundTrouble = {
    kind: 'away',
    text: `not reached since ${formatInstant(peer.since)}${peer.lastFailure === null ? '' : ` (${peer.lastFailure})`}`,
  };
  return [...(isAway ? [away] : []), ...peer.logs.flatMap((log) => logTroubles(log, !isAway, now))];
}

function logTroubles(
  { tenant, ledger, ...log }: BlindLogStatus,
  isThere: boolean,
  now: UnixMillis,
): FoundTrouble[] {
  const name = `${tenant}/${ledger}`;
  const found: FoundTrouble[] = [];
  if (isThere && log.behindSince !== null && now - log.behindSince >= BORNE_MILLIS)
    found.push({
      kind: 'behind',
      text: `${name}: it lacks blocks since ${formatInstant(log.behindSince)}: ${log.received ?? 0} of ${log.blocks} received; is it out of room?`,
    });
  if (log.longer !== null)
    found.push({
      kind: 'longer',
      text: `${name}: it says that it has ${log.longer} blocks, more than were here: if that is so, this node is an older copy of itself; stop it, and look with \`chirograph replication fetch\``,
    });
  if (log.isCut)
    found.push({
      kind: 'cut',
      text: `${name}: it says that the log was cut and written again, which this node never does: either it is false, or somebody else has the log's key`,
    });
  if (log.hasConflict)
    found.push({
      kind: 'conflict',
      text: `${name}: another history of it was shown, signed by its key: this node, or what was shown, went on from an older copy; the next write to it ends the node`,
    });
  if (log.isWithheld)
    found.push({
      kind: 'withheld',
      text: `${name}: not given to it: the ledger's group names the countries that its data may lie in, and this peer stands in none of them, or nobody has said where`,
    });
  return found;
}
