/** What a node says of its links and shared ledgers, as JSON. */
import { z } from 'zod';
import { definedMembers } from '../base/defined-members.js';
import { formatInstant } from '../base/time.js';
import {
  BLIND_TROUBLES,
  type JudgedBlindPeer,
} from '../replication/blind-peers/blind-peer-status.js';
import type { ContentStatus } from '../replication/chunks/content-status.js';
import type { KeepersStatus } from '../replication/keepers/keepers-port.js';
import { stoppingText, TROUBLES, troublesOf, troubleText } from '../replication/ledger-trouble.js';
import type { LinksStatus, PeerStatus } from '../replication/links/link-status.js';
import {
  type MemberStatus,
  type ReplicationStatus,
  SHARED_ROLES,
  type SharedLedgerStatus,
} from '../replication/replication-port.js';
import { contentSchema, shownContent } from './content-schemas.js';
import { keepersSchema, shownKeepers } from './keepers-schemas.js';
import { instantSchema } from './schemas.js';

const count = z.number().int().nonnegative();
const instantOrNull = instantSchema.nullable();
const place = { site: z.string(), country: z.string().nullable() };
const peerSchema = z.object({
  name: z.string(),
  linkKey: z.string(),
  state: z.enum(['linked', 'dialling', 'waiting', 'banned']),
  via: z.enum(['tcp', 'dht']).nullable(),
  since: instantOrNull.meta({ description: 'Since when it is in touch, or out of touch.' }),
  bytesIn: count,
  bytesOut: count,
  rttMillis: z.number().nullable(),
  clockOffsetMillis: z
    .number()
    .nullable()
    .meta({ description: "Of the peer's wall clock, less this node's." }),
  clockSkewed: z.boolean(),
  reconnects: count,
  failures: count.meta({ description: 'Tries in a row that led to no link.' }),
  dropped: z.record(z.string(), count).meta({ description: 'Links that ended, by reason.' }),
  lastDrop: z.string().nullable(),
  lastFailure: z.string().nullable(),
});
const memberSchema = z.object({
  node: z.string().meta({ description: 'Receipt key, hex.' }),
  name: z.string().nullable().meta({ description: 'In the list of peers; null of this node.' }),
  ...place,
  hasData: z.boolean(),
  mayWrite: z.boolean(),
  self: z.boolean(),
  linked: z.boolean(),
  length: count.nullable().meta({ description: 'Blocks that it has given a receipt for.' }),
  heardAt: instantOrNull,
});
const troubleSchema = z.object({ kind: z.enum(TROUBLES), text: z.string() });

export const sharedLedgerSchema = z
  .object({
    ledger: z
      .string()
      .nullable()
      .meta({ description: 'Null where this node has a vote alone, and knows no names.' }),
    tenant: z.string().nullable(),
    hasData: z.boolean().meta({ description: 'Whether this node keeps the data.' }),
    origin: z.string(),
    role: z.enum(SHARED_ROLES),
    term: z.object({ node: z.string(), number: count }),
    writer: z.string().nullable(),
    length: count.meta({ description: "Blocks on this node's disk." }),
    shown: count.meta({ description: 'Blocks that a write quorum has.' }),
    size: count.meta({ description: 'Entries that can be read here.' }),
    lag: count.nullable().meta({ description: 'Entries that the writer has shown beyond them.' }),
    silentSince: instantOrNull.meta({ description: 'Since when no writer was heard.' }),
    group: z
      .object({
        writeQuorum: count,
        voteQuorum: count,
        sites: count,
        countries: z.array(z.string()).nullable(),
        members: z.array(memberSchema),
      })
      .nullable(),
    stoodIn: z.boolean().meta({
      description:
        'Members without data stand in for some that are away: what is written lies at fewer than the write quorum.',
    }),
    doubted: z.string().nullable().meta({
      description: 'Who says that it writes, and shows no votes; where this node has a vote alone.',
    }),
    alarm: z.object({ at: instantSchema, code: z.string(), detail: z.string() }).nullable(),
    troubles: z.array(troubleSchema).meta({ description: 'What is wrong now.' }),
    warnings: z.array(z.string()).meta({ description: 'What would go wrong.' }),
  })
  .meta({ id: 'SharedLedger' });

const blindLogSchema = z.object({
  tenant: z.string(),
  ledger: z.string(),
  origin: z.string(),
  blocks: count.meta({ description: 'Here.' }),
  received: count.nullable().meta({
    description:
      'From the first on, as the blind peer says. It is no receipt: they may be on no disk. Null where it has said nothing yet.',
  }),
  behindSince: instantOrNull.meta({ description: 'Since when it lacks blocks that were here.' }),
  longer: count
    .nullable()
    .meta({ description: 'Blocks that it says to have, more than were here: an alarm.' }),
  cut: z.boolean().meta({ description: 'It says that the log was cut: an alarm.' }),
  conflict: z
    .boolean()
    .meta({ description: "Another history was shown, signed by the log's key: an alarm." }),
  withheld: z
    .boolean()
    .meta({ description: 'Not given to it: the data may not lie where it stands.' }),
});
const blindPeerSchema = z.object({
  name: z.string(),
  key: z.string().meta({ description: 'Hex.' }),
  country: z.string().nullable(),
  state: z.enum(['linked', 'dialling', 'waiting']),
  since: instantSchema.meta({ description: 'Since when it is in touch, or out of touch.' }),
  bytesOut: count,
  reconnects: count,
  failures: count.meta({ description: 'Tries in a row that led to no connection.' }),
  lastFailure: z.string().nullable(),
  logs: z.array(blindLogSchema).meta({ description: 'Of the ledgers that it is given.' }),
  troubles: z.array(z.object({ kind: z.enum(BLIND_TROUBLES), text: z.string() })),
});

export const replicationSchema = z
  .object({
    node: z.object({ receiptKey: z.string(), linkKey: z.string(), ...place }),
    links: z.object({
      listening: z.object({ host: z.string(), port: count }).nullable(),
      peers: z.array(peerSchema),
      unproved: count,
      refused: z.record(z.string(), count),
    }),
    ledgers: z.array(sharedLedgerSchema),
    keepers: keepersSchema
      .nullable()
      .meta({ description: 'Who keeps ledgers and has no part in them.' }),
    blindPeers: z.array(blindPeerSchema),
    content: contentSchema
      .nullable()
      .meta({ description: 'Of files: what of it goes between nodes.' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Replication' });

export function shownReplication(
  status: ReplicationStatus,
  keepers: KeepersStatus | null,
  blindPeers: readonly JudgedBlindPeer[],
  content: ContentStatus | null,
): z.infer<typeof replicationSchema> {
  const { node, links, ledgers, warnings } = status;
  return {
    node: { ...node },
    links: shownLinks(links),
    ledgers: ledgers.map(shownSharedLedger),
    keepers: keepers && shownKeepers(keepers),
    blindPeers: blindPeers.map(shownBlindPeer),
    content: content && shownContent(content),
    warnings: [...warnings],
  };
}

function shownBlindPeer({
  since,
  logs,
  troubles,
  ...peer
}: JudgedBlindPeer): z.infer<typeof blindPeerSchema> {
  return {
    ...peer,
    since: formatInstant(since),
    logs: logs.map(({ behindSince, hasConflict, isCut, isWithheld, ...log }) => ({
      ...log,
      behindSince: instantOf(behindSince),
      cut: isCut,
      conflict: hasConflict,
      withheld: isWithheld,
    })),
    troubles: troubles.map((one) => ({ ...one })),
  };
}

export function shownSharedLedger(status: SharedLedgerStatus): z.infer<typeof sharedLedgerSchema> {
  const { silentSince, group, alarm, stoppingSites, term, isStoodIn, doubted, ...rest } = status;
  return {
    ...rest,
    stoodIn: isStoodIn,
    doubted,
    term: { ...term },
    silentSince: instantOf(silentSince),
    group: group && {
      ...group,
      countries: group.countries && [...group.countries],
      members: group.members.map(shownMember),
    },
    alarm: alarm && { ...alarm, at: formatInstant(alarm.at) },
    troubles: troublesOf(status).map((kind) => ({ kind, text: troubleText(kind, status) })),
    warnings: stoppingSites.map(stoppingText),
  };
}

function shownMember({
  isSelf,
  isLinked,
  heardAt,
  ...rest
}: MemberStatus): z.infer<typeof memberSchema> {
  return { ...rest, self: isSelf, linked: isLinked, heardAt: instantOf(heardAt) };
}

function shownLinks(links: LinksStatus): z.infer<typeof replicationSchema>['links'] {
  const { listening, peers, unproved, refused } = links;
  return {
    listening: listening && { ...listening },
    peers: peers.map(shownPeer),
    unproved,
    refused: { ...refused },
  };
}

function shownPeer({ isClockSkewed, ...peer }: PeerStatus): z.infer<typeof peerSchema> {
  const { since, dropped, ...rest } = peer;
  return {
    ...rest,
    clockSkewed: isClockSkewed,
    since: instantOf(since),
    dropped: definedMembers(dropped),
  };
}

function instantOf(at: Parameters<typeof formatInstant>[0] | null): string | null {
  return at === null ? null : formatInstant(at);
}
