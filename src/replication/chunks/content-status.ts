/** What the operator's side of a node sees of the content of files that goes over its links, and what is wrong with it. */
import type { NodeId } from '../protocol/term.js';
import type { Keeping } from './content-settings.js';

export interface ChunkPeerStatus {
  readonly node: NodeId;
  /** Of the list of peers. */
  readonly name: string;
  /** Bytes of chunks, since the start. */
  readonly given: number;
  readonly fetched: number;
  /** Chunks that it sent and that were not what they should be, while another sent the right one. */
  readonly lies: number;
  /** It is asked for nothing now, because it lied. */
  readonly isSetAside: boolean;
}

export interface CopiedDriveStatus {
  /** Names. */
  readonly tenant: string;
  readonly ledger: string;
  readonly origin: string;
  readonly keep: Keeping;
  /** Entries whose content was not looked for yet. */
  readonly behind: number;
  /** Entries whose content nobody who was asked has given. */
  readonly lacking: number;
}

export interface ContentStatus {
  /** Those that were linked since the start. */
  readonly peers: readonly ChunkPeerStatus[];
  readonly drives: readonly CopiedDriveStatus[];
  /** Of chunks that came from others; null for any number. */
  readonly bytes: number;
  readonly maxBytes: number | null;
  /** Chunks that were missing here, or altered, when somebody read them, and were put back. */
  readonly healed: number;
}

export const CONTENT_TROUBLES = ['lacking', 'full', 'lied'] as const;
export type ContentTrouble = (typeof CONTENT_TROUBLES)[number];

export const CONTENT_TROUBLE_TEXTS: Readonly<Record<ContentTrouble, string>> = {
  lacking: 'content of files is missing here, and no linked peer has it',
  full: 'there is no room for more content of files from other nodes: set files.maxBytes higher',
  lied: 'a peer sent something in place of content: it is not asked for an hour',
};

export function contentTroubles({
  bytes,
  drives,
  maxBytes,
  peers,
}: ContentStatus): readonly ContentTrouble[] {
  const isWrong: Readonly<Record<ContentTrouble, boolean>> = {
    lacking: drives.some(({ lacking }) => lacking > 0),
    full: maxBytes !== null && bytes >= maxBytes && drives.some(({ behind }) => behind > 0),
    lied: peers.some(({ isSetAside }) => isSetAside),
  };
  return CONTENT_TROUBLES.filter((trouble) => isWrong[trouble]);
}
