/**
 * What peers have said last of the logs that they have, over all ledgers of a node. Nothing of it is true yet, and each of them
 * may be as large as an announcement may be: of each peer no more is kept than is needed, and what it said first goes first. What
 * a writer says it says again; a peer that says too much has its own words compared less often, and nobody else's.
 */
import type { NodeId } from '../protocol/term.js';
import type { LogAnnouncement } from '../replica/announcement.js';

/** Of each peer, in characters: ten thousand ledgers that were never handed over say a sixth of it. */
const MAX_SIZE = 64 * 1024 * 1024;

interface Heard {
  readonly announcement: LogAnnouncement;
  readonly size: number;
}

interface OfPeer {
  /** By origin; what was heard last is the last. */
  readonly logs: Map<string, Heard>;
  size: number;
}

export class HeardLogs {
  readonly #maxSize: number;
  readonly #peers = new Map<NodeId, OfPeer>();

  constructor(maxSize = MAX_SIZE) {
    this.#maxSize = maxSize;
  }

  /** In place of what this peer said of the log before. */
  put(from: NodeId, announcement: LogAnnouncement): void {
    const { origin } = announcement;
    const peer = this.#peers.get(from) ?? { logs: new Map<string, Heard>(), size: 0 };
    this.#peers.set(from, peer);
    remove(peer, origin);
    const size = JSON.stringify(announcement).length;
    peer.logs.set(origin, { announcement, size });
    peer.size += size;
    for (const oldest of peer.logs.keys()) {
      if (peer.size <= this.#maxSize) break;
      remove(peer, oldest);
    }
  }

  get(from: NodeId, origin: string): LogAnnouncement | undefined {
    return this.#peers.get(from)?.logs.get(origin)?.announcement;
  }

  /** The log is not kept here any more. */
  forget(origin: string): void {
    for (const peer of this.#peers.values()) remove(peer, origin);
  }
}

function remove(peer: OfPeer, origin: string): void {
  peer.size -= peer.logs.get(origin)?.size ?? 0;
  peer.logs.delete(origin);
}
