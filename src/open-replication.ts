/**
 * The links of a node to its peers, and whatever speaks over them. Opened once the node is, and closed before it: what
 * comes over a link is put into its store.
 */
import { toHex, utf8ToString } from './base/bytes.js';
import { parseStrictJson } from './base/canonical-json.js';
import { Lifetime } from './base/lifetime.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { Config } from './config.js';
import type { KeyStore, ReplicationKeys } from './keys/key-store.js';
import type { LedgerStore } from './ledger/ledger-store.js';
import type { JudgedBlindPeer } from './replication/blind-peers/blind-peer-status.js';
import { BlindPeers } from './replication/blind-peers/blind-peers.js';
import type { SharedChunks } from './replication/chunks/shared-chunks.js';
import type { KeepersPort } from './replication/keepers/keepers-port.js';
import { linkKeyOf } from './replication/links/link-settings.js';
import type { Link } from './replication/links/link.js';
import { Links } from './replication/links/links.js';
import { systemTimers } from './replication/links/timers.js';
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
  /** Content of files, to and from peers; null where none is kept. */
  readonly chunks: SharedChunks | null;
  /** Nobody waits for peers any more. */
  callOff(): void;
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
  readonly chunks: SharedChunks | null;
  /** In the order of the settings. */
  readonly blindPeers: () => readonly JudgedBlindPeer[];
  /** Refuses whatever waits for peers: to be called where closing what waits takes too long. */
  callOff(): void;
  close(): Promise<void>;
}

export interface ReplicationParts extends Pick<SharingParts, 'clock' | 'random' | 'logger'> {
  /** Whose logs blind peers may be given. */
  readonly store: Pick<LedgerStore, 'tenants' | 'ledgersOf'>;
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
  parts: ReplicationParts,
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
  const lifetime = new Lifetime();
  const sharing = await openSharing({ own, keys, settings, clock, random, logger });
  // Nothing comes over a link any more when what it would be put into is closed.
  lifetime.add(() => sharing.close());
  const byLinkKey = new Map(settings.peers.map((peer) => [peer.linkKey, peer]));
  try {
    const links = await Links.open({
      ...{ settings, keys: keys.link, clock, random, logger },
      onLink: ({ linkKey }, link) => {
        const peer = byLinkKey.get(linkKey);
        if (peer !== undefined) sharing.onLink(peer, link);
      },
    });
    lifetime.add(() => links.close());
    const port = sharing.port(links);
    const blindPeers = openBlindPeers(settings, links, port, parts);
    if (blindPeers !== null) lifetime.add(() => blindPeers.close());
    return {
      ...{ own, settings, port, keepers: sharing.keepers, chunks: sharing.chunks },
      blindPeers: () => blindPeers?.status() ?? [],
      callOff: () => {
        sharing.callOff();
      },
      close: () => lifetime.close(),
    };
  } catch (cause) {
    await lifetime.close();
    throw cause;
  }
}

function openBlindPeers(
  { blindPeers: settings }: ReplicationSettings,
  { dht }: Links,
  port: ReplicationPort,
  { clock, random, logger, store }: ReplicationParts,
): BlindPeers | null {
  if (settings.length === 0 || dht === null) return null;
  return BlindPeers.open({
    ...{ clock, random, logger, store, settings, timers: systemTimers },
    dial: (key) => dht.dial(key),
    countriesOf: (tenant, ledger) => port.statusOf(tenant, ledger)?.group?.countries ?? null,
  });
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
    chunks: null,
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
    callOff: () => undefined,
    close: () => Promise.resolve(),
  };
}
