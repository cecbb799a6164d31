/** The ways to a peer: TCP where it has an address, the DHT where there is one. */
import type SecretStream from '@hyperswarm/secret-stream';
import { fromHex } from '../../base/bytes.js';
import { systemErrorCode, systemErrorMessage } from '../../base/system-error.js';
import type { KeyPair } from '../../keys/key-pair.js';
import { ReplicationError } from '../replication-error.js';
import type { DhtEnd } from './dht.js';
import { dialHandshake } from './handshake.js';
import { formatHostPort, type HostPort, type PeerSettings } from './link-settings.js';
import type { Secured } from './peer.js';
import type { Pending } from './pending.js';
import { dialTcp } from './tcp.js';

export interface DiallingParts {
  readonly keys: KeyPair;
  readonly pending: Pending;
  readonly dht: DhtEnd | null;
}

/**
 * TCP first: what it comes to is known sooner, and it is what passes where UDP does not.
 *
 * @returns null where there is no way. What it returns throws ReplicationError REPLICATION_PEER_UNREACHABLE.
 */
export function waysTo(
  { linkKey, address }: PeerSettings,
  parts: DiallingParts,
): (() => Promise<Secured>) | null {
  const { dht } = parts;
  const remote = fromHex(linkKey);
  const ways: (() => Promise<Secured>)[] = [];
  if (address !== null)
    ways.push(async () => ({ stream: await byTcp(address, remote, parts), via: 'tcp' }));
  if (dht !== null)
    ways.push(async () => ({ stream: await byDht(dht, remote, parts), via: 'dht' }));
  const [first, second] = ways;
  if (first === undefined || second === undefined) return first ?? null;
  return () =>
    first().catch((cause: unknown) =>
      second().catch((other: unknown) => {
        const both = `${systemErrorMessage(cause)}; ${systemErrorMessage(other)}`;
        throw new ReplicationError('REPLICATION_PEER_UNREACHABLE', both, { cause: other });
      }),
    );
}

async function byTcp(
  address: HostPort,
  remote: Uint8Array,
  { keys, pending }: DiallingParts,
): Promise<SecretStream> {
  const socket = dialTcp(address);
  pending.add(socket);
  try {
    return await dialHandshake(socket, keys, remote);
  } catch (cause) {
    socket.destroy();
    throw new ReplicationError('REPLICATION_PEER_UNREACHABLE', whyNot(address, socket.errored), {
      cause,
    });
  } finally {
    pending.leave(socket);
  }
}

/** A peer that has banned us, has not listed us, or has another key gives no answer: more cannot be said. */
function whyNot(address: HostPort, error: Error | null): string {
  const at = formatHostPort(address);
  if (error !== null) return `${at}: ${systemErrorCode(error) ?? systemErrorMessage(error)}`;
  return `${at} does not answer as this peer: compare both link keys, and the lists on both sides`;
}

async function byDht(
  dht: DhtEnd,
  remote: Uint8Array,
  { pending }: DiallingParts,
): Promise<SecretStream> {
  const stream = dht.dial(remote);
  pending.add(stream);
  try {
    if (await stream.opened) return stream;
  } finally {
    pending.leave(stream);
  }
  throw new ReplicationError(
    'REPLICATION_PEER_UNREACHABLE',
    'the DHT leads to no such peer, or it does not answer',
  );
}
