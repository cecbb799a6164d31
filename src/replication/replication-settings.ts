/** What an operator writes of this node and its peers, for links and for shared ledgers: parsed once, here. */
import { z } from 'zod';
import { definedMembers } from '../base/defined-members.js';
import { ED25519_COSIGNATURE, parseVerifierKey, type VerifierKey } from '../tlog/note-key.js';
import { TlogError } from '../tlog/tlog-error.js';
import { type BlindPeerSettings, blindPeersSchema } from './blind-peers/blind-peer-settings.js';
import { type ContentSettings, contentSchema } from './chunks/content-settings.js';
import { type LinkSettings, parseLinkSettings, type PeerSettings } from './links/link-settings.js';
import type { NodeId } from './protocol/term.js';
import { ReplicationError } from './replication-error.js';

/** Where a node stands. */
export interface Place {
  /** Data centre; what is lost together. */
  readonly site: string;
  /** ISO 3166-1 alpha-2; null where it was not said. */
  readonly country: string | null;
}

export interface SharingPeer extends PeerSettings, Place {
  readonly receiptKey: NodeId;
  /** Base of its API, without a slash at the end: where writes of what it writes are sent on to. */
  readonly url: string | null;
  /** It may put ledgers, with the keys of their tenants, onto this node. */
  readonly offers: boolean;
  /** Of its cosignatures, where it is a witness; null of one that is not. */
  readonly witness: VerifierKey | null;
  /** How much this node keeps for it, blindly; null for nothing. */
  readonly keeps: KeepingBudget | null;
}

/** What of logs of one peer may lie on this node beside its own ledgers. */
export interface KeepingBudget {
  /** Of all their blocks. */
  readonly maxBytes: number;
  readonly maxLogs: number;
}

export interface ReplicationSettings extends Omit<LinkSettings, 'peers'>, Place {
  readonly peers: readonly SharingPeer[];
  /** Found through the DHT alone. */
  readonly blindPeers: readonly BlindPeerSettings[];
  /** What this node keeps of the content of files. */
  readonly files: ContentSettings;
}

const site = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and -');
const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be a country as ISO 3166-1 writes it, such as DE')
  .optional();
const receiptKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
  .transform((key) => key as NodeId);
const url = z
  .string()
  .max(1_000)
  .refine(isBaseUrl, 'must be an http or https URL without user, password, query and fragment')
  .transform((text) => text.replace(/\/+$/, ''));
const keeps = z.strictObject({
  maxBytes: z.int().min(1),
  maxLogs: z.int().min(1).max(10_000),
});
const witness = z
  .string()
  .max(1_000)
  .transform((text, context): VerifierKey => {
    const key = witnessKeyFrom(text);
    if (key !== null) return key;
    context.addIssue({ code: 'custom', message: 'must be the verifier key of a witness' });
    return z.NEVER;
  });
/** What parseLinkSettings judges. */
const ofLinks = z.unknown().optional();
const peer = z.strictObject({
  ...{ name: ofLinks, linkKey: ofLinks, address: ofLinks },
  ...{ receiptKey, site, country },
  url: url.optional(),
  offers: z.boolean().default(false),
  ...{ keeps: keeps.optional(), witness: witness.optional() },
});
const settings = z
  .strictObject({
    ...{ site, country, listen: ofLinks, bootstrap: ofLinks },
    peers: z.array(peer),
    blindPeers: blindPeersSchema.default([]),
    files: contentSchema.prefault({}),
  })
  .superRefine(({ peers, bootstrap, blindPeers }, context) => {
    if (blindPeers.length > 0 && (!Array.isArray(bootstrap) || bootstrap.length === 0))
      context.addIssue({
        ...{ code: 'custom', path: ['blindPeers'] },
        message: 'need `bootstrap`: blind peers are found through a DHT alone',
      });
    for (const [at, one] of peers.entries())
      if (peers.slice(0, at).some((other) => other.receiptKey === one.receiptKey))
        context.addIssue({
          ...{ code: 'custom', path: ['peers', at, 'receiptKey'] },
          message: 'is that of another peer',
        });
  });

/** @throws ReplicationError REPLICATION_SETTINGS_MALFORMED, naming the first member that is wrong and never its value. */
export function parseReplicationSettings(input: unknown): ReplicationSettings {
  const parsed = settings.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = (issue?.path ?? []).join('.') || 'the file';
    throw new ReplicationError(
      'REPLICATION_SETTINGS_MALFORMED',
      `${where}: ${issue?.message ?? 'not understood'}`,
    );
  }
  const { peers, listen, bootstrap, blindPeers, files, ...own } = parsed.data;
  const links = parseLinkSettings({
    ...definedMembers({ listen, bootstrap }),
    peers: peers.map(({ name, linkKey, address }) => definedMembers({ name, linkKey, address })),
  });
  const shared = peers.flatMap((one, at) => {
    const link = links.peers[at];
    if (link === undefined) return [];
    const { keeps: budget = null, offers, receiptKey: key, witness: cosigner = null } = one;
    const may = { url: one.url ?? null, offers, keeps: budget, witness: cosigner };
    return [{ ...link, ...placeOf(one), receiptKey: key, ...may }];
  });
  return { ...links, ...placeOf(own), peers: shared, blindPeers, files };
}

function placeOf({ site: at, country: of }: { site: string; country?: string | undefined }): Place {
  return { site: at, country: of ?? null };
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].join('') === '';
}

function witnessKeyFrom(text: string): VerifierKey | null {
  try {
    const key = parseVerifierKey(text);
    return key.type === ED25519_COSIGNATURE ? key : null;
  } catch (cause) {
    if (cause instanceof TlogError) return null;
    throw cause;
  }
}
