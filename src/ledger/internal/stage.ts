/**
 * Staging: from drafts to the exact bytes of a commit. Reads the write state, changes nothing: what
 * comes out is written to the journal first, and only then to anything else.
 */
import type { LeafIndex, UnixMillis } from '../../base/brand.js';
import { toHex, utf8 } from '../../base/bytes.js';
import { digestFromHex, digestToHex, type HexDigest } from '../../base/hex-digest.js';
import type { RandomSource } from '../../base/random.js';
import { monthOf } from '../../base/secret-scope.js';
import { sealBlock } from '../../records/block.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { extend, inclusionProofsOfAppended, type TreeExtension } from '../../tlog/tile-tree.js';
import type { EntryDraft, Outcome } from '../entry-draft.js';
import { nextIndex } from '../log-head.js';
import type { NewRows } from '../tenant-vaults.js';
import { appendBlock, treeHash } from './hypercore-tree.js';
import type { JournalBlock } from './journal-payload.js';
import type { LogPosition, OpenLog } from './open-log.js';
import {
  followingKey,
  idempotencyKey,
  readIdempotent,
  readVersion,
  type StateRow,
  thingKey,
} from './state-keys.js';
import { blockRows, type PlacedEntry, tileRows } from './state-projection.js';
import { headRow, type WriteState } from './write-state.js';

export interface StagedLog {
  readonly log: OpenLog;
  readonly journalBlock: JournalBlock;
  readonly rows: readonly StateRow[];
  readonly position: LogPosition;
  /** One for each draft, in order; to be told only when the commit is durable. */
  readonly outcomes: () => readonly Outcome[];
}

/** A commit of drafts that append nothing has no block. */
export interface StagedNothing {
  readonly log: OpenLog;
  readonly journalBlock: null;
  readonly outcomes: () => readonly Outcome[];
}

export interface StageParts {
  readonly state: WriteState;
  readonly random: RandomSource;
  /** Collects the vault rows that the commit must carry. */
  readonly rows: NewRows;
}

export async function stage(
  log: OpenLog,
  drafts: readonly EntryDraft[],
  { state, random, rows }: StageParts,
  now: UnixMillis,
): Promise<StagedLog | StagedNothing> {
  const seen = await lookUp(log, drafts, state);
  const { head, roots, edge } = log.position;
  const first = nextIndex(head);
  const recordedAt = Math.max(now, head.recordedAt) as UnixMillis;
  const month = monthOf(recordedAt);
  const vaultEdition = rows.editionOf(log.tenant);
  const placed: (PlacedEntry & Pick<EntryDraft, 'secrets'>)[] = [];
  const results = drafts.map((draft): Placement => {
    const repeated = seen.repeated(draft);
    if (repeated !== null) return repeated;
    if (draft.mayOnlyRepeat === true) return { kind: 'refused' };
    if (draft.month !== null && draft.month !== month) return { kind: 'stale' };
    if (draft.vaultEdition !== null && draft.vaultEdition !== vaultEdition)
      return { kind: 'stale' };
    if (draft.follows !== null && seen.isFollowed(draft.follows)) return { kind: 'superseded' };
    const index = (first + placed.length) as LeafIndex;
    const prev = draft.thing === null ? undefined : seen.latest(draft.thing);
    const place = { index, recordedAt, ...(prev !== undefined && { prev }) };
    const statement = draft.statementAt(place, () =>
      placed.length === 0
        ? head.rootHash
        : extend(
            edge,
            placed.map((entry) => entry.leafHash),
          ).rootHash,
    );
    const { thing, of, follows, isBatch = false, idempotency, sealedParts, secrets } = draft;
    const hash = leafHash(statement);
    // Named one by one: spreading a draft costs more than hashing its statement.
    const entry = {
      index,
      statement,
      leafHash: hash,
      thing,
      of,
      follows,
      isBatch,
      idempotency,
      sealedParts,
      secrets,
    };
    placed.push(entry);
    seen.note(entry);
    return { kind: 'placed', at: placed.length - 1 };
  });
  if (placed.length === 0)
    return { log, journalBlock: null, outcomes: () => results.map(outcomeOfNothing) };

  const extension = extend(
    edge,
    placed.map((entry) => entry.leafHash),
  );
  const vaultRows = rows.claim(log.tenant, placed);
  const block = sealBlock(
    { firstIndex: first, vaultRows, entries: placed },
    log.secrets.block,
    { coreKey: log.hypercore.key, blockNumber: head.length },
    random,
  );
  const grown = appendBlock(roots, head.length, block);
  const next = {
    length: head.length + 1,
    treeHash: treeHash(grown),
    size: extension.edge.size,
    rootHash: extension.rootHash,
    recordedAt,
  };
  const checkpointBody = log.checkpointBody(next);
  return {
    log,
    journalBlock: {
      key: log.hypercore.key,
      block,
      head: next,
      checkpointBody: utf8(checkpointBody),
    },
    rows: [
      ...blockRows(log.number, head.length, placed),
      ...tileRows(log.number, extension.tiles),
      headRow(log.number, next),
    ],
    position: { head: next, roots: grown, edge: extension.edge },
    outcomes: () => outcomesOf(log, results, placed, recordedAt, checkpointBody, extension),
  };
}

type Placement =
  { readonly kind: 'placed'; readonly at: number } | Exclude<Outcome, { kind: 'appended' }>;

/** What earlier entries say about these drafts; knows of those placed in this very commit too. */
interface Seen {
  latest(thing: HexDigest): HexDigest | undefined;
  isFollowed(leaf: HexDigest): boolean;
  repeated(draft: EntryDraft): Exclude<Outcome, { kind: 'appended' }> | null;
  note(entry: PlacedEntry): void;
}

async function lookUp(
  log: OpenLog,
  drafts: readonly EntryDraft[],
  state: WriteState,
): Promise<Seen> {
  const things = drafts.flatMap(({ thing, isFirst }) => (thing === null || isFirst ? [] : [thing]));
  const tags = drafts.flatMap(({ idempotency }) => (idempotency === null ? [] : [idempotency.key]));
  const before = drafts.flatMap(({ follows }) => (follows === null ? [] : [follows]));
  const [versions, repeats, followers] = await Promise.all([
    state.getMany(things.map((thing) => thingKey(log.number, digestFromHex(thing)))),
    state.getMany(tags.map(idempotencyKey)),
    state.getMany(before.map((leaf) => followingKey(log.number, digestFromHex(leaf)))),
  ]);
  const followed = new Set(before.filter((_, at) => followers[at] !== null));
  const latest = new Map<HexDigest, HexDigest>();
  versions.forEach((value, at) => {
    const thing = things[at];
    if (value !== null && thing !== undefined)
      latest.set(thing, digestToHex(readVersion(value).leafHash));
  });
  const known = new Map<string, { log: number; index: LeafIndex; recordTag: Uint8Array }>();
  repeats.forEach((value, at) => {
    const tag = tags[at];
    if (value !== null && tag !== undefined) known.set(toHex(tag), readIdempotent(value));
  });
  return {
    latest: (thing) => latest.get(thing),
    isFollowed: (leaf) => followed.has(leaf),
    repeated: ({ idempotency }) => {
      const entry = idempotency === null ? undefined : known.get(toHex(idempotency.key));
      if (idempotency === null || entry === undefined) return null;
      const isSame = toHex(entry.recordTag) === toHex(idempotency.record);
      return { kind: isSame ? 'repeated' : 'conflict', log: entry.log, index: entry.index };
    },
    note: ({ thing, follows, leafHash: hash, index, idempotency }) => {
      if (follows !== null) followed.add(follows);
      if (thing !== null) latest.set(thing, digestToHex(hash));
      if (idempotency === null) return;
      const { key, record } = idempotency;
      known.set(toHex(key), { log: log.number, index, recordTag: record });
    },
  };
}

function outcomesOf(
  log: OpenLog,
  results: readonly Placement[],
  placed: readonly PlacedEntry[],
  recordedAt: UnixMillis,
  checkpointBody: string,
  extension: TreeExtension,
): readonly Outcome[] {
  const checkpoint = log.signCheckpoint(checkpointBody);
  const proofs = inclusionProofsOfAppended(extension);
  const { origin } = log.descriptor;
  return results.map((result): Outcome => {
    if (result.kind !== 'placed') return result;
    const entry = placed[result.at];
    const inclusionProof = proofs[result.at];
    if (entry === undefined || inclusionProof === undefined)
      throw new Error('placed but not there');
    const { index, leafHash: hash } = entry;
    return {
      kind: 'appended',
      origin,
      index,
      leafHash: hash,
      recordedAt,
      checkpoint,
      inclusionProof,
    };
  });
}

function outcomeOfNothing(result: Placement): Outcome {
  if (result.kind === 'placed') throw new Error('placed in a commit of nothing');
  return result;
}
