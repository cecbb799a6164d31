/**
 * The state of one check of a log, while `checkLog` goes from place to place: the largest head so far that continues
 * every head before it, and the alarms so far. Each place, and each saved head, may add to both; at the end they are
 * the round that is printed, and the head is remembered for the next check.
 */
import type { UnixMillis } from '../../base/brand.js';
import {
  type Divergence,
  findDivergence,
  type KnownLog,
} from '../../evidence/misbehaviour/find-divergence.js';
import { CliError } from '../cli-error.js';
import { type Alarm, alarmOf } from './alarms.js';
import { changeOfKey, complaintOfSaved, earlierKeyOf, whyNotAsPinned } from './change-of-key.js';
import { compareHeads, decided } from './compare-heads.js';
import { type KnownHandover, pinnedHandovers, whyEnded } from './handovers.js';
import { withKeptTiles } from './kept-tiles.js';
import { handoversOf, hasSigned, type KeyQuestion, knownLogOf } from './known-log.js';
import { type MonitorState, stateOf } from './monitor-state.js';
import { changeOf, stateAfter } from './next-state.js';
import type { RemoteLog } from './remote-log.js';
import type { MonitorParts, Round } from './round.js';
import type { SavedHead } from './saved-heads.js';
import { headOf, rememberedOf, signedBy, type VerifiedHead } from './verified-head.js';

export class Look {
  readonly #parts: MonitorParts;
  readonly #at: UnixMillis;
  readonly #states: readonly MonitorState[];
  readonly #alarms: Alarm[] = [];
  readonly #handovers: KnownHandover[] = [];
  /** By place, the size that was shown there and followed. */
  readonly #seen = new Map<string, number>();
  #before: MonitorState | null;
  #best: VerifiedHead | null;

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
      const saved = { head: headOf(checkpoint), view: { checkpoint, fetchTile: null } };
      if (!hasSigned(log.key, checkpoint)) {
        const known = await handoversOf({
          ...{ origin: log.key.name, keys: [log.key] },
          ...this.#roots(this.#best.remote),
        });
        const by = earlierKeyOf(known, checkpoint, log.key);
        if (by !== null) {
          const wrong = await complaintOfSaved(known, by, saved.head, this.#best);
          if (wrong !== null) this.#alarm(wrong.code, place, wrong.detail);
          return;
        }
      }
      const found = await findDivergence(saved.view, view, log);
      divergence = saved.head.size < head.size ? await decided(found, saved, this.#best) : found;
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
    const [alarms, handovers] = [this.#alarms, this.#handovers];
    if (best === null) return { at: this.#at, head: null, change: 'none', alarms, handovers };
    const change = changeOf(this.#before, best);
    const state = stateAfter({ before: this.#before, best, seen: this.#seen, at: this.#at });
    const { grownAt } = state;
    const { staleMillis } = this.#parts;
    if (staleMillis !== null && this.#at - grownAt > staleMillis)
      this.#alarm(
        'stale',
        this.#parts.places[0].place,
        `no new entry for ${Math.floor((this.#at - grownAt) / 1000)} seconds`,
      );
    if (this.#seen.size > 0) await this.#parts.store.write(state);
    return { at: this.#at, head: best.head, change, alarms, handovers };
  }

  /** What the place shows, verified; null after an alarm. */
  async #see(remote: RemoteLog): Promise<VerifiedHead | null> {
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
      ...this.#roots(remote),
    });
    if (log === null) return this.#unknownKey(remote, origin);
    const checkpoint = signedBy(note, log);
    const head = headOf(checkpoint);
    const ended = whyEnded(pinnedHandovers(this.#parts.trust, origin), log.key, head);
    if (ended !== null) {
      this.#alarm('key-ended', remote.place, ended);
      return null;
    }
    return {
      log,
      head,
      view: { checkpoint, fetchTile: withKeptTiles(remote.fetchTile) },
      remote,
    };
  }

  /** What may vouch for a key: the owner's roots, the files that the owner has, then the node. */
  #roots(remote: RemoteLog | null): Pick<KeyQuestion, 'trust' | 'evidence'> {
    const { evidence, trust } = this.#parts;
    const own = evidence.map((bytes) => () => Promise.resolve(bytes));
    return { trust, evidence: remote === null ? own : [...own, remote.evidence] };
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

  async #follow(remote: RemoteLog, seen: VerifiedHead): Promise<void> {
    const best = this.#best;
    if (best === null) {
      const pinned = pinnedHandovers(this.#parts.trust, seen.log.key.name);
      const wrong = await whyNotAsPinned(pinned, seen, remote);
      if (wrong !== null) {
        this.#alarm(wrong.code, remote.place, wrong.detail);
        return;
      }
      this.#best = seen;
      this.#seen.set(remote.place, seen.head.size);
      return;
    }
    const { isNewKey, isShown, divergence } = await compareHeads(best, seen, remote);
    if (isNewKey && !(await this.#isFollowed(remote, best, seen))) return;
    if (divergence.kind === 'misbehaviour') {
      await this.#accuse(remote.place, seen.log, divergence);
      return;
    }
    this.#seen.set(remote.place, seen.head.size);
    const isConsistent = isShown || divergence.kind === 'consistent';
    if (isConsistent && seen.head.size >= best.head.size) this.#best = seen;
    else this.#complain(remote, seen, best, isConsistent);
  }

  /** @returns whether it is followed: also by a key that the owner's roots vouch for though no handover leads to it. */
  async #isFollowed(remote: RemoteLog, best: VerifiedHead, seen: VerifiedHead): Promise<boolean> {
    const known = await handoversOf({
      ...{ origin: seen.log.key.name, keys: [best.log.key] },
      ...this.#roots(remote),
    });
    const change = await changeOfKey(known, best, seen, remote);
    if (change.kind === 'handed-over') this.#handovers.push(...change.path);
    else this.#alarm(change.code, remote.place, change.detail);
    return change.kind === 'handed-over' || change.code === 'key-changed';
  }

  #complain(
    { place }: RemoteLog,
    seen: VerifiedHead,
    best: VerifiedHead,
    isConsistent: boolean,
  ): void {
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

/** Of a name that may be anyone’s. */
const MAX_SHOWN = 200;

function isUnreachable(cause: unknown): boolean {
  return cause instanceof CliError && cause.code === 'CLI_NODE_UNREACHABLE';
}
