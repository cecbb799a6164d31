/** One size of `epochs.ts`, in a process of its own: builds the maps, changes a share of them, proves, verifies. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EpochChange, formatChanges } from '../src/anchoring/epoch-changes.js';
import { EpochIndex } from '../src/anchoring/epoch-index.js';
import { keyOf } from '../src/anchoring/epoch-maps.js';
import { EpochState } from '../src/anchoring/epoch-state.js';
import type { TreeSize } from '../src/base/brand.js';
import { u64be } from '../src/base/bytes.js';
import { sha256 } from '../src/base/hash.js';
import { HANDLE_BYTES, tenantValueOf } from '../src/evidence/epoch-map.js';
import { formatHeadStatement } from '../src/evidence/head-statement.js';
import { EMPTY_REF, MapArena } from '../src/tlog/map-arena.js';
import { encodeMapProof, verifyMembership } from '../src/tlog/sparse-map-proof.js';
import type { EpochFigures } from './bench-result.js';
import { median, quantile } from './statistics.js';

const PROOFS = 1000;
const [ledgers = 0, tenants = 1] = process.argv.slice(2, 4).map(Number);
const directory = await mkdtemp(join(process.argv[4] ?? '', 'epochs-'));

/** What a node has anyway, made before anything is measured: handles of tenants and of ledgers, 8 bytes each. */
const handlesOf = (kind: string, count: number): Buffer => {
  const handles = Buffer.allocUnsafeSlow(count * HANDLE_BYTES);
  for (let at = 0; at < count; at++)
    handles.set(sha256(Buffer.from(kind), u64be(at)).subarray(0, HANDLE_BYTES), at * HANDLE_BYTES);
  return handles;
};
const handleAt = (handles: Buffer, at: number): string =>
  handles.toString('hex', at * HANDLE_BYTES, (at + 1) * HANDLE_BYTES);
const tenantHandles = handlesOf('tenant', tenants);
const logHandles = handlesOf('log', ledgers);
const tenantOf = (at: number): string => handleAt(tenantHandles, at % tenants);
const indexKeyOf = (tenant: string): Uint8Array => sha256(Buffer.from(tenant));

/** The same head for all: its salt tells them apart. */
function headOf(size: number): Uint8Array {
  const hash = sha256(u64be(size));
  return formatHeadStatement({
    originHash: hash,
    size: size as TreeSize,
    rootHash: hash,
    discoveryKey: hash,
    fork: 0,
    length: size,
    treeHash: hash,
  });
}

/** Every nth ledger, in pieces that one epoch may hold. */
function* changesOf(every: number, size: number): Generator<EpochChange[]> {
  let changes: EpochChange[] = [];
  const statement = headOf(size);
  for (let at = 0; at < ledgers; at += every) {
    changes.push({ tenant: tenantOf(at), log: handleAt(logHandles, at), statement });
    if (changes.length === 40_000) {
      yield changes;
      changes = [];
    }
  }
  if (changes.length > 0) yield changes;
}

globalThis.gc?.();
const memoryBefore = process.memoryUsage().rss;
const index = await EpochIndex.open(join(directory, 'index'));
const state = new EpochState(indexKeyOf);
let epoch = 0;

/** Milliseconds of all epochs that it takes: maps, changes and index; and of the maps alone. */
async function make(every: number, size: number): Promise<{ all: number; maps: number }> {
  let [all, maps] = [0, 0];
  for (const changes of changesOf(every, size)) {
    epoch++;
    const begun = performance.now();
    const applied = state.apply(epoch, 2, changes);
    const mapped = performance.now();
    formatChanges(changes, new Uint8Array(32));
    await index.add(applied, changes);
    all += performance.now() - begun;
    maps += mapped - begun;
  }
  return { all, maps };
}

const first = await make(1, 1);
const percent: { all: number; maps: number }[] = [];
for (let run = 0; run < 3; run++) percent.push(await make(100, 2 + run));
globalThis.gc?.();
const memory = process.memoryUsage().rss - memoryBefore;

// As the path of an old epoch is made: from the index.
const tenant = tenantOf(0);
const arena = new MapArena();
const begun = performance.now();
const logs = [...(await index.logsAt(tenant, epoch))];
const map = arena.update(
  EMPTY_REF,
  logs.map(({ log, value }) => ({ key: keyOf(log), value })),
);
const roots = await index.tenantsAt(epoch);
const values = [...roots].map(({ tenant: handle, root }) => ({
  key: keyOf(handle),
  value: tenantValueOf({ root, salt: sha256(Buffer.from(handle)) }),
}));
const all = arena.update(EMPTY_REF, values);
const tenantValue = tenantValueOf({ root: arena.hash(map), salt: sha256(Buffer.from(tenant)) });
const read = performance.now() - begun;

const sizes: number[] = [];
const verifying: number[] = [];
const tenantProof = arena.prove(all, keyOf(tenant));
for (let at = 0; at < Math.min(PROOFS, logs.length); at++) {
  const { log, value } = logs[Math.floor((at * logs.length) / PROOFS)] ?? { log: '', value: null };
  if (value === null) continue;
  const proof = arena.prove(map, keyOf(log));
  sizes.push(encodeMapProof(proof).length + encodeMapProof(tenantProof).length);
  const started = performance.now();
  const holds =
    verifyMembership(arena.hash(map), keyOf(log), value, proof) &&
    verifyMembership(arena.hash(all), keyOf(tenant), tenantValue, tenantProof);
  verifying.push(performance.now() - started);
  if (!holds) throw new Error('a proof of the benchmark does not hold');
}

const hashed = performance.now();
const word = Buffer.alloc(65);
const HASHES = 100_000;
for (let at = 0; at < HASHES; at++) {
  word.writeUInt32BE(at);
  sha256(word);
}
const perHash = (performance.now() - hashed) / HASHES;

const figures: EpochFigures = {
  ledgers,
  tenants,
  allMillis: first.all,
  onePercentMillis: median(percent.map((one) => one.all)),
  onePercentMapMillis: median(percent.map((one) => one.maps)),
  // A leaf, its salt, its value and about one branch for each.
  ofRaw: (perHash * 2 * ledgers) / first.maps,
  memoryBytes: memory,
  proofBytes: median(sizes),
  largestProofBytes: quantile(sizes, 1),
  verifyMillis: median(verifying),
  pathMillis: read,
};
await index.close();
await rm(directory, { recursive: true });
process.send?.(figures);
