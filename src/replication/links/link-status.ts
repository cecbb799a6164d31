/** What a node tells of its links: data, for an operator's page and for metrics. */
import type { UnixMillis } from '../../base/brand.js';
import type { Refusal } from './handshake.js';
import type { HostPort, LinkKey } from './link-settings.js';
import type { DropReason } from './link.js';

export interface PeerStatus {
  readonly name: string;
  readonly linkKey: LinkKey;
  /** `waiting`: for the next try, or for the peer to dial, where we cannot. */
  readonly state: 'linked' | 'dialling' | 'waiting' | 'banned';
  /** How it is linked. */
  readonly via: 'tcp' | 'dht' | null;
  /** Since when it is in touch, or out of touch; null where it never was. */
  readonly since: UnixMillis | null;
  /** Of all links since the start. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly rttMillis: number | null;
  /** The peer's wall clock less ours. */
  readonly clockOffsetMillis: number | null;
  /** It is further off than is tolerated without a word. */
  readonly isClockSkewed: boolean;
  /** Links since the start, the first one left out. */
  readonly reconnects: number;
  /** Tries in a row without one. */
  readonly failures: number;
  /** Links that ended, by reason; what never happened is not there. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly lastDrop: DropReason | null;
  /** Why the last try came to nothing; null once there is a link. */
  readonly lastFailure: string | null;
}

export interface LinksStatus {
  readonly linkKey: LinkKey;
  /** Where TCP is listened on. */
  readonly listening: HostPort | null;
  readonly peers: readonly PeerStatus[];
  /** Connections that have not proved whose they are. */
  readonly unproved: number;
  /** Since the start. */
  readonly refused: RefusalCounts;
}

/** Connections that were let go without an answer; `crowded` for want of a place. */
export type RefusalCounts = Readonly<Record<Refusal | 'crowded', number>>;
