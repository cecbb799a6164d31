/**
 * The links of a node to its peers, and whatever speaks over them. Opened once the node is, and closed before it: what
 * comes over a link is put into its store.
 */
import { toHex, utf8ToString } from './base/bytes.js';
import { parseStrictJson } from './base/canonical-json.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { Config } from './config.js';
import type { KeyStore, ReplicationKeys } from './keys/key-store.js';
import type { KeepersPort } from './replication/keepers/keepers-port.js';
import { linkKeyOf } from './replication/links/link-settings.js';
import type { Link } from './replication/links/link.js';
import { Links } from './replication/links/links.js';
import type { NodeId } from './replication/protocol/term.js';
import { ReplicationError } from './replication/replication-error.js';
import type { OwnNode, ReplicationPort } from './replication/replication-port.js';
import {
  parseReplicationSettings,
  type ReplicationSettings,
  type SharingPeer,
} from './replication/replication-settings.js';
import { type NamedFile, readNamedFile, usableFile } from './settings/named-file.js';

const FILE: NamedFile = {
  setting: 'replication',
  code: 'CONFIG_REPLICATION_UNUSABLE',
  maxBytes: 1024 * 1024,
};

/** What shared ledgers are made of, beside the node's store. */
export interface SharingParts {
  readonly own: OwnNode;
  readonly keys: ReplicationKeys;
  readonly settings: ReplicationSettings;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** Whatever keeps ledgers together with peers. */
export interface Sharing {
  /** Opens its channels, before this returns; there is at most one link to a peer. */
  onLink(peer: SharingPeer, link: Link): void;
  port(links: Links): ReplicationPort;
  /** Null where ledgers are kept by nobody else. */
  readonly keepers: KeepersPort | null;
  /** Takes no part any more. Called when the links are gone. */
  close(): Promise<void>;
}

/** @throws what keeps it from being opened; nothing is left open then. */
export type OpenSharing = (parts: SharingParts) => Promise<Sharing>;

export interface OpenedReplication {
  readonly own: OwnNode;
  readonly settings: ReplicationSettings;
  readonly port: ReplicationPort;
  readonly keepers: KeepersPort | null;
  close(): Promise<void>;
}

/** Null where no peers are set. @throws ConfigError CONFIG_REPLICATION_UNUSABLE. */
export async function readReplication({
  replication,
}: Pick<Config, 'replication'>): Promise<ReplicationSettings | null> {
  if (replication === undefined) return null;
  const bytes = await readNamedFile(FILE, replication);
  return usableFile(FILE, () => parseReplicationSettings(parseStrictJson(utf8ToString(bytes))));
}

/** @throws ReplicationError REPLICATION_SETTINGS_MALFORMED; the system's error where it cannot listen. Nothing is left open then. */
export async function openReplication(
  settings: ReplicationSettings,
  keyStore: Pick<KeyStore, 'beginReplicationKeys'>,
  parts: Pick<SharingParts, 'clock' | 'random' | 'logger'>,
  openSharing: OpenSharing = (shared) => Promise.resolve(unshared(shared)),
): Promise<OpenedReplication> {
  const keys = await keyStore.beginReplicationKeys();
  const own = ownNode(keys, settings);
  if (settings.peers.some(({ receiptKey }) => receiptKey === own.receiptKey))
    throw new ReplicationError(
      'REPLICATION_SETTINGS_MALFORMED',
      'peers: one of them has the receipt key of this very node; take it off its own list',
    );
  const { clock, random, logger } = parts;
  const sharing = await openSharing({ own, keys, settings, clock, random, logger });
  const byLinkKey = new Map(settings.peers.map((peer) => [peer.linkKey, peer]));
  try {
    const links = await Links.open({
      ...{ settings, keys: keys.link, clock, random, logger },
      onLink: ({ linkKey }, link) => {
        const peer = byLinkKey.get(linkKey);
        if (peer !== undefined) sharing.onLink(peer, link);
      },
    });
    return {
      ...{ own, settings, port: sharing.port(links), keepers: sharing.keepers },
      close: async () => {
        // Nothing comes over a link any more when what it would be put into is closed.
        try {
          await links.close();
        } finally {
          await sharing.close();
        }
      },
    };
  } catch (cause) {
    await sharing.close();
    throw cause;
  }
}

export function ownNode(
  { link, receipt }: ReplicationKeys,
  { site, country }: Pick<OwnNode, 'site' | 'country'>,
): OwnNode {
  return {
    ...{ site, country },
    linkKey: linkKeyOf(link.publicKey),
    receiptKey: toHex(receipt.publicKey) as NodeId,
  };
}

/** A node that is linked to its peers, and keeps no ledger together with them. */
function unshared({ own }: SharingParts): Sharing {
  const refuse = (code: 'GROUP_REFUSED' | 'MOVE_REFUSED'): Promise<never> =>
    Promise.reject(
      new ReplicationError(code, 'this version links nodes, and shares no ledgers yet'),
    );
  return {
    onLink: () => undefined,
    keepers: null,
    port: (links) => ({
      status: () => ({ node: own, links: links.status(), ledgers: [], warnings: [] }),
      statusOf: () => null,
      setGroup: () => refuse('GROUP_REFUSED'),
      move: () => refuse('MOVE_REFUSED'),
      atAll: () => Promise.resolve(),
      writerUrl: () => null,
      misbehaviour: () => Promise.resolve(null),
      lagOf: () => null,
    }),
    close: () => Promise.resolve(),
  };
}
