/**
 * Reads a whole log again, from its sealed blocks up, and says everything that is not as it must be,
 * first thing first. It trusts the journal's last head and the tenant's block key, nothing else.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes, toHex } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import { parseStatement } from '../../records/parse-statement.js';
import { rowIdOf } from '../../records/sealing.js';
import type { Statement } from '../../records/statement.js';
import { rootHash } from '../../tlog/compact-range.js';
import { EMPTY_EDGE, extend, type TreeEdge } from '../../tlog/tile-tree.js';
import type { LogDescriptor } from '../catalog.js';
import type { LogHead } from '../log-head.js';
import { ErasureWalk } from './check-erasures.js';
import { HandoverWalk } from './check-handovers.js';
import { MapWalk } from './check-maps.js';
import { keptNoteProblem } from './check-notes.js';
import type { StateCheck } from './check-state.js';
import type { HypercoreLog } from './hypercore-log.js';
import { appendBlock, treeHash, type TreeRoots } from './hypercore-tree.js';
import { placedEntries, type StateSource } from './recover-state.js';
import type { PlacedEntry } from './state-projection.js';

export interface Finding {
  readonly log: string;
  /** What is wrong, and where: block and entry numbers, never content. */
  readonly problem: string;
  /** That the vault lacks a secret: an erasure may have destroyed it. */
  readonly missing?: MissingSecret;
}

export interface MissingSecret {
  /** Handle of the tenant. */
  readonly tenant: string;
  /** Hex. */
  readonly rowId: string;
}

export interface LogUnderCheck {
  readonly tenant: string;
  readonly descriptor: LogDescriptor;
  readonly source: StateSource;
  readonly hypercore: HypercoreLog;
  /** Whether the vault holds the secret of a row id. */
  hasSecret(rowId: Uint8Array): Promise<boolean>;
  readonly state: StateCheck;
  progress(entries: number): void;
}

/** What has been read so far. */
interface Walk {
  roots: TreeRoots;
  edge: TreeEdge;
  recordedAt: UnixMillis;
  /** Last leaf hash by key tag. */
  readonly latest: Map<HexDigest, HexDigest>;
  readonly leaves: Set<HexDigest>;
  /** What each version of a signature that none follows yet signs, by its leaf hash. */
  readonly signatures: Map<HexDigest, HexDigest>;
  readonly maps: MapWalk;
  readonly handovers: HandoverWalk;
  readonly erasures: ErasureWalk;
}

export async function* checkLog(log: LogUnderCheck): AsyncGenerator<Finding> {
  const { source, hypercore } = log;
  const { name, head } = source;
  const walk: Walk = {
    roots: [],
    edge: EMPTY_EDGE,
    recordedAt: 0 as UnixMillis,
    latest: new Map(),
    leaves: new Set(),
    signatures: new Map(),
    maps: new MapWalk(),
    handovers: new HandoverWalk(log.descriptor),
    erasures: new ErasureWalk(log.descriptor.origin),
  };
  for (let number = 0; number < Math.min(head.length, hypercore.length); number++) {
    try {
      for await (const found of checkBlock(log, walk, number)) yield { log: name, ...found };
    } catch (cause) {
      // What follows an unreadable block hangs in the air: tree and versions cannot be known.
      yield { log: name, problem: `block ${number} cannot be read: ${reasonOf(cause)}` };
      return;
    }
    log.progress(walk.edge.size);
  }
  for (const problem of compareHeads(head, walk, hypercore)) yield { log: name, problem };
  for (const { length, next } of hypercore.ends)
    if (next !== null && length > next && next <= head.length)
      yield {
        log: name,
        problem: `a Hypercore holds ${length} blocks; its key was handed over at ${next}`,
      };
  if ((await log.state.surplusNotes()) !== 0)
    yield { log: name, problem: 'checkpoints were kept of sizes that no block ends at' };
  if (!(await log.state.hasEnd(head)) || (await log.state.surplus()) !== 0)
    yield { log: name, problem: 'the write state differs at the end; use `fsck --rebuild`' };
}

async function* checkBlock(
  log: LogUnderCheck,
  walk: Walk,
  number: number,
): AsyncGenerator<Omit<Finding, 'log'>> {
  const { source, hypercore } = log;
  walk.roots = appendBlock(walk.roots, number, await hypercore.block(number));
  const bundle = await source.bundle(number);
  if ((bundle.firstIndex as number) !== walk.edge.size)
    yield {
      problem: `block ${number} begins at entry ${bundle.firstIndex}, not at ${walk.edge.size}`,
    };
  const placed = placedEntries(bundle);
  const rowIds = new Map<string, Uint8Array>();
  for (const [at, entry] of placed.entries()) {
    const before = (): TreeEdge => treeBefore(walk, placed.slice(0, at));
    for (const problem of checkEntry(walk, entry, before)) yield { problem };
    if (entry.found?.kind === 'batch')
      for (const problem of checkBatch(entry, before, source.name)) yield { problem };
    for (const rowId of partRowIds(entry)) rowIds.set(toHex(rowId), rowId);
  }
  for (const [id, rowId] of rowIds)
    if (!(await log.hasSecret(rowId)))
      yield {
        problem: `block ${number}: the secret of vault row ${id} is missing, and no erasure says so`,
        missing: { tenant: log.tenant, rowId: id },
      };
  const extension = extend(
    walk.edge,
    placed.map((entry) => entry.leafHash),
  );
  walk.edge = extension.edge;
  yield* checkNote(log, walk, number + 1);
  if (!(await log.state.hasBlock(number, placed, extension.tiles)))
    yield { problem: `block ${number}: the write state differs; use \`fsck --rebuild\`` };
}

async function* checkNote(
  { descriptor, hypercore, state }: LogUnderCheck,
  { edge, roots }: Walk,
  length: number,
): AsyncGenerator<Omit<Finding, 'log'>> {
  const { size } = edge;
  const note = await state.note(size);
  if (note === null) return;
  const head = { length, treeHash: treeHash(roots), size, rootHash: rootHash(edge) };
  const problem = keptNoteProblem(descriptor, hypercore.discoveryKeyAt(length), head, note);
  if (problem !== null) yield { problem };
}

/** Of all entries before one, given those before it in its block. */
function treeBefore({ edge }: Walk, before: readonly PlacedEntry[]): TreeEdge {
  const leaves = before.map(({ leafHash }) => leafHash);
  return leaves.length === 0 ? edge : extend(edge, leaves).edge;
}

/** @param before the tree of all entries before it. */
function* checkEntry(walk: Walk, entry: PlacedEntry, before: () => TreeEdge): Generator<string> {
  const statement = parseStatement(entry.statement);
  const at = `entry ${entry.index}`;
  if (statement.index !== entry.index) yield `${at} says that it is entry ${statement.index}`;
  if (statement.recordedAt < walk.recordedAt) yield `${at} was recorded before the one before it`;
  walk.recordedAt = statement.recordedAt;
  const wanted = partsOf(statement);
  if (entry.sealedParts.length !== wanted)
    yield `${at} has ${entry.sealedParts.length} sealed parts, its statement commits to ${wanted}`;
  yield* checkReferences(walk, statement, at);
  yield* walk.handovers.take(statement, entry.index, before);
  yield* walk.maps.take(entry.index, entry.leafHash, statement);
  yield* walk.erasures.take(statement, entry.index, entry.leafHash);
  const leaf = digestToHex(entry.leafHash);
  if (entry.thing !== null) walk.latest.set(entry.thing, leaf);
  walk.leaves.add(leaf);
  if (entry.follows !== null) walk.signatures.delete(entry.follows);
  if (entry.of !== null) walk.signatures.set(leaf, entry.of);
}

/** How many parts an entry's statement commits to. */
function partsOf(statement: Statement): number {
  switch (statement.kind) {
    case 'record':
      return 2 + (statement.parts?.length ?? 0);
    case 'signature':
      return 2;
    case 'epoch':
      return statement.changes === undefined ? 0 : 1;
    default:
      return 0;
  }
}

/** Vault rows of the secrets that an entry's parts rest on; what changed in an epoch is sealed with its block alone. */
function partRowIds({ thing, of, sealedParts }: PlacedEntry): Uint8Array[] {
  return thing === null && of === null ? [] : sealedParts.map(rowIdOf);
}

/** @param before the tree of all entries before it. */
function* checkBatch(
  { index, statement }: PlacedEntry,
  before: () => TreeEdge,
  origin: string,
): Generator<string> {
  const said = parseStatement(statement);
  if (said.kind !== 'batch') return;
  const root = rootHash(before());
  if (said.origin !== origin) yield `entry ${index} is a batch of another log`;
  if (said.size !== index || said.rootHash !== digestToHex(root))
    yield `entry ${index} is a batch of another tree than the entries before it make`;
}

function* checkReferences(walk: Walk, statement: Statement, at: string): Generator<string> {
  if (statement.kind === 'signature' && !walk.leaves.has(statement.of))
    yield `${at} signs an entry that does not come before it`;
  if (statement.kind === 'signature' && statement.prev !== undefined)
    if (walk.signatures.get(statement.prev) !== statement.of)
      yield `${at} does not name the last version of a signature over the same entry`;
  if (statement.kind !== 'record') return;
  if (statement.prev !== walk.latest.get(statement.tags.key))
    yield `${at} does not name the version before it`;
}

function* compareHeads(head: LogHead, walk: Walk, hypercore: HypercoreLog): Generator<string> {
  if (hypercore.length < head.length)
    yield `the log holds ${hypercore.length} blocks, the journal says ${head.length}`;
  if (hypercore.length > head.length)
    yield `the log holds ${hypercore.length} blocks, ${hypercore.length - head.length} more than the journal says`;
  if (hypercore.length !== head.length) return;
  if (!equalBytes(treeHash(walk.roots), head.treeHash))
    yield 'the blocks make another Hypercore tree than was signed';
  if (walk.edge.size !== head.size)
    yield `the log holds ${walk.edge.size} entries, ${head.size} were signed`;
  if (!equalBytes(rootHash(walk.edge), head.rootHash))
    yield 'the statements make another root hash than was signed';
}

function reasonOf(cause: unknown): string {
  return cause instanceof ChirographError ? cause.message : 'its bytes are not a block';
}
