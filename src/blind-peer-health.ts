/** What monitoring learns of blind peers. */
import { Gauge, type Registry } from 'prom-client';
import {
  BLIND_TROUBLES,
  type BlindLogStatus,
  type BlindTrouble,
  type JudgedBlindPeer,
} from './replication/blind-peers/blind-peer-status.js';

const REASONS: Readonly<Record<BlindTrouble, string>> = {
  away: 'are not reached: what is written is not kept there',
  behind: 'lack blocks, and do not catch up: see the status',
  longer: 'say that they have more of a log than this node: see the status',
  cut: 'say that a log was cut and written again: see the status',
  conflict: 'are given a log of which another history was shown: see the status',
  withheld: 'are not given ledgers that are chosen for them: see the status',
};

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function blindPeerReasons(peers: readonly JudgedBlindPeer[]): readonly string[] {
  return BLIND_TROUBLES.flatMap((trouble) => {
    const count = peers.filter((peer) => has(peer, trouble)).length;
    return count === 0 ? [] : [`${count} blind peers ${REASONS[trouble]}`];
  });
}

/** Read when they are asked for; what is not known has no value. */
export function blindPeerMetrics(
  registry: Registry,
  peers: () => readonly JudgedBlindPeer[],
): void {
  type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (peer: JudgedBlindPeer) => readonly Sample[],
  ): void => {
    new Gauge({
      ...{ name: `chirograph_blind_peer_${name}`, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        for (const peer of peers())
          for (const [labels, value] of read(peer)) this.set({ peer: peer.name, ...labels }, value);
      },
    });
  };
  const ofPeer = (name: string, help: string, read: (peer: JudgedBlindPeer) => number): void => {
    gauge(name, help, ['peer'], (peer) => [[{}, read(peer)]]);
  };
  const ofLog = (
    name: string,
    help: string,
    read: (log: BlindLogStatus) => number | null,
  ): void => {
    gauge(name, help, ['peer', 'origin'], ({ logs }) =>
      logs.flatMap((log) => {
        const value = read(log);
        return value === null ? [] : [[{ origin: log.origin }, value] as const];
      }),
    );
  };
  ofPeer('up', 'Whether the blind peer is linked.', ({ state }) => Number(state === 'linked'));
  ofPeer('sent_bytes', 'To it since the start.', ({ bytesOut }) => bytesOut);
  ofPeer(
    'reconnects',
    'Connections since the start, the first one left out.',
    (peer) => peer.reconnects,
  );
  ofPeer('failures', 'Tries in a row without a connection.', ({ failures }) => failures);
  ofPeer(
    'changed_seconds',
    'Since when it is in touch, or out of touch, since 1970.',
    ({ since }) => since / 1_000,
  );
  ofLog('blocks', 'Blocks of a log that it is given, here.', ({ blocks }) => blocks);
  ofLog('received_blocks', 'Those that it says to have, from the first on.', (log) => log.received);
  ofLog('behind_since_seconds', 'Since when it lacks blocks, since 1970.', ({ behindSince }) =>
    behindSince === null ? null : behindSince / 1_000,
  );
  gauge('trouble', 'Whether that is wrong with it.', ['peer', 'trouble'], (peer) =>
    BLIND_TROUBLES.map((trouble) => [{ trouble }, Number(has(peer, trouble))]),
  );
}

function has({ troubles }: JudgedBlindPeer, trouble: BlindTrouble): boolean {
  return troubles.some(({ kind }) => kind === trouble);
}
