/**
 * A log and its replica over TCP: entries of a ledger in bundles, checked, synced and remembered, beside Hypercore's own
 * replication of the same bytes, one entry a block, unsynced. The writer and the replica share this process, as both halves do
 * in both ways of it.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import { toHex } from '../src/base/bytes.js';
import { systemClock } from '../src/base/time.js';
import { ReplicaLogs } from '../src/ledger/replica-logs.js';
import { FollowedLog } from '../src/replication/replica/followed-log.js';
import { ReplicaMemory } from '../src/replication/replica/replica-memory.js';
import { formatVerifierKey } from '../src/tlog/note-key.js';
import { deferred } from './deferred.js';
import { connect } from './delayed-link.js';
import { repeat } from './loads.js';
import {
  BLOCK_KEY,
  corePair,
  KEY,
  ORIGIN,
  PER_BLOCK,
  rawLog,
  RECOVERY,
  writeLog,
  type WrittenLog,
} from './replicated-log.js';
import { median } from './statistics.js';

export interface ReplicaFigures {
  readonly entries: number;
  readonly entriesPerBlock: number;
  readonly links: readonly {
    /** Of the link, one way. */
    readonly delayMillis: number;
    readonly entriesPerSecond: number;
    readonly megabytesPerSecond: number;
    /** Of raw Hypercore, one entry a block. */
    readonly blocksPerSecond: number;
  }[];
}

export interface ReplicaExtent {
  readonly entries: number;
  readonly rawBlocks: number;
}

export const DELAYS = [0, 50] as const;
const INFLIGHT = [170, 512] as const;

/** Medians of runs, ours and raw in turn. */
export async function measureReplica(
  { entries, rawBlocks }: ReplicaExtent,
  runs: number,
  directory: string,
  tell: (what: string) => void,
): Promise<ReplicaFigures> {
  const store = new Corestore(join(directory, 'writer'));
  tell('replication: a log is written');
  const log = await writeLog(store, entries);
  const raw = await rawLog(store, log.entries.slice(0, rawBlocks));
  const links = [];
  for (const delayMillis of DELAYS) {
    tell(`replication at ${delayMillis} ms`);
    const place = join(directory, 'replicas');
    const seconds = await repeat(runs, async () => {
      await mkdir(place);
      const ours = await replicated(log, join(place, 'ours'), delayMillis);
      const plain = await rawReplicated(raw, join(place, 'raw'), delayMillis);
      await rm(place, { recursive: true });
      return { ours, plain };
    });
    const ours = median(seconds.map((one) => one.ours));
    links.push({
      delayMillis,
      entriesPerSecond: entries / ours,
      megabytesPerSecond: log.bytes / ours / 1e6,
      blocksPerSecond: rawBlocks / median(seconds.map((one) => one.plain)),
    });
  }
  await store.close();
  return { entries, entriesPerBlock: PER_BLOCK, links };
}

/** Seconds until the replica has checked, synced and remembered the head. */
async function replicated(log: WrittenLog, directory: string, delay: number): Promise<number> {
  const logs = await ReplicaLogs.open(directory);
  const memory = await ReplicaMemory.open(directory);
  const link = await connect(delay);
  log.core.replicate(link.serving);
  const { promise: stored, resolve, reject } = deferred();
  const followed = await FollowedLog.open({
    pinned: { origin: ORIGIN, firstKey: KEY, recoveryKey: RECOVERY },
    blockKey: BLOCK_KEY,
    ...{ logs, memory, clock: systemClock },
    observer: {
      onStored: resolve,
      onAlarm: ({ detail }) => {
        reject(new Error(detail));
      },
      onFailure: reject,
      onInvalidData: () => undefined,
      onRefused: () => undefined,
    },
  });
  followed.replicateWith(link.asking);
  const keys = [
    { corePublicKey: toHex(corePair.publicKey), verifierKey: formatVerifierKey(KEY), ended: null },
  ];
  const started = performance.now();
  await followed.announce({ origin: ORIGIN, keys, checkpoint: log.checkpoint });
  await stored;
  const seconds = (performance.now() - started) / 1000;
  await link.close();
  await followed.close();
  await logs.close();
  return seconds;
}

/** Seconds until Hypercore alone has the blocks, with the same blocks in flight; nothing is synced. */
async function rawReplicated(raw: Hypercore, directory: string, delay: number): Promise<number> {
  const store = new Corestore(directory);
  const core = store.get({ key: raw.key, inflightRange: INFLIGHT });
  await core.ready();
  const link = await connect(delay);
  raw.replicate(link.serving);
  const started = performance.now();
  core.replicate(link.asking);
  await core.download({ start: 0, end: raw.length, linear: true }).done();
  const seconds = (performance.now() - started) / 1000;
  await link.close();
  await store.close();
  return seconds;
}
