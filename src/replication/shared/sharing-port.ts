/** What routes, monitoring and the command line see of the ledgers that this node shares. */
import { setTimeout as delay } from 'node:timers/promises';
import type { UnixMillis } from '../../base/brand.js';
import type { Clock } from '../../base/time.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Links } from '../links/links.js';
import type { Timers } from '../links/timers.js';
import { type Group, type Member, memberOf, standsIn, stoppingSites } from '../protocol/group.js';
import { lastTerm } from '../protocol/log-end.js';
import { groupOf } from '../protocol/log-view.js';
import type { MemberState } from '../protocol/member-state.js';
import type { NodeId } from '../protocol/term.js';
import { ReplicationError } from '../replication-error.js';
import type {
  GroupStatus,
  MemberStatus,
  OwnNode,
  ReplicationPort,
  SharedLedgerStatus,
  SharedRole,
} from '../replication-port.js';
import type { ReplicationSettings } from '../replication-settings.js';
import type { SharedLedger } from './shared-ledger.js';
import type { Sharing } from './sharing.js';
import type { VotingLedger } from './voting-ledger.js';

export interface SharingPortParts {
  readonly sharing: Sharing;
  readonly links: Links;
  readonly own: OwnNode;
  readonly settings: ReplicationSettings;
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly timers: Timers;
}

const PAUSE_MILLIS = 50;

export function sharingPort(parts: SharingPortParts): ReplicationPort {
  const { sharing, links, own, settings, store } = parts;
  const ledgerNamed = (tenant: string, name: string): Ledger => {
    const found = store.tenantNamed(tenant);
    if (found === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return store.ledger(found.handle, name);
  };
  return {
    status: () => {
      const ledgers = [
        ...sharing.all().map(({ handle, ledger }) => statusOf(handle, ledger, parts)),
        ...sharing.votedFor().map((ledger) => votingStatus(ledger, parts)),
      ];
      const warnings = ledgers.flatMap(({ ledger, origin, stoppingSites: sites }) =>
        sites.length === 0
          ? []
          : [`${ledger ?? origin}: the loss of the site ${sites.join(', or of ')} alone stops it`],
      );
      return { node: own, links: links.status(), ledgers, warnings };
    },
    statusOf: (tenant, name) => {
      const { identity, reader } = ledgerNamed(tenant, name);
      const shared = sharing.of(reader.origin);
      return shared === undefined ? null : statusOf(identity.handle, shared, parts);
    },
    setGroup: async (tenant, name, wanted) => {
      await sharing.setGroup(ledgerNamed(tenant, name), wanted);
    },
    move: async (tenant, name, to, signal) => {
      const shared = sharedOf(sharing, ledgerNamed(tenant, name));
      const { state } = shared;
      if (state.role.kind !== 'writing')
        throw new LedgerError('LEDGER_ELSEWHERE', 'a ledger is moved by the node that writes it');
      const member = memberOf(groupOf(state.log), to);
      if (member?.hasData === false)
        throw new ReplicationError(
          'MOVE_REFUSED',
          'it has a vote and no data: set a group in which it keeps the data first',
        );
      if (member?.mayWrite !== true)
        throw new ReplicationError('MOVE_REFUSED', 'it is no member that may write');
      shared.move(to);
      while (writerOf(shared.state) !== to) {
        if (signal.aborted)
          throw new ReplicationError('MOVE_TIMED_OUT', 'the other node did not take over in time');
        if (writerOf(shared.state) === sharing.self) shared.move(to);
        await delay(PAUSE_MILLIS);
      }
    },
    writerUrl: (origin) => {
      const shared = sharing.of(origin);
      const writer = shared === undefined ? null : writerOf(shared.state);
      return settings.peers.find(({ receiptKey }) => receiptKey === writer)?.url ?? null;
    },
    atAll: async (origin, size, signal) => {
      const shared = sharing.of(origin);
      while (shared !== undefined && !signal.aborted && !haveAll(shared, size))
        await delay(PAUSE_MILLIS);
    },
    misbehaviour: async (origin) => (await sharing.of(origin)?.misbehaviour()) ?? null,
    lagOf: (origin) => {
      const shared = sharing.of(origin);
      return shared === undefined
        ? null
        : { lag: lagOf(shared), silentSince: silence(shared, parts) };
    },
  };
}

function sharedOf(sharing: Sharing, ledger: Ledger): SharedLedger {
  const shared = sharing.of(ledger.reader.origin);
  if (shared === undefined)
    throw new ReplicationError(
      'MOVE_REFUSED',
      'the ledger is not a shared one: set its group first',
    );
  return shared;
}

function statusOf(
  handle: string,
  shared: SharedLedger,
  parts: SharingPortParts,
): SharedLedgerStatus {
  const { state, store, tail } = shared;
  const ledger = parts.store.ledgerOf(handle);
  const tenant = ledger && parts.store.tenantOf(ledger.identity.tenant);
  const group = groupOf(state.log);
  return {
    tenant: tenant?.name ?? '',
    ledger: ledger?.identity.name ?? '',
    hasData: true,
    origin: shared.origin,
    role: roleOf(state),
    term: state.promised.number === 0 ? lastTerm(state.log.end) : state.promised,
    writer: writerOf(state),
    length: state.log.end.length,
    shown: state.shown,
    size: store.head.size,
    lag: lagOf(shared),
    silentSince: silence(shared, parts),
    group: groupStatus(shared, parts),
    stoppingSites: group === null ? [] : stoppingSites(group),
    alarm: tail.alarm,
    isStoodIn: isStoodIn(state, group, parts.sharing),
    doubted: null,
  };
}

/** Whether members without data that are linked make up for those with data that are away. */
function isStoodIn({ role, self }: MemberState, group: Group | null, sharing: Sharing): boolean {
  if (group === null || role.kind !== 'writing' || !role.isStoodIn) return false;
  if (group.members.every(({ hasData }) => hasData)) return false;
  const nodes = group.members.map(({ node }) => node);
  const there = new Set(nodes.filter((node) => node === self || sharing.isLinked(node)));
  return standsIn(group, there, () => true);
}

/** Of a ledger that this node has a vote for alone. */
function votingStatus(voted: VotingLedger, parts: SharingPortParts): SharedLedgerStatus {
  const { believed, doubted, origin, state } = voted;
  const group = groupOf(state.log);
  const receipts = new Map<NodeId, number>();
  const said = { state, receipts, heardAt: (node: NodeId) => voted.heardAt(node) };
  return {
    ...{ tenant: null, ledger: null, hasData: false, origin },
    role: state.memory === 'behind' ? 'behind' : 'voting',
    term: state.promised.number === 0 ? believed : state.promised,
    writer: writerOf(state),
    ...{ length: 0, shown: state.shown, size: 0, lag: null },
    silentSince: silence(voted, parts),
    group: group && {
      ...group,
      // Where they stand is in the log.
      countries: null,
      members: group.members.map((member) =>
        memberStatus({ ...member, country: null }, said, parts),
      ),
    },
    stoppingSites: group === null ? [] : stoppingSites(group),
    ...{ alarm: null, isStoodIn: false, doubted: doubted?.node ?? null },
  };
}

function groupStatus(shared: SharedLedger, parts: SharingPortParts): GroupStatus | null {
  const { state, tail } = shared;
  const { group } = tail;
  if (group === null) return null;
  const { countries = null, members, sites, voteQuorum, writeQuorum } = group;
  const receipts = state.role.kind === 'writing' ? state.role.receipts : new Map<NodeId, number>();
  const said = { state, receipts, heardAt: (node: NodeId) => shared.heardAt(node) };
  return {
    ...{ sites, voteQuorum, writeQuorum, countries },
    members: members.map(({ country = null, node, ...member }) =>
      memberStatus({ ...member, country, node: node as string as NodeId }, said, parts),
    ),
  };
}

interface Said {
  readonly state: MemberState;
  readonly receipts: ReadonlyMap<NodeId, number>;
  readonly heardAt: (node: NodeId) => UnixMillis | null;
}

function memberStatus(
  { country, hasData, mayWrite, node, site }: Member & { readonly country: string | null },
  { state, receipts, heardAt }: Said,
  { own, settings, sharing }: SharingPortParts,
): MemberStatus {
  const isSelf = node === own.receiptKey;
  const name = settings.peers.find(({ receiptKey }) => receiptKey === node)?.name ?? null;
  return {
    ...{ node, name, site, country, hasData, mayWrite, isSelf },
    isLinked: isSelf || sharing.isLinked(node),
    length: isSelf ? state.log.end.length : (receipts.get(node) ?? null),
    heardAt: isSelf ? null : heardAt(node),
  };
}

function roleOf({ memory, role }: MemberState): SharedRole {
  if (memory === 'behind') return 'behind';
  return role.kind === 'writing' && role.yieldsTo !== null ? 'yielding' : role.kind;
}

function writerOf({ role, self }: MemberState): NodeId | null {
  if (role.kind === 'writing') return self;
  return role.kind === 'following' ? (role.announced?.from ?? null) : null;
}

/** Entries that are on this node's disk, and not carried up yet. */
function lagOf({ store, tail }: SharedLedger): number | null {
  const { head } = tail;
  return head === null ? null : Math.max(0, head.size - store.head.size);
}

/** By when the writer was heard last, on the monotonic clock; told by the wall clock. */
function silence(
  { state }: Pick<SharedLedger, 'state'>,
  { clock, timers }: SharingPortParts,
): UnixMillis | null {
  const { role } = state;
  if (role.kind === 'writing') return null;
  const heardAt = role.kind === 'following' ? role.heardAt : null;
  const since = heardAt === null ? 0 : timers.now() - heardAt;
  if (heardAt !== null && since < SILENCE_MILLIS) return null;
  return (clock.now() - since) as UnixMillis;
}

const SILENCE_MILLIS = 4_000;

function haveAll({ state, store }: SharedLedger, size: number): boolean {
  const group = groupOf(state.log);
  const { role } = state;
  if (group === null || role.kind !== 'writing' || store.head.size < size) return false;
  return group.members.every(
    ({ node, hasData }) =>
      !hasData || node === state.self || (role.receipts.get(node) ?? 0) >= store.head.length,
  );
}
