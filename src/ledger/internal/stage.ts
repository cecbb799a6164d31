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
import { type LogHead, nextIndex } from '../log-head.js';
import type { NewRows } from '../tenant-vaults.js';
import { grow } from './grow.js';
import type { JournalBlock } from './journal-payload.js';
import { noteRow } from './kept-notes.js';
import type { LogPosition, OpenLog } from './open-log.js';
import {
  followingKey,
  idempotencyKey,
  readIdempotent,
  readVersion,
  type StateRow,
  thingKey,
} from './state-keys.js';
import type { PlacedEntry } from './state-projection.js';
import { headRow, type WriteState } from './write-state.js';

/** Blocks of one log that a commit takes through journal, Hypercore and write state. */
export interface Carried {
  readonly log: OpenLog;
  /** At least one, in order, on the log's head. */
  readonly blocks: readonly JournalBlock[];
  readonly rows: readonly StateRow[];
  /** Behind the last of them. */
  readonly position: LogPosition;
}

export interface StagedLog extends Carried {
  /** One for each draft, in order; to be told only when the commit is durable. */
  readonly outcomes: () => readonly Outcome[];
}

/** A commit of drafts that append nothing has no block. */
export interface StagedNothing {
  readonly log: OpenLog;
  readonly blocks: null;
  readonly outcomes: () => readonly Outcome[];
}

/** What a block is put on, and by which keys its checkpoint is signed. */
export interface Seat {
  readonly position: LogPosition;
  readonly checkpointBody: (head: LogHead) => string;
  readonly sign: (body: string) => string;
}

/** The head, and the keys that the log has now. */
export function seatOf(log: OpenLog): Seat {
  return {
    position: log.position,
    checkpointBody: (head) => log.checkpointBody(head),
    sign: (body) => log.signCheckpoint(body),
  };
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
  seat: Seat = seatOf(log),
): Promise<StagedLog | StagedNothing> {
  const seen = await lookUp(log, drafts, state);
  const { head, edge } = seat.position;
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
    return { log, blocks: null, outcomes: () => results.map(outcomeOfNothing) };

  const isShared = log.descriptor.shared === true;
  const vaultRows = isShared
    ? await rows.claimForOthers(log.tenant, placed)
    : rows.claim(log.tenant, placed);
  const block = sealBlock(
    { firstIndex: first, vaultRows, entries: placed },
    log.secrets.block,
    { coreKey: log.hypercore.key, blockNumber: head.length },
    random,
  );
  const grown = grow(log.number, seat.position, block, placed, recordedAt);
  const body = seat.checkpointBody(grown.head);
  // Others may write a shared log before it is asked for again: it is signed now, and kept.
  const note = isShared ? seat.sign(body) : null;
  return {
    log,
    blocks: [
      { key: log.hypercore.key, block, head: grown.head, checkpointBody: utf8(note ?? body) },
    ],
    rows: [
      ...grown.rows,
      headRow(log.number, grown.head),
      ...(note === null ? [] : [noteRow(log.number, grown.head.size, note)]),
    ],
    position: { ...grown.position, note },
    outcomes: () =>
      outcomesOf(log, results, placed, recordedAt, note ?? seat.sign(body), grown.extension),
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
  checkpoint: string,
  extension: TreeExtension,
): readonly Outcome[] {
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
