/**
 * The proof of misbehaviour (docs/formats/misbehaviour.md): that a log's key signed what cannot all be of
 * one append-only log. These types say what the file holds; nothing of it is true before
 * `verifyMisbehaviour` says so.
 */
import type { LeafIndex, Sha256Digest } from '../../base/brand.js';
import type { VerifierKey } from '../../tlog/note-key.js';
import type { ProvedStatement } from '../evidence-file.js';

export const MISBEHAVIOUR_FORMAT = 1;
export const MISBEHAVIOUR_KIND = 'misbehaviour';
export const MAX_MISBEHAVIOUR_BYTES = 1024 * 1024;
/** Of a checkpoint in it. */
export const MAX_NOTE_CHARACTERS = 16_384;

export interface MisbehaviourFile {
  /** Signed notes, verbatim: one for `epochs` and `core`, else two, the smaller tree first. */
  readonly checkpoints: readonly string[];
  /** Of type 01, named as the log. */
  readonly key: VerifierKey;
  readonly recovery?: RecoveryWord;
  readonly shows: Contradiction;
}

/** What somebody who has pinned a recovery key, and no key of the log, knows the log's key by. */
export interface RecoveryWord {
  readonly key: VerifierKey;
  /** Ed25519 over the log seal of the file's key. */
  readonly signature: Uint8Array;
}

export type Contradiction =
  | { readonly kind: 'roots' }
  | ({ readonly kind: 'beginning' } & LeafInTree)
  | EntryContradiction
  | { readonly kind: 'binding' }
  | EpochContradiction
  | CoreContradiction;

export type ContradictionKind = Contradiction['kind'];

/** A leaf hash and its RFC 6962 inclusion proof; index and size come from elsewhere. */
export interface LeafInTree {
  readonly inclusion: readonly Sha256Digest[];
  readonly leafHash: Sha256Digest;
}

export interface EntryContradiction {
  readonly kind: 'entry';
  readonly index: LeafIndex;
  readonly first: LeafInTree;
  readonly second: LeafInTree;
}

/** The Hypercore that the checkpoint names, signed over another tree than it says, or over two. */
export interface CoreContradiction {
  readonly kind: 'core';
  readonly core: ShownCore;
  /** Number of blocks that the trees are compared at. */
  readonly length: number;
  /** One, which is compared with the checkpoint, or two. */
  readonly trees: readonly CoreTree[];
}

/** What its manifest is made of, and so its key. */
export interface ShownCore {
  /** Where the Hypercore before it ended; null of the first. */
  readonly begins: { readonly length: number; readonly treeHash: Uint8Array } | null;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface CoreTree {
  /** Hypercore's fork number, which is signed with it. */
  readonly fork: number;
  /** The roots at the length, left to right, then what leads from them to the signed head. */
  readonly nodes: readonly CoreNode[];
  /** Ed25519, 64 bytes, by the Hypercore's key. */
  readonly signature: Uint8Array;
}

export interface CoreNode {
  /** BLAKE2b, 32 bytes. */
  readonly hash: Uint8Array;
  /** In Hypercore's flat tree. */
  readonly index: number;
  /** Bytes below it. */
  readonly size: number;
}

/** Two epochs under one checkpoint of the epoch log. */
export interface EpochContradiction {
  readonly kind: 'epochs';
  readonly earlier: EpochWithHead;
  /** At the index of the earlier head's size, in the tree of the later head. */
  readonly growth?: LeafInTree;
  readonly later: EpochWithHead | EpochWithoutLog | EpochWithoutTenant;
  /** Handles, 8 bytes. */
  readonly log: Uint8Array;
  readonly tenant: Uint8Array;
}

export interface EpochWithHead extends ProvedStatement {
  /** The head statement. */
  readonly head: Uint8Array;
  readonly log: { readonly proof: Uint8Array; readonly salt: Uint8Array };
  readonly tenant: TenantMap;
}

export interface EpochWithoutLog extends ProvedStatement {
  readonly log: { readonly proof: Uint8Array };
  readonly tenant: TenantMap;
}

export interface EpochWithoutTenant extends ProvedStatement {
  readonly tenant: { readonly proof: Uint8Array };
}

interface TenantMap {
  readonly proof: Uint8Array;
  readonly root: Sha256Digest;
  /** What blinds the root in the map of tenants; none in epochs of format 1. */
  readonly salt?: Uint8Array;
}
