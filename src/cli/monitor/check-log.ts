/**
 * One look at a log: the head of each place, each against the largest that is known to continue all before
 * it. What is remembered, and a proof, are on disk before anything is said of them.
 */
import type { UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import type { Clock } from '../../base/time.js';
import {
  type Divergence,
  findDivergence,
  type KnownLog,
} from '../../evidence/misbehaviour/find-divergence.js';
import type { LogView } from '../../evidence/misbehaviour/log-view.js';
import { MAX_NOTE_CHARACTERS } from '../../evidence/misbehaviour/misbehaviour-file.js';
import type { Trust } from '../../evidence/trust.js';
import { type Checkpoint, parseCheckpoint } from '../../tlog/checkpoint.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import {
  formatSignedNote,
  noteVerifier,
  parseSignedNote,
  verifyNote,
} from '../../tlog/signed-note.js';
import type { TileId } from '../../tlog/tile.js';
import { CliError } from '../cli-error.js';
import { type Alarm, alarmOf } from './alarms.js';
import { isSame, knownLogOf, logOf } from './known-log.js';
import { MAX_SOURCES, type MonitorState, type Source } from './monitor-state.js';
import type { MonitorStore } from './monitor-store.js';
import type { RemoteLog } from './remote-log.js';
import type { SavedHead } from './saved-heads.js';

export interface MonitorParts {
  /** The one that is watched, and others that must show the same log. */
  readonly places: readonly [RemoteLog, ...RemoteLog[]];
  readonly saved: readonly SavedHead[];
  /** Evidence files of the log that the owner has: they may vouch for its key. */
  readonly evidence: readonly Uint8Array[];
  readonly trust: Trust;
  readonly store: MonitorStore;
  readonly clock: Clock;
  /** For how long a log may not grow; null for ever. */
  readonly staleMillis: number | null;
  /** Says what is being looked at, to whom it may interest. */
  readonly progress: (text: string) => void;
}

export interface Round {
  readonly at: UnixMillis;
  /** The largest head that is known to continue all before it; null if none was ever seen. */
  readonly head: Checkpoint | null;
  readonly change: 'first' | 'grown' | 'none';
  readonly alarms: readonly Alarm[];
}

/**
 * @throws CliError CLI_USAGE where no key is known that could have signed what is seen for the first time,
 * CLI_FILE for a memory that cannot be read or written; at the first look also what the node refuses.
 */
export async function checkLog(parts: MonitorParts): Promise<Round> {
  const at = parts.clock.now();
  const states = await parts.store.read();
  const before = stateOf(parts.places[0].place, states);
  const look = new Look(parts, at, states, before);
  for (const place of parts.places) {
    parts.progress(place.place);
    await look.at(place);
  }
  for (const head of parts.saved) await look.atSaved(head);
  return look.end();
}

/** What is known so far in one look. */
interface Known {
  readonly log: KnownLog;
  readonly head: Checkpoint;
  readonly view: LogView;
}

class Look {
  readonly #parts: MonitorParts;
  readonly #at: UnixMillis;
  readonly #states: readonly MonitorState[];
  readonly #alarms: Alarm[] = [];
  /** By place, the size that was shown there and followed. */
  readonly #seen = new Map<string, number>();
  #before: MonitorState | null;
  #best: Known | null;

  constructor(
    parts: MonitorParts,
    at: UnixMillis,
    states: readonly MonitorState[],
    before: MonitorState | null,
  ) {
    this.#parts = parts;
    this.#at = at;
    this.#states = states;
    this.#before = before;
    this.#best = before === null ? null : rememberedOf(before);
  }

  async at(remote: RemoteLog): Promise<void> {
    try {
      const seen = await this.#see(remote);
      if (seen !== null) await this.#follow(remote, seen);
    } catch (cause) {
      // Before anything was ever seen it is the configuration that is wrong; afterwards it is news.
      if (this.#best === null && !isUnreachable(cause)) throw cause;
      this.#alarms.push(alarmOf(remote.place, cause));
    }
  }

  /** A head that somebody kept must be of this log, and what the node shows must continue it. */
  async atSaved({ place, checkpoint }: SavedHead): Promise<void> {
    if (this.#best === null) return;
    const { log, head, view } = this.#best;
    let divergence: Divergence;
    try {
      divergence = await findDivergence({ checkpoint, fetchTile: null }, view, log);
    } catch (cause) {
      // The hashes were the node's to give; all else is the file's fault, and must not silence what was found.
      const isNodes = cause instanceof CliError;
      this.#alarms.push(alarmOf(isNodes ? this.#parts.places[0].place : place, cause));
      return;
    }
    const { size } = headOf(checkpoint);
    if (divergence.kind === 'misbehaviour') await this.#accuse(place, log, divergence);
    else if (size > head.size)
      this.#alarm(
        'rollback',
        place,
        `a head of ${size} entries was signed; shown are ${head.size}`,
      );
    else if (divergence.kind === 'undecided' && view.fetchTile !== null)
      this.#alarm('unproven', place, `nothing shows that the head of ${head.size} continues it`);
  }

  async end(): Promise<Round> {
    const best = this.#best;
    if (best === null) return { at: this.#at, head: null, change: 'none', alarms: this.#alarms };
    const before = this.#before;
    const isFirst = before === null;
    const hasGrown = !isFirst && best.head.size > headOf(before.checkpoint).size;
    const grownAt = before === null || hasGrown ? this.#at : before.grownAt;
    const { staleMillis } = this.#parts;
    if (staleMillis !== null && this.#at - grownAt > staleMillis)
      this.#alarm(
        'stale',
        this.#parts.places[0].place,
        `no new entry for ${Math.floor((this.#at - grownAt) / 1000)} seconds`,
      );
    if (this.#seen.size > 0)
      await this.#parts.store.write({
        checkpoint: best.view.checkpoint,
        ...best.log,
        grownAt,
        seenAt: this.#at,
        sources: this.#sources(),
      });
    return {
      at: this.#at,
      head: best.head,
      change: isFirst ? 'first' : hasGrown ? 'grown' : 'none',
      alarms: this.#alarms,
    };
  }

  /** What the place shows, verified; null after an alarm. */
  async #see(remote: RemoteLog): Promise<Known | null> {
    const note = await remote.checkpoint();
    const { origin } = headOf(note);
    const expected = this.#expectedOrigin(remote);
    if (expected !== null && origin !== expected) {
      this.#alarm(
        'origin-changed',
        remote.place,
        `it shows ${origin.slice(0, MAX_SHOWN)} instead of ${expected}`,
      );
      return null;
    }
    const remembered = this.#before ?? this.#states.find(({ key }) => key.name === origin) ?? null;
    if (this.#best === null && remembered !== null) {
      this.#before = remembered;
      this.#best = rememberedOf(remembered);
    }
    const log = await knownLogOf({
      checkpoint: note,
      origin,
      state: remembered,
      trust: this.#parts.trust,
      evidence: [
        ...this.#parts.evidence.map((bytes) => () => Promise.resolve(bytes)),
        remote.evidence,
      ],
    });
    if (log === null) return this.#unknownKey(remote, origin);
    const checkpoint = signedBy(note, log);
    return { log, head: headOf(checkpoint), view: { checkpoint, fetchTile: once(remote) } };
  }

  #expectedOrigin({ place }: RemoteLog): string | null {
    if (this.#best !== null) return this.#best.log.key.name;
    return stateOf(place, this.#states)?.key.name ?? null;
  }

  #unknownKey({ place }: RemoteLog, origin: string): null {
    const isNamed = this.#parts.trust.logs.some(({ name }) => name === origin);
    if (this.#best === null && !isNamed)
      throw new CliError(
        'CLI_USAGE',
        `no key of ${origin.slice(0, MAX_SHOWN)} is known: name it with --log-key, or pin its recovery key in a --trust file, with a key that may export evidence or an evidence file as --compare`,
      );
    this.#alarm('key-unknown', place, 'its head is signed by no key that is known for the log’s');
    return null;
  }

  async #follow(remote: RemoteLog, seen: Known): Promise<void> {
    const best = this.#best;
    if (best === null) {
      this.#best = seen;
      this.#seen.set(remote.place, seen.head.size);
      return;
    }
    const isNewKey = !isSame(best.log.key, seen.log.key);
    if (isNewKey)
      this.#alarm('key-changed', remote.place, 'its head is signed by another key of the log');
    const isShown = seen.head.size > best.head.size && (await continues(best, seen, remote));
    const divergence = isNewKey
      ? acrossKeys(best, seen, isShown)
      : await findDivergence(
          // Where it was shown, only the bindings are left to compare.
          isShown ? { ...best.view, fetchTile: null } : best.view,
          isShown ? { ...seen.view, fetchTile: null } : seen.view,
          seen.log,
        );
    if (divergence.kind === 'misbehaviour') {
      await this.#accuse(remote.place, seen.log, divergence);
      return;
    }
    this.#seen.set(remote.place, seen.head.size);
    const isConsistent = isShown || divergence.kind === 'consistent';
    if (isConsistent && seen.head.size >= best.head.size) this.#best = seen;
    else this.#complain(remote, seen, best, isConsistent);
  }

  #complain({ place }: RemoteLog, seen: Known, best: Known, isConsistent: boolean): void {
    const [size, known] = [seen.head.size, best.head.size];
    // A place may be behind another, and not behind itself.
    const before = this.#before?.sources.find((source) => source.place === place)?.size ?? 0;
    if (size < before)
      this.#alarm('rollback', place, `a head of ${before} entries was seen; now it shows ${size}`);
    else if (!isConsistent)
      this.#alarm(
        'unproven',
        place,
        `nothing shows that heads of ${size} and ${known} are of one log`,
      );
  }

  /** The largest size of each place, those of this look at the end. */
  #sources(): readonly Source[] {
    const before = this.#before?.sources ?? [];
    const now = [...this.#seen].map(([place, size]) => ({
      place,
      size: Math.max(size, before.find((source) => source.place === place)?.size ?? 0),
    }));
    return [...before.filter(({ place }) => !this.#seen.has(place)), ...now].slice(-MAX_SOURCES);
  }

  async #accuse(
    place: string,
    { key }: KnownLog,
    { proof, shows, firstDifference }: Extract<Divergence, { kind: 'misbehaviour' }>,
  ): Promise<void> {
    const path = await this.#parts.store.keepProof(key, proof);
    const where = firstDifference === null ? '' : `, the first at index ${firstDifference}`;
    this.#alarms.push({
      code: 'misbehaviour',
      place,
      detail: `the log’s key signed two histories (${shows}${where})`,
      proof: path,
    });
  }

  #alarm(code: Alarm['code'], place: string, detail: string): void {
    this.#alarms.push({ code, place, detail });
  }
}

function stateOf(place: string, states: readonly MonitorState[]): MonitorState | null {
  return states.find(({ sources }) => sources.some((source) => source.place === place)) ?? null;
}

function rememberedOf(state: MonitorState): Known {
  const { checkpoint } = state;
  return { log: logOf(state), head: headOf(checkpoint), view: { checkpoint, fetchTile: null } };
}

/** @throws TlogError for what is no checkpoint. */
function headOf(note: string): Checkpoint {
  return parseCheckpoint(parseSignedNote(note).text);
}

/** The note with the log's signature and no other. */
function signedBy(text: string, { key }: KnownLog): string {
  const note = parseSignedNote(text);
  const signed = formatSignedNote({
    text: note.text,
    signatures: verifyNote(note, noteVerifier(key)).slice(0, 1),
  });
  // What cannot be remembered must not be followed.
  if (signed.length > MAX_NOTE_CHARACTERS)
    throw new CliError('CLI_ANSWER_UNUSABLE', 'its head is longer than any log’s');
  return signed;
}

/** By the node's own proof: one question where tiles would be several. */
async function continues(best: Known, seen: Known, remote: RemoteLog): Promise<boolean> {
  if (best.head.size === 0) return true;
  const proof = await remote.consistency(best.head.size, seen.head.size);
  return (
    proof !== null &&
    verifyConsistency({
      from: best.head.size,
      fromRoot: best.head.rootHash,
      to: seen.head.size,
      toRoot: seen.head.rootHash,
      proof,
    })
  );
}

/** What two keys signed proves nothing of either. */
function acrossKeys({ head: best }: Known, { head: seen }: Known, isShown: boolean): Divergence {
  const isOne = best.size === seen.size && toHex(best.rootHash) === toHex(seen.rootHash);
  return isShown || isOne ? { kind: 'consistent' } : { kind: 'undecided', reason: 'no-tiles' };
}

/** Of a name that may be anyone's. */
const MAX_SHOWN = 200;
const MAX_KEPT_TILES = 2_048;

/** Each tile once a look. */
function once({ fetchTile }: RemoteLog): RemoteLog['fetchTile'] {
  const kept = new Map<string, Promise<Uint8Array>>();
  return (tile: TileId) => {
    const name = `${tile.level}/${tile.index}/${tile.width}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const fetched = fetchTile(tile);
    if (kept.size < MAX_KEPT_TILES) kept.set(name, fetched);
    return fetched;
  };
}

function isUnreachable(cause: unknown): boolean {
  return cause instanceof CliError && cause.code === 'CLI_NODE_UNREACHABLE';
}
