/** A directory with the blocks of a log as a blind peer gave them, and what can be said of them. */
import HyperDHT from 'hyperdht';
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes, fromHex, toHex } from '../../base/bytes.js';
import type { KeyPair } from '../../keys/key-pair.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import { type ReplicaLog, segmentsOfKeys } from '../../ledger/replica-log.js';
import { ReplicaLogs } from '../../ledger/replica-logs.js';
import { rootHash } from '../../tlog/compact-range.js';
import type { HostPort, LinkKey } from '../links/link-settings.js';
import type { Timers } from '../links/timers.js';
import {
  type PinnedLog,
  type SignedHead,
  verifiedHead,
  vouchedKeys,
} from '../replica/known-log.js';
import type { Walk } from '../replica/walk.js';
import { fetchLog, readFetched } from './fetch-log.js';

export interface FetchIntoOptions {
  /** Made if it is not there; one of an earlier try is gone on with. */
  readonly directory: string;
  readonly pinned: PinnedLog;
  /** All that this node knows of the log, oldest first. */
  readonly keys: readonly LogKeys[];
  /** Of the tenant, 32 bytes. */
  readonly blockKey: Uint8Array;
  /** How far the log goes on this node; its tree hash there. */
  readonly here: { readonly length: number; readonly treeHash: Uint8Array };
  /** A signed checkpoint of the log that was shown to somebody; null where none is at hand. */
  readonly checkpoint: string | null;
  readonly peer: LinkKey;
  readonly bootstrap: readonly HostPort[];
  /** By which the blind peer may know this node; null dials by keys of this once. */
  readonly linkKeys: KeyPair | null;
  readonly timers: Timers;
}

/** Of what was compared: `beyond` what was fetched. */
export type Compared = 'same' | 'differs' | 'beyond';

export interface FetchedReport {
  /** Blocks that are here now, on disk. */
  readonly blocks: number;
  /** That the blind peer says to have. */
  readonly there: number;
  /** BLAKE2b, hex, of all that are here. */
  readonly treeHash: string;
  /** Entries in those that could be read; with the RFC 6962 root over them, hex. */
  readonly size: number;
  readonly rootHash: string;
  readonly recordedAt: UnixMillis;
  /** Why the block behind those is none that the log's writer writes; null where all are. */
  readonly flaw: string | null;
  /** With this node's own log, as far as that goes. */
  readonly own: Compared;
  readonly checkpoint: Compared | null;
}

/**
 * @throws ReplicationError REPLICATION_PEER_UNREACHABLE, REPLICATION_UNANSWERED; ReplicaError for a checkpoint that is not the
 * log's; LedgerError LEDGER_LOCKED, LEDGER_DAMAGED.
 */
export async function fetchInto(options: FetchIntoOptions): Promise<FetchedReport> {
  const { directory, pinned, keys, checkpoint, bootstrap, linkKeys, peer, timers } = options;
  // Before anybody is asked: what cannot be compared is said at once.
  const head =
    checkpoint === null
      ? null
      : verifiedHead(checkpoint, pinned.origin, vouchedKeys(pinned, keys), keys);
  const logs = await ReplicaLogs.open(directory);
  const dht = new HyperDHT({ bootstrap, ...(linkKeys !== null && { keyPair: linkKeys }) });
  try {
    const log = await logs.log(segmentsOfKeys(keys), SILENT, 0);
    const stream = dht.connect(Buffer.from(fromHex(peer)), {
      keyPair: linkKeys ?? dht.defaultKeyPair,
    });
    stream.on('error', () => undefined);
    const there = await fetchLog(log, { stream, peer: fromHex(peer), timers });
    // A crash before this leaves blocks that the next try begins with.
    const stored = await log.sync();
    return { ...(await reportOf(log, head, options)), there, treeHash: toHex(stored.treeHash) };
  } finally {
    await dht.destroy({ force: true });
    await logs.close();
  }
}

/** Hypercore takes nothing that is wrong; the report says what came instead. */
const SILENT = {
  onNews: () => undefined,
  onConflict: () => undefined,
  onInvalidData: () => undefined,
};

async function reportOf(
  log: ReplicaLog,
  head: SignedHead | null,
  { pinned, keys, blockKey, here }: FetchIntoOptions,
): Promise<Omit<FetchedReport, 'there' | 'treeHash'>> {
  let atHead: Walk | null = null;
  const known = { pinned, keys, coreKey: log.key, blockKey };
  const { walk, flaw } = await readFetched(log, known, (at) => {
    if (at.length === head?.binding.length) atHead = at;
  });
  return {
    ...{ blocks: log.length, size: walk.tree.size, recordedAt: walk.recordedAt, flaw },
    rootHash: toHex(rootHash(walk.tree)),
    own: await compared(log, here),
    checkpoint: head === null ? null : await comparedHead(log, head, atHead),
  };
}

async function compared(
  log: ReplicaLog,
  { length, treeHash }: FetchIntoOptions['here'],
): Promise<Compared> {
  if (length > log.length) return 'beyond';
  if (length === 0) return 'same';
  return equalBytes(await log.treeHash(length), treeHash) ? 'same' : 'differs';
}

async function comparedHead(
  log: ReplicaLog,
  { binding, size, rootHash: root }: SignedHead,
  at: Walk | null,
): Promise<Compared> {
  const blocks = await compared(log, binding);
  if (blocks !== 'same' || at === null) return blocks;
  return at.tree.size === size && equalBytes(rootHash(at.tree), root) ? 'same' : 'differs';
}
