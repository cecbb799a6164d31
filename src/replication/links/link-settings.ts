/** Who a node's peers are and where they are found, as an operator writes it: parsed once, here. */
import { isIPv4 } from 'node:net';
import sodium from 'sodium-native';
import { z } from 'zod';
import type { Brand } from '../../base/brand.js';
import { fromHex, toHex } from '../../base/bytes.js';
import { ReplicationError } from '../replication-error.js';

/** Ed25519 public key in lower-case hex: the static key of a node's links, by which its peers know it. */
export type LinkKey = Brand<string, 'LinkKey'>;

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface PeerSettings {
  readonly linkKey: LinkKey;
  /** For people; unique among the peers. */
  readonly name: string;
  /** Null: it dials us, or is found through the DHT. */
  readonly address: HostPort | null;
}

export interface LinkSettings {
  /** The allow-list: whoever is not on it is refused without an answer. */
  readonly peers: readonly PeerSettings[];
  /** TCP, and UDP where there is a DHT; null listens nowhere. */
  readonly listen: HostPort | null;
  /** Nodes of a private DHT; empty: no DHT. There is no default: strangers' nodes would learn who replicates. */
  readonly bootstrap: readonly HostPort[];
}

const MAX_PEERS = 256;
const MAX_BOOTSTRAP = 32;

export const linkKeySchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
  .refine(isUsableKey, 'is no usable Ed25519 public key')
  .transform((key) => key as LinkKey);
const address = z.string().transform((text, context): HostPort => {
  const parsed = hostPortFrom(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'must be host:port, an IPv6 host in brackets' });
  return z.NEVER;
});
const peer = z.strictObject({
  linkKey: linkKeySchema,
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and -'),
  address: address.optional(),
});
const settings = z
  .strictObject({
    peers: z.array(peer).max(MAX_PEERS),
    listen: address.optional(),
    bootstrap: z.array(address).max(MAX_BOOTSTRAP).optional(),
  })
  .superRefine(({ peers, listen, bootstrap = [] }, context) => {
    const complain = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (listen !== undefined && bootstrap.length > 0 && !isIPv4(listen.host))
      complain(['listen'], 'must be an IPv4 address where there is a DHT');
    for (const [at, one] of peers.entries()) {
      const before = peers.slice(0, at);
      if (before.some((other) => other.linkKey === one.linkKey))
        complain(['peers', at, 'linkKey'], 'is that of another peer');
      if (before.some((other) => other.name === one.name))
        complain(['peers', at, 'name'], 'is that of another peer');
      if (one.address === undefined && listen === undefined && bootstrap.length === 0)
        complain(
          ['peers', at, 'address'],
          'is missing: without `listen` and `bootstrap` it is never found',
        );
      if (one.address?.port === 0) complain(['peers', at, 'address'], 'must name a port');
    }
  });

/** @throws ReplicationError REPLICATION_SETTINGS_MALFORMED, naming the first member that is wrong and never its value. */
export function parseLinkSettings(input: unknown): LinkSettings {
  const parsed = settings.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = (issue?.path ?? []).join('.') || 'the settings of links';
    throw malformed(`${where}: ${issue?.message ?? 'not understood'}`);
  }
  const { peers, listen = null, bootstrap = [] } = parsed.data;
  return {
    peers: peers.map((one) => ({ ...one, address: one.address ?? null })),
    listen,
    bootstrap,
  };
}

/** @throws ReplicationError REPLICATION_SETTINGS_MALFORMED. */
export function parseHostPort(text: string): HostPort {
  const parsed = hostPortFrom(text);
  if (parsed === null) throw malformed('an address must be host:port, an IPv6 host in brackets');
  return parsed;
}

export function linkKeyOf(publicKey: Uint8Array): LinkKey {
  return toHex(publicKey) as LinkKey;
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const HOST_PORT =
  /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)):(\d{1,5})$/i;

function hostPortFrom(text: string): HostPort | null {
  const [, v6, name, digits] = HOST_PORT.exec(text) ?? [];
  const [host, port] = [v6 ?? name, Number(digits)];
  return host !== undefined && port <= 65_535 ? { host, port } : null;
}

/** A point of small order would make secrets that anybody knows. */
function isUsableKey(key: string): boolean {
  try {
    sodium.crypto_sign_ed25519_pk_to_curve25519(new Uint8Array(32), fromHex(key, 32));
    return true;
  } catch {
    return false;
  }
}

function malformed(message: string): ReplicationError {
  return new ReplicationError('REPLICATION_SETTINGS_MALFORMED', message);
}
