/**
 * A log and its replica over TCP: entries of a ledger in bundles, checked, synced and remembered, beside Hypercore's own
 * replication of the same bytes, one entry a block, unsynced. The writer and the replica share this process, as both halves do
 * in both ways of it.
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import SecretStream from '@hyperswarm/secret-stream';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import type { LeafIndex, UnixMillis } from '../src/base/brand.js';
import { toHex } from '../src/base/bytes.js';
import type { HexDigest } from '../src/base/hex-digest.js';
import { randomBytes, RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { keyPairOf } from '../src/keys/key-pair.js';
import { ReplicaLogs } from '../src/ledger/replica-logs.js';
import { sealBlock } from '../src/records/block.js';
import { formatStatement } from '../src/records/statement.js';
import { FollowedLog } from '../src/replication/replica/followed-log.js';
import { ReplicaMemory } from '../src/replication/replica/replica-memory.js';
import { formatCheckpoint } from '../src/tlog/checkpoint.js';
import {
  appendLeaves,
  type CompactRange,
  EMPTY_RANGE,
  rootHash,
} from '../src/tlog/compact-range.js';
import { ed25519Key } from '../src/tlog/ed25519.js';
import { CORE_NAMESPACE, formatLogBinding } from '../src/tlog/log-binding.js';
import { leafHash } from '../src/tlog/merkle-hash.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../src/tlog/note-key.js';
import { noteSigner, signNote } from '../src/tlog/signed-note.js';

export interface ReplicationFigures {
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
  readonly memory: { readonly logs: number; readonly megabytes: number };
}

export interface ReplicationExtent {
  readonly entries: number;
  readonly rawBlocks: number;
  readonly logs: number;
}

const PER_BLOCK = 200;
const ORIGIN = 'bench.example/0000000000000000/kyc';
const corePair = keyPairOf(new Uint8Array(32).fill(1));
const logKey = ed25519Key(new Uint8Array(32).fill(2));
const recovery = ed25519Key(new Uint8Array(32).fill(3));
const KEY = verifierKey(ORIGIN, ED25519_NOTE, logKey.publicKey);
const RECOVERY = verifierKey('bench.example/0000000000000000', ED25519_NOTE, recovery.publicKey);
const BLOCK_KEY = new Uint8Array(32).fill(9);
const INFLIGHT = [170, 512] as const;

export async function measureReplication(
  { entries, rawBlocks, logs }: ReplicationExtent,
  directory: string,
  tell: (what: string) => void,
): Promise<ReplicationFigures> {
  const store = new Corestore(join(directory, 'writer'));
  tell('replication: a log is written');
  const log = await writeLog(store, entries);
  const raw = await rawLog(store, log.entries.slice(0, rawBlocks));
  const links = [];
  for (const delayMillis of [0, 50]) {
    tell(`replication at ${delayMillis} ms`);
    const ours = await replicated(log, join(directory, `replica-${delayMillis}`), delayMillis);
    const plain = await rawReplicated(raw, join(directory, `raw-${delayMillis}`), delayMillis);
    links.push({
      delayMillis,
      entriesPerSecond: entries / ours,
      megabytesPerSecond: log.bytes / ours / 1e6,
      blocksPerSecond: rawBlocks / plain,
    });
  }
  tell(`memory of ${logs} replicas`);
  const megabytes = await memoryOf(logs, join(directory, 'many'));
  await store.close();
  return { entries, entriesPerBlock: PER_BLOCK, links, memory: { logs, megabytes } };
}

interface WrittenLog {
  readonly core: Hypercore;
  readonly checkpoint: string;
  /** The bytes of each, as they would be alone in a block. */
  readonly entries: readonly Uint8Array[];
  readonly bytes: number;
}

async function writeLog(store: Corestore, entries: number): Promise<WrittenLog> {
  const core = store.get({ manifest: manifestOf(corePair.publicKey) });
  await core.ready();
  const random = new RandomPool();
  let tree: CompactRange = EMPTY_RANGE;
  const alone: Uint8Array[] = [];
  let bytes = 0;
  for (let first = 0; first < entries; first += PER_BLOCK) {
    const statements = Array.from({ length: PER_BLOCK }, (_, at) => statementAt(first + at));
    const bundle = statements.map((statement) => ({
      statement,
      idempotency: null,
      sealedParts: [randomBytes(random, 300)],
    }));
    const place = { coreKey: core.key, blockNumber: core.length };
    const content = { firstIndex: first as LeafIndex, vaultRows: [], entries: bundle };
    const block = sealBlock(content, BLOCK_KEY, place, random);
    await core.append([block], { keyPair: corePair });
    tree = appendLeaves(tree, statements.map(leafHash));
    bytes += block.length;
    for (const { statement, sealedParts } of bundle)
      alone.push(Buffer.concat([statement, ...sealedParts]));
  }
  const binding = formatLogBinding({
    discoveryKey: core.discoveryKey,
    fork: 0,
    length: core.length,
    treeHash: await core.treeHash(),
  });
  const head = { origin: ORIGIN, size: tree.size, rootHash: rootHash(tree) };
  const text = formatCheckpoint({ ...head, extensions: [binding] });
  return { core, checkpoint: signNote(text, noteSigner(KEY, logKey.sign)), entries: alone, bytes };
}

function statementAt(index: number): Uint8Array {
  const position = {
    index: index as LeafIndex,
    recordedAt: (1_700_000_000_000 + index) as UnixMillis,
  };
  if (index === 0)
    return formatStatement({
      kind: 'ledger',
      ...position,
      origin: ORIGIN,
      recoveryKey: formatVerifierKey(RECOVERY),
      verifierKey: formatVerifierKey(KEY),
    });
  const digest = Buffer.alloc(32, index % 251).toString('hex') as HexDigest;
  const tags = { author: digest, key: digest, subject: digest };
  return formatStatement({
    kind: 'record',
    ...position,
    ...{ header: digest, payload: digest, tags, type: 'bench.Record' },
  });
}

async function rawLog(store: Corestore, blocks: readonly Uint8Array[]): Promise<Hypercore> {
  const pair = keyPairOf(new Uint8Array(32).fill(4));
  const core = store.get({ manifest: manifestOf(pair.publicKey) });
  await core.ready();
  await core.append(blocks, { keyPair: pair });
  return core;
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

/** Resident memory that open replicas take, each of one block. */
async function memoryOf(count: number, directory: string): Promise<number> {
  const store = await ReplicaLogs.open(directory);
  const before = process.memoryUsage.rss();
  const observer = {
    onNews: () => undefined,
    onConflict: () => undefined,
    onInvalidData: () => undefined,
    onRefused: () => undefined,
  };
  const opened = [];
  for (let at = 0; at < count; at++) {
    const seed = Buffer.alloc(32);
    seed.writeUInt32BE(at + 1);
    const { publicKey } = keyPairOf(seed);
    opened.push(await store.log([{ publicKey, begins: null }], observer, 0));
  }
  const taken = process.memoryUsage.rss() - before;
  for (const log of opened) await log.close();
  await store.close();
  return taken / 1e6;
}

/** Two ends of a Noise link over TCP through a relay that holds back every byte for as long as told, each way. */
async function connect(delay: number) {
  const accepted = deferred<net.Socket>();
  const server = await listening(net.createServer(accepted.resolve));
  const relay = await listening(
    net.createServer((near) => {
      const far = net.connect(portOf(server), '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (chunk) => {
          if (delay === 0) to.write(chunk);
          else setTimeout(() => to.write(chunk), delay);
        });
        from.on('error', () => undefined);
        from.on('close', () => to.destroy());
      }
    }),
  );
  const asking = new SecretStream(true, net.connect(portOf(relay), '127.0.0.1'));
  const serving = new SecretStream(false, await accepted.promise);
  for (const end of [asking, serving]) end.on('error', () => undefined);
  return {
    asking,
    serving,
    close: async () => {
      const closed = [asking, serving].map((end) => once(end, 'close'));
      asking.destroy();
      serving.destroy();
      await Promise.all(closed);
      relay.close();
      server.close();
    },
  };
}

async function listening(server: net.Server): Promise<net.Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}

function deferred<T = unknown>() {
  const ends: { resolve: (value: T) => void; reject: (cause: unknown) => void }[] = [];
  const promise = new Promise<T>((resolve, reject) => ends.push({ resolve, reject }));
  const [end] = ends;
  if (end === undefined) throw new Error('a promise calls its executor at once');
  return { promise, ...end };
}

function manifestOf(publicKey: Uint8Array) {
  const signer = {
    signature: 'ed25519',
    namespace: Buffer.from(CORE_NAMESPACE),
    publicKey,
  } as const;
  return { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] } as const;
}
