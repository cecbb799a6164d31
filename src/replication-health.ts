/** What monitoring learns of links and shared ledgers. */
import { Gauge, type Registry } from 'prom-client';
import { TROUBLES, troublesOf, type Trouble } from './replication/ledger-trouble.js';
import type { PeerStatus } from './replication/links/link-status.js';
import {
  type ReplicationStatus,
  SHARED_ROLES,
  type SharedLedgerStatus,
} from './replication/replication-port.js';

const REASONS: Readonly<Record<Trouble, string>> = {
  'no-writer': 'have no writer: nothing is written to them, and reads are as of what is here',
  'quorum-away': 'have too few members linked: what is written waits',
  'stood-in': 'have members without data standing in: what is written lies at fewer than asked for',
  unproved: 'have a writer that shows no votes: see the status',
  alarm: 'have an alarm: see the log',
};

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function replicationReasons({ ledgers }: ReplicationStatus): readonly string[] {
  return TROUBLES.flatMap((trouble) => {
    const count = ledgers.filter((ledger) => troublesOf(ledger).includes(trouble)).length;
    return count === 0 ? [] : [`${count} shared ledgers ${REASONS[trouble]}`];
  });
}

/** How many are more entries behind their writer than that, or do not know it. Those that are only voted for show nothing. */
export function laggingLedgers({ ledgers }: ReplicationStatus, maxLag: number): number {
  return ledgers.filter(
    ({ hasData, lag, silentSince }) =>
      hasData && (silentSince !== null || lag === null || lag > maxLag),
  ).length;
}

/** Read when they are asked for; what is not known has no value. */
export function replicationMetrics(registry: Registry, status: () => ReplicationStatus): void {
  const now = onceATurn(status);
  linkMetrics(registry, () => now().links.peers);
  ledgerMetrics(registry, () => now().ledgers);
}

function linkMetrics(registry: Registry, peers: () => readonly PeerStatus[]): void {
  const gauge = (name: string, help: string, read: (peer: PeerStatus) => number | null): void => {
    new Gauge({
      ...{ name: `chirograph_link_${name}`, help, labelNames: ['peer'], registers: [registry] },
      collect() {
        this.reset();
        for (const peer of peers()) {
          const value = read(peer);
          if (value !== null) this.set({ peer: peer.name }, value);
        }
      },
    });
  };
  gauge('up', 'Whether the peer is linked.', ({ state }) => Number(state === 'linked'));
  gauge('banned', 'Whether the peer is banned for now.', ({ state }) => Number(state === 'banned'));
  gauge('received_bytes', 'From the peer since the start.', ({ bytesIn }) => bytesIn);
  gauge('sent_bytes', 'To the peer since the start.', ({ bytesOut }) => bytesOut);
  gauge('round_trip_seconds', 'Of the last ping.', ({ rttMillis }) => secondsOf(rttMillis));
  gauge('clock_offset_seconds', "The peer's wall clock less this node's.", (peer) =>
    secondsOf(peer.clockOffsetMillis),
  );
  gauge('reconnects', 'Links since the start, the first one left out.', (peer) => peer.reconnects);
  gauge('failures', 'Tries in a row without a link.', ({ failures }) => failures);
  gauge('changed_seconds', 'Since when it is in touch, or out of touch, since 1970.', (peer) =>
    secondsOf(peer.since),
  );
  new Gauge({
    name: 'chirograph_link_drops',
    help: 'Links that ended since the start, by reason.',
    labelNames: ['peer', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name: peer, dropped } of peers())
        for (const [reason, count] of Object.entries(dropped)) this.set({ peer, reason }, count);
    },
  });
}

function ledgerMetrics(registry: Registry, ledgers: () => readonly SharedLedgerStatus[]): void {
  const gauge = (
    name: string,
    help: string,
    read: (ledger: SharedLedgerStatus) => number | null,
  ): void => {
    new Gauge({
      ...{ name: `chirograph_shared_ledger_${name}`, help, labelNames: ['origin'] },
      registers: [registry],
      collect() {
        this.reset();
        for (const ledger of ledgers()) {
          const value = read(ledger);
          if (value !== null) this.set({ origin: ledger.origin }, value);
        }
      },
    });
  };
  gauge('blocks', "Blocks on this node's disk.", ({ length }) => length);
  gauge('has_data', 'Whether this node keeps the data; else it has a vote alone.', ({ hasData }) =>
    Number(hasData),
  );
  gauge('shown_blocks', 'Blocks that a write quorum has.', ({ shown }) => shown);
  gauge('size', 'Entries that can be read here.', ({ size }) => size);
  gauge('lag_entries', 'Entries that the writer has shown beyond them.', ({ lag }) => lag);
  gauge('term', 'Number of the term that is heard of.', ({ term }) => term.number);
  gauge('silent_since_seconds', 'Since when no writer was heard, since 1970.', (ledger) =>
    secondsOf(ledger.silentSince),
  );
  const byLabel = (
    [name, label]: readonly [name: string, label: string],
    help: string,
    read: (ledger: SharedLedgerStatus) => readonly (readonly [of: string, value: number | null])[],
  ): void => {
    new Gauge({
      ...{ name: `chirograph_shared_ledger_${name}`, help, labelNames: ['origin', label] },
      registers: [registry],
      collect() {
        this.reset();
        for (const ledger of ledgers())
          for (const [of, value] of read(ledger))
            if (value !== null) this.set({ origin: ledger.origin, [label]: of }, value);
      },
    });
  };
  byLabel(['role', 'role'], 'Whether this node has the role.', ({ role }) =>
    SHARED_ROLES.map((one) => [one, Number(one === role)]),
  );
  byLabel(['trouble', 'trouble'], 'Whether that is wrong with it.', (ledger) =>
    TROUBLES.map((one) => [one, Number(troublesOf(ledger).includes(one))]),
  );
  byLabel(
    ['receipt_blocks', 'node'],
    'Blocks that a member has given a receipt for.',
    ({ group }) => (group?.members ?? []).map(({ node, length }) => [node, length]),
  );
  byLabel(['heard_seconds', 'node'], 'When a member was last heard, since 1970.', ({ group }) =>
    (group?.members ?? []).map(({ node, heardAt }) => [node, secondsOf(heardAt)]),
  );
}

/** One answer serves all that asks in one turn of the event loop: with many ledgers a status is not free. */
function onceATurn<T>(ask: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    if (known === null) {
      known = { value: ask() };
      setImmediate(() => {
        known = null;
      });
    }
    return known.value;
  };
}

function secondsOf(millis: number | null): number | null {
  return millis === null ? null : millis / 1_000;
}
