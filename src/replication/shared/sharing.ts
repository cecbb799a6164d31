/**
 * All ledgers that a node keeps together with others: their members of groups, their tails, and what is said over links about
 * them. Who is not to keep a ledger learns nothing of it, not even that it is there.
 */
import type { Logger } from '../../base/logger.js';
import type { RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import type { KeyStore, NoteKey } from '../../keys/key-store.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import { REPLICA_LIMITS, type ReplicaLogs } from '../../ledger/replica-logs.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { GroupLinks } from '../group-links.js';
import { linkKeyOf } from '../links/link-settings.js';
import type { Link } from '../links/link.js';
import type { Timers } from '../links/timers.js';
import { memberOf } from '../protocol/group.js';
import { lastTerm } from '../protocol/log-end.js';
import { groupsInQuestion } from '../protocol/log-view.js';
import type { Timing } from '../protocol/rules.js';
import type { NodeId } from '../protocol/term.js';
import type { ReplicaMemory } from '../replica/replica-memory.js';
import type { GroupWish } from '../replication-port.js';
import type { ReplicationSettings, SharingPeer } from '../replication-settings.js';
import { ErasedChannels } from './erased-channels.js';
import type { ErasedTiming, ErasingPort } from './erasing.js';
import { LogChannels } from './log-channels.js';
import type { LedgerOffer, OfferedLedger } from './offer.js';
import { Offering } from './offering.js';
import { SecretChannels, type GivenSecrets } from './secret-channels.js';
import { MAX_ANSWERED } from './secret-message.js';
import { changeGroup, groupStatement } from './set-group.js';
import { type SharedEntry, SharedLedger } from './shared-ledger.js';
import type { SharedLedgerOptions } from './shared-options.js';
import { Telling } from './telling.js';
import type { VotingLedger } from './voting-ledger.js';
import type { VotingMemory } from './voting-memory.js';
import { Voting } from './voting.js';

export interface SharingOptions {
  readonly settings: ReplicationSettings;
  /** Signs votes, and names this node. */
  readonly receipt: NoteKey;
  readonly store: LedgerStore;
  readonly keyStore: KeyStore;
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
  readonly votes: VotingMemory;
  /** Of this node, as `Mark.run` counts. */
  readonly run: number;
  /** Makes a tenant of another node this one's too. */
  readonly adoptTenant: (offered: OfferedLedger['tenant']) => Promise<void>;
  readonly erasing: ErasingPort;
  readonly erasedTiming?: ErasedTiming;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timers: Timers;
  readonly timing?: Timing;
  readonly logger: Logger;
  readonly onFailure: (cause: unknown) => void;
}

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
  /** By origin. */
  readonly #shared = new Map<string, SharedEntry>();
  readonly #links = new Map<NodeId, Link>();
  /** Which tails are given to whom. */
  readonly #given = new Map<Link, Set<string>>();
  /** Of which this node is to keep no data any more. */
  readonly #leaving = new WeakSet<SharedEntry>();
  #opening: Promise<unknown> = Promise.resolve();
  /** When it is looked at next, by the monotonic clock. */
  #lookAt = Infinity;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  private constructor(options: SharingOptions, groups: GroupLinks, voting: Voting) {
    const { timers, onFailure } = options;
    this.#options = options;
    this.#groups = groups;
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
      take: (from, offer) => this.#inTurn(() => this.#take(from, offer)),
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
    const voting = await Voting.open({ ...options, memory: votes, links: groups });
    const sharing = new Sharing(options, groups, voting);
    try {
      for (const ledger of store.allLedgers()) {
        if (!ledger.isShared) continue;
        // It was kept here once: nothing of it is shown any more, nor does it grow.
        const { handle } = ledger.identity;
        if (voting.of(ledger.reader.origin) !== undefined) store.withhold(handle, true);
        else await sharing.#open(ledger, offering(settings));
      }
      sharing.#look();
      return sharing;
    } catch (cause) {
      await sharing.close();
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
      this.#given.delete(link);
      if (this.#links.get(node) === link) this.#links.delete(node);
    });
    this.#links.set(node, link);
    this.#given.set(link, new Set());
    this.#tell(node, link);
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
    // Many ledgers may be shared one after the other: whoever is to have them is looked at once for some of them.
    this.#lookIn(SOON_MILLIS);
  }

  /** Takes no part any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#opening;
    // All at once: what one of them waits for may be another's to refuse.
    await Promise.all(this.all().map(({ ledger }) => ledger.close()));
    this.#shared.clear();
    await this.#voting.close();
    await this.#options.logs.close();
  }

  async #found(ledger: Ledger, wanted: GroupWish): Promise<void> {
    const { store } = this.#options;
    const { handle } = ledger.identity;
    await this.#inTurn(async () => {
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
    await adoptTenant(tenant);
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

  #isWithoutData({ state: { log, role, self } }: SharedLedger, shown: number): boolean {
    const last = log.groups.at(-1);
    return (
      last !== undefined &&
      last.block < shown &&
      role.kind !== 'writing' &&
      memberOf(last.group, self)?.hasData === false
    );
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
      secrets: this.#secrets,
      acquaintances: acquaintances.filter((node) => node !== this.self),
      announce: (to, announcement, hasIt) => {
        // It hands out the right to replicate.
        const entry = this.#shared.get(origin);
        if (entry !== undefined && this.#keeps(entry.ledger, to))
          this.#logs.announce(to, announcement, hasIt ? null : undefined);
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
    for (const [node, link] of this.#links) this.#tell(node, link, [entry]);
    return opened;
  }

  /** Groups change, and links come: who is to have what is looked at again and again. */
  #look(): void {
    if (this.#isClosed) return;
    for (const [node, link] of this.#links) {
      this.#tell(node, link);
      this.#offering.offerTo(node, this.#wantingOf(node));
      this.#compareWith(node);
      if (this.#hasTooMuch(node, link)) void link.close();
    }
    for (const { ledger } of this.all()) {
      for (const { peer } of ledger.tail.peerForks()) this.#dropOffender(peer);
      ledger.look();
    }
    this.#telling.look();
    for (const entry of this.all())
      if (this.#isWithoutData(entry.ledger, entry.ledger.shown) && !this.#leaving.has(entry)) {
        this.#leaving.add(entry);
        this.#inTurn(() => this.#keepNoMore(entry)).catch((cause: unknown) => {
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

  /** Gives a peer those logs that it keeps too. */
  #tell(node: NodeId, link: Link, entries: readonly SharedEntry[] = this.all()): void {
    const given = this.#given.get(link);
    if (given === undefined) return;
    for (const { ledger } of entries) {
      if (given.has(ledger.origin) || !this.#keeps(ledger, node)) continue;
      given.add(ledger.origin);
      ledger.replicateWith(link.mux);
    }
  }

  /** Members tell each other what they have, once a head: who writes might show each of them another history. */
  #compareWith(node: NodeId): void {
    for (const { ledger } of this.all()) {
      const { announcement } = ledger.tail;
      if (announcement !== null && this.#keeps(ledger, node))
        this.#logs.announce(node, announcement, null);
    }
  }

  /** A Hypercore is given for as long as a link stands: with the next one the peer gets what it still keeps. */
  #hasTooMuch(node: NodeId, link: Link): boolean {
    return [...(this.#given.get(link) ?? [])].some((origin) => {
      const ledger = this.of(origin);
      return ledger !== undefined && !this.#keeps(ledger, node);
    });
  }

  /** What this node writes, and the peer gives no receipts for, or none any more. */
  #wantingOf(node: NodeId): readonly SharedEntry[] {
    const since = this.#options.timers.now() - OFFER_AFTER_MILLIS;
    return this.all().filter(({ ledger: { state } }) => {
      const { log, role, shown } = state;
      return (
        role.kind === 'writing' &&
        (role.heardAt.get(node) ?? -Infinity) < since &&
        groupsInQuestion(log, shown).some((group) => memberOf(group, node) !== undefined)
      );
    });
  }

  /** It sent what is not of a log, or says that it has cut one. @param peer by which links know it. */
  #dropOffender(peer: Uint8Array | null): void {
    const linkKey = peer === null ? null : linkKeyOf(peer);
    for (const link of this.#links.values()) if (link.linkKey === linkKey) link.drop('garbage');
  }

  /** Who has been left out of the group has had its last block once that is settled. */
  #keeps({ state: { acquaintances, log, shown } }: SharedLedger, node: NodeId): boolean {
    const groups = groupsInQuestion(log, shown);
    const isMember = groups.some((group) => memberOf(group, node)?.hasData === true);
    return isMember || (groups.length === 0 && acquaintances.includes(node));
  }

  async #give(
    to: NodeId,
    {
      origin,
      from,
      to: end,
    }: { readonly origin: string; readonly from: number; readonly to: number },
  ): Promise<GivenSecrets | null> {
    const ledger = this.of(origin);
    if (ledger === undefined || !this.#keeps(ledger, to)) return null;
    const last = Math.min(end, ledger.tail.view.end.length);
    const secrets = [];
    let at = from;
    for (; at < last && secrets.length < MAX_ANSWERED / 16; at++)
      secrets.push(...(await ledger.store.secrets.ofBlock(await ledger.tail.block(at), at)));
    return at === from ? null : { to: at, secrets };
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#opening.then(() => {
      if (this.#isClosed) throw new LedgerError('LEDGER_CLOSED', 'the node is stopping');
      return act();
    });
    this.#opening = Promise.allSettled([done]);
    return done;
  }
}

const LOOK_MILLIS = 1_000;
const SOON_MILLIS = 50;
const OFFER_AFTER_MILLIS = 2_000;
/** As many logs as a node follows. */
const MAX_SHARED = REPLICA_LIMITS.logs;

function offering({ peers }: ReplicationSettings): NodeId[] {
  return peers.filter(({ offers }) => offers).map(({ receiptKey }) => receiptKey);
}
