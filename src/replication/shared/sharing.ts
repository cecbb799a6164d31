/**
 * All ledgers that a node keeps together with others: their members of groups, their tails, and what is said over links about
 * them. Who is not to keep a ledger learns nothing of it, not even that it is there.
 */
import { atOnce } from '../../base/at-once.js';
import { Lanes } from '../../base/lanes.js';
import { Turns } from '../../base/turns.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { Ledger } from '../../ledger/ledger.js';
import { REPLICA_LIMITS } from '../../ledger/replica-logs.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { Candidates } from '../candidates.js';
import { GroupLinks } from '../group-links.js';
import { linkKeyOf } from '../links/link-settings.js';
import type { Link } from '../links/link.js';
import { lastTerm } from '../protocol/log-end.js';
import type { NodeId } from '../protocol/term.js';
import type { GroupWish } from '../replication-port.js';
import type { ReplicationSettings, SharingPeer } from '../replication-settings.js';
import { ErasedChannels } from './erased-channels.js';
import { givenOf } from './give-secrets.js';
import { GivenLogs } from './given-logs.js';
import { HeardLogs } from './heard-logs.js';
import { LogChannels } from './log-channels.js';
import type { LedgerOffer } from './offer.js';
import { Offering } from './offering.js';
import { SecretChannels, type GivenSecrets } from './secret-channels.js';
import { changeGroup, groupStatement } from './set-group.js';
import { type SharedEntry, SharedLedger } from './shared-ledger.js';
import type { SharedLedgerOptions } from './shared-options.js';
import type { SharingOptions } from './sharing-options.js';
import { Telling } from './telling.js';
import type { VotingLedger } from './voting-ledger.js';
import { Voting } from './voting.js';
import { isWanting, keepsData, keepsNoMore } from './who-keeps.js';

export class Sharing {
  readonly self: NodeId;
  readonly #options: SharingOptions;
  readonly #groups: GroupLinks;
  readonly #logs: LogChannels;
  readonly #secrets: SecretChannels;
  readonly #erased: ErasedChannels;
  readonly #offering: Offering;
  readonly #telling: Telling;
  readonly #voting: Voting;
  readonly #candidates: Candidates;
  /** By origin. */
  readonly #shared = new Map<string, SharedEntry>();
  readonly #links = new Map<NodeId, Link>();
  readonly #given = new GivenLogs();
  readonly #heard = new HeardLogs();
  /** Of which this node is to keep no data any more. */
  readonly #leaving = new WeakSet<SharedEntry>();
  /** Ledgers that are opened, founded, taken or given up, by origin. */
  readonly #openings = new Lanes(OPENED_AT_ONCE);
  readonly #tenants = new Turns();
  /** When it is looked at next, by the monotonic clock. */
  #lookAt = Infinity;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  private constructor(
    options: SharingOptions,
    groups: GroupLinks,
    candidates: Candidates,
    voting: Voting,
  ) {
    const { timers, onFailure } = options;
    this.#options = options;
    this.#groups = groups;
    this.#candidates = candidates;
    this.#voting = voting;
    this.self = groups.self;
    this.#logs = new LogChannels(timers, (from, announcement) => {
      const entry = this.#shared.get(announcement.origin);
      if (entry !== undefined && this.#keeps(entry.ledger, from))
        entry.ledger.hear(from, announcement);
    });
    this.#secrets = new SecretChannels({
      ...{ timers, onFailure },
      give: (to, asked) => this.#give(to, asked),
    });
    this.#telling = new Telling({ all: () => this.all().map(({ ledger }) => ledger), onFailure });
    // Whoever has kept the ledger may say so, a member still or not.
    this.#erased = new ErasedChannels((from, message) => {
      this.of(message.origin)?.hearErased(from, message);
    });
    this.#offering = new Offering({
      ...options,
      mayTake: (offer) => this.#mayTake(offer),
      take: (from, offer) => this.#inTurn(offer.origin, () => this.#take(from, offer)),
      claim: async (from, { claim, origin }) => {
        await voting.claim(from, origin, claim);
      },
    });
  }

  /** Opens what the node keeps already. @throws as `SharedLedger.open`; then nothing is left open. */
  static async open(options: SharingOptions): Promise<Sharing> {
    const { receipt, settings, store, timers, votes } = options;
    const byKey = new Map(settings.peers.map((peer) => [peer.linkKey, peer.receiptKey]));
    const groups = new GroupLinks({
      ...{ key: receipt, timers },
      nodeOf: (key) => byKey.get(key) ?? null,
    });
    const candidates = new Candidates(timers);
    candidates.hold();
    try {
      const voting = await Voting.open({ ...options, memory: votes, links: groups, candidates });
      const sharing = new Sharing(options, groups, candidates, voting);
      try {
        const shared = store.allLedgers().filter(({ isShared }) => isShared);
        await atOnce(shared, OPENED_AT_ONCE, (ledger) => sharing.#reopen(ledger));
        sharing.#look();
        candidates.release();
        return sharing;
      } catch (cause) {
        await sharing.close();
        throw cause;
      }
    } catch (cause) {
      candidates.close();
      throw cause;
    }
  }

  all(): readonly SharedEntry[] {
    return [...this.#shared.values()];
  }

  /** Those that this node has a vote for alone. */
  votedFor(): readonly VotingLedger[] {
    return this.#voting.all();
  }

  of(origin: string): SharedLedger | undefined {
    return this.#shared.get(origin)?.ledger;
  }

  isLinked(node: NodeId): boolean {
    return this.#links.has(node);
  }

  /** To be called when a link stands, before it is used. */
  onLink(peer: SharingPeer, link: Link): void {
    const node = peer.receiptKey;
    this.#groups.onLink(peer, link);
    this.#logs.onLink(node, link);
    this.#secrets.onLink(node, link);
    this.#erased.onLink(node, link);
    this.#offering.onLink(node, link, () => {
      for (const { ledger } of this.all()) ledger.forget(link.mux);
      this.#given.forget(link);
      if (this.#links.get(node) === link) this.#links.delete(node);
    });
    this.#links.set(node, link);
    this.#given.onLink(link);
    this.#given.give(node, link, this.all());
  }

  /**
   * Makes a ledger a shared one, or changes its group.
   *
   * @throws ReplicationError GROUP_REFUSED; LedgerError LEDGER_ELSEWHERE, and as appending.
   */
  async setGroup(ledger: Ledger, wanted: GroupWish): Promise<void> {
    const known = this.#shared.get(ledger.reader.origin)?.ledger;
    if (known === undefined || known.state.log.groups.length === 0)
      await this.#found(ledger, wanted);
    else await changeGroup(known, wanted);
    // Many ledgers may be shared one after the other: whoever is to have them is looked at once for some of them, and the
    // less often the more there are to look at.
    this.#lookIn(Math.min(LOOK_MILLIS, Math.max(SOON_MILLIS, this.#shared.size / 4)));
  }

  /** Nobody waits for other nodes any more, who may never come: what waits for them is refused. */
  callOff(): void {
    for (const { ledger } of this.all()) ledger.callOff();
  }

  /** Takes no part any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#candidates.close();
    await this.#openings.idle();
    // All at once: what one of them waits for may be another's to refuse.
    await Promise.all(this.all().map(({ ledger }) => ledger.close()));
    this.#shared.clear();
    await this.#voting.close();
    await this.#options.logs.close();
  }

  async #found(ledger: Ledger, wanted: GroupWish): Promise<void> {
    const { store } = this.#options;
    const { handle } = ledger.identity;
    await this.#inTurn(ledger.reader.origin, async () => {
      await this.#shared.get(ledger.reader.origin)?.ledger.close();
      this.#shared.delete(ledger.reader.origin);
      // A crash from here on leaves a shared ledger without a group: it is asked for again.
      await store.share(handle);
      await store.applied();
      const members = wanted.members.map(({ node }) => node);
      const term = { node: this.self, number: 1 };
      const { state } = await this.#open(ledger, members, {
        reader: ledger.reader,
        term,
        statementAt: (position) => groupStatement(wanted, term, position),
      });
      if (state.log.groups.length === 0)
        throw new LedgerError(
          'LEDGER_ELSEWHERE',
          'this node does not know yet who keeps the ledger: ask the node that writes it, or later',
        );
    });
  }

  /** What the node keeps already. */
  async #reopen(ledger: Ledger): Promise<void> {
    const { settings, store } = this.#options;
    // It was kept here once: nothing of it is shown any more, nor does it grow.
    if (this.#voting.of(ledger.reader.origin) !== undefined)
      store.withhold(ledger.identity.handle, true);
    else await this.#open(ledger, offering(settings));
  }

  #mayTake({ data, origin }: LedgerOffer): boolean {
    const voted = this.#voting.of(origin);
    const isHere = this.#shared.has(origin) || (data === null && voted !== undefined);
    return !isHere && this.#shared.size + this.#voting.all().length < MAX_SHARED;
  }

  async #take(from: NodeId, { claim, data, members, origin }: LedgerOffer): Promise<void> {
    const { adoptTenant, store } = this.#options;
    if (data === null) {
      await this.#voting.take(origin, claim);
      return;
    }
    // Whoever makes it forget what it knows must be who writes.
    const isVoted = this.#voting.of(origin) !== undefined;
    if (isVoted && !(await this.#voting.claim(from, origin, claim))) return;
    const { keys, ledger, tenant } = data;
    // Many ledgers of a tenant may come at once, and it is made once.
    await this.#tenants.take(() => adoptTenant(tenant));
    const adopted = await store.adoptLedger({ ...ledger, keys, origin, tenant: tenant.handle });
    if (isVoted) await this.#voting.giveUp(origin);
    // A crash from here on leaves a ledger that has none of the log yet.
    store.withhold(adopted.identity.handle, false);
    await this.#open(adopted, [...new Set([from, ...members])]);
  }

  /** The group has this node keep no data any more, and that is settled. */
  async #keepNoMore({ handle, ledger }: SharedEntry): Promise<void> {
    const { log, role } = ledger.state;
    const writer = role.kind === 'following' ? role.announced?.term : undefined;
    const believed = writer ?? lastTerm(log.end);
    const known = { end: log.end, groups: log.groups.slice(-2) };
    await ledger.close();
    this.#shared.delete(ledger.origin);
    this.#options.store.withhold(handle, true);
    // A crash up to here leaves a member that has the log as it was then, and comes here again.
    await this.#voting.goOn({ origin: ledger.origin, believed, known });
  }

  async #open(
    ledger: Ledger,
    acquaintances: readonly NodeId[],
    founding?: SharedLedgerOptions['founding'],
  ): Promise<SharedLedger> {
    const store = this.#options.store.sharedLog(ledger.identity.handle);
    const { origin } = store;
    const [first] = store.keys;
    if (first === undefined) throw new Error('a log without keys');
    const opened = await SharedLedger.open({
      ...this.#options,
      store,
      pinned: {
        origin,
        firstKey: parseVerifierKey(first.verifierKey),
        recoveryKey: parseVerifierKey(store.recoveryKey),
      },
      links: this.#groups,
      candidates: this.#candidates,
      secrets: this.#secrets,
      heard: this.#heard,
      acquaintances: acquaintances.filter((node) => node !== this.self),
      announce: (to, announcement, hasIt) => {
        // It hands out the right to replicate.
        const entry = this.#shared.get(origin);
        if (entry !== undefined && this.#keeps(entry.ledger, to))
          this.#logs.announce(to, announcement, !hasIt);
      },
      sayErased: (to, message) => {
        this.#erased.send(to, message);
      },
      passOn: async (named) => {
        const ledger = this.of(origin);
        if (ledger !== undefined) await this.#telling.passOn(ledger, named);
      },
      onOffender: (peer) => {
        this.#dropOffender(peer);
      },
      ...(founding && { founding }),
    });
    const entry = { handle: ledger.identity.handle, ledger: opened };
    this.#shared.set(origin, entry);
    for (const [node, link] of this.#links) this.#given.give(node, link, [entry]);
    return opened;
  }

  /** Groups change, and links come: who is to have what is looked at again and again. */
  #look(): void {
    if (this.#isClosed) return;
    for (const [node, link] of this.#links) {
      this.#given.give(node, link, this.all());
      this.#offering.offerTo(node, this.#wantingOf(node));
      this.#compareWith(node);
      if (this.#given.hasTooMuch(node, link, (origin) => this.of(origin))) void link.close();
    }
    for (const { ledger } of this.all()) {
      for (const { peer } of ledger.tail.peerForks()) this.#dropOffender(peer);
      ledger.look();
    }
    this.#telling.look();
    for (const entry of this.all())
      if (keepsNoMore(entry.ledger.state, entry.ledger.shown) && !this.#leaving.has(entry)) {
        this.#leaving.add(entry);
        this.#inTurn(entry.ledger.origin, () => this.#keepNoMore(entry)).catch((cause: unknown) => {
          if (!this.#isClosed) this.#options.onFailure(cause);
        });
      }
    this.#lookIn(LOOK_MILLIS);
  }

  #lookIn(millis: number): void {
    const { timers } = this.#options;
    const at = timers.now() + millis;
    if (this.#isClosed || at > this.#lookAt) return;
    this.#cancel();
    this.#lookAt = at;
    this.#cancel = timers.after(millis, () => {
      this.#lookAt = Infinity;
      this.#look();
    });
  }

  /** Members tell each other what they have, once a head: who writes might show each of them another history. */
  #compareWith(node: NodeId): void {
    for (const { ledger } of this.all()) {
      const { announcement } = ledger.tail;
      if (announcement !== null && this.#keeps(ledger, node))
        this.#logs.announce(node, announcement, false);
    }
  }

  /** What this node writes, and the peer gives no receipts for, or none any more. */
  #wantingOf(node: NodeId): readonly SharedEntry[] {
    const since = this.#options.timers.now() - OFFER_AFTER_MILLIS;
    return this.all().filter(({ ledger: { state } }) => isWanting(state, node, since));
  }

  /** It sent what is not of a log, or says that it has cut one. @param peer by which links know it. */
  #dropOffender(peer: Uint8Array | null): void {
    const linkKey = peer === null ? null : linkKeyOf(peer);
    for (const link of this.#links.values()) if (link.linkKey === linkKey) link.drop('garbage');
  }

  #keeps({ state }: SharedLedger, node: NodeId): boolean {
    return keepsData(state, node);
  }

  async #give(
    to: NodeId,
    asked: Parameters<typeof givenOf>[1] & { readonly origin: string },
  ): Promise<GivenSecrets | null> {
    const ledger = this.of(asked.origin);
    return ledger === undefined || !this.#keeps(ledger, to) ? null : givenOf(ledger, asked);
  }

  #inTurn<T>(origin: string, act: () => Promise<T>): Promise<T> {
    return this.#openings.take(origin, () => {
      if (this.#isClosed) throw new LedgerError('LEDGER_CLOSED', 'the node is stopping');
      return act();
    });
  }
}

/** Each waits for the disk most of the time, and holds what it reads. */
const OPENED_AT_ONCE = 8;
const LOOK_MILLIS = 1_000;
const SOON_MILLIS = 50;
const OFFER_AFTER_MILLIS = 2_000;
/** As many logs as a node follows. */
const MAX_SHARED = REPLICA_LIMITS.logs;

function offering({ peers }: ReplicationSettings): NodeId[] {
  return peers.filter(({ offers }) => offers).map(({ receiptKey }) => receiptKey);
}
