/**
 * The evidence file (docs/formats/evidence.md): all that a stranger needs to verify one entry offline,
 * in ten years as today. These types say what it holds; nothing of it is true before `verify` says so.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import type { AnchorProof } from './bitcoin/anchor-proof.js';
import type { ChainName } from './chains.js';

export const EVIDENCE_FORMAT = 1;
export const MAX_EVIDENCE_BYTES = 64 * 1024 * 1024;
/** Signatures of one entry. */
export const MAX_SIGNATURES = 256;

export interface EvidenceFile {
  readonly anchors?: EvidenceAnchors;
  /** An entry of kind `batch` behind `entry`, which signatures of the file are over. */
  readonly batch?: ProvedStatement;
  /** Just those that the rest of the file shows: see `developmentPartsOf`. */
  readonly development?: readonly DevelopmentPart[];
  readonly entry: EvidenceEntry;
  /** Of the author, if they signed the claim of `entry`. */
  readonly history?: AuthorHistory;
  readonly log: EvidenceLog;
  /** Entries of kind `signature` under `entry` and `batch`, in the order of their indexes; at least one. */
  readonly signatures?: readonly EvidenceEntry[];
  readonly timeStamp?: EvidenceStamp;
  readonly witnessed?: EvidenceWitnessed;
}

/**
 * Made for development. `devchain`: an anchor is in a chain that costs nothing. `seal`: the seal or a
 * signature is by a certificate of the embedded authority.
 */
export const DEVELOPMENT_PARTS = ['devchain', 'seal'] as const;
export type DevelopmentPart = (typeof DEVELOPMENT_PARTS)[number];

/** A statement and its place in the tree of the log's checkpoint. */
export interface ProvedStatement {
  /** RFC 6962 inclusion proof; index and size are those of the statement and the checkpoint. */
  readonly inclusion: readonly Sha256Digest[];
  readonly statement: Uint8Array;
}

export interface EvidenceEntry extends ProvedStatement {
  readonly header?: Opening;
  /** Only beside `header`. */
  readonly openers?: TagOpeners;
  /** Of a signature: the CMS. */
  readonly payload?: Opening;
}

/**
 * Events of an identity from the first on, each with its signatures: the payloads of their entries, byte for byte
 * (docs/formats/identity.md). 1 to `MAX_HISTORY_EVENTS`, together at most `MAX_HISTORY_BYTES`.
 */
export type AuthorHistory = readonly Uint8Array[];
export const MAX_HISTORY_EVENTS = 1_000;
export const MAX_HISTORY_BYTES = 1024 * 1024;

/** What counts for that limit. */
export function bytesOfHistory(history: AuthorHistory): number {
  return history.reduce((sum, { length }) => sum + length, 0);
}

/** Opens a commitment of the statement. */
export interface Opening {
  readonly bytes: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
}

/** 32 bytes each; at least one. */
export interface TagOpeners {
  readonly author?: Uint8Array;
  readonly key?: Uint8Array;
  readonly subject?: Uint8Array;
}

export interface EvidenceLog {
  /** A signed note with the log's signature and no other. */
  readonly checkpoint: string;
  /** Entry 0 of the origin. */
  readonly first: ProvedStatement;
  /** Those whose members chose who signs, ascending; at least one. */
  readonly groups?: readonly ProvedGroup[];
  /** Every one since the first key, oldest first. */
  readonly handovers: readonly ProvedStatement[];
  /** Ed25519 by the recovery key over the log seal of the last key. */
  readonly recoverySignature?: Uint8Array;
  /** CMS over the same bytes. */
  readonly seal?: Uint8Array;
}

/** An entry that says who keeps the log, in the tree of the head that the first election by it shows. */
export interface ProvedGroup extends ProvedStatement {
  /** From that head to the checkpoint. */
  readonly consistency: readonly Sha256Digest[];
}

export interface EvidenceAnchors {
  /** The first anchored head that contains the entry. */
  readonly after: EvidenceAnchor;
  /** The last anchored head that does not. */
  readonly before?: EvidenceAnchor;
}

/** How a head of the log came into an epoch. */
export interface EvidencePlace {
  /** From the head's size to the checkpoint's. */
  readonly consistency: readonly Sha256Digest[];
  readonly epoch: ProvedStatement;
  /** The head statement. */
  readonly head: Uint8Array;
  readonly log: LogInMap;
  readonly tenant: TenantInMap;
}

/** How it came to the root of the epoch log, at some size of that. */
export interface EvidenceHead extends EvidencePlace {
  readonly epoch: EvidenceEpoch;
}

/** How it came into a chain. */
export interface EvidenceAnchor extends EvidenceHead {
  readonly chain: ChainName;
  readonly transaction: AnchorProof;
}

/** How it came under an authority's time-stamp. */
export interface EvidenceStamp extends EvidencePlace {
  /** A signed note of the epoch log: what was stamped. */
  readonly checkpoint: string;
  /** RFC 3161, DER. */
  readonly token: Uint8Array;
}

/** How it came under a checkpoint of the epoch log that witnesses have cosigned. */
export interface EvidenceWitnessed extends EvidenceHead {
  /** Signed note: the signature of the epoch log's key, then cosignatures. */
  readonly checkpoint: string;
  /** Of the epoch log, as C2SP writes it. */
  readonly verifierKey: string;
}

/** Of the note of a cosigned checkpoint. */
export const MAX_COSIGNED_CHARACTERS = 65_536;

export interface EvidenceEpoch extends ProvedStatement {
  /** Of the epoch log's tree whose root the chain holds, or the checkpoint. */
  readonly size: TreeSize;
}

/** Handle of the log → `SHA-256(salt ‖ head)`, in the tenant's map. */
export interface LogInMap {
  readonly handle: Uint8Array;
  /** As `encodeMapProof` writes it. */
  readonly proof: Uint8Array;
  readonly salt: Uint8Array;
}

/** Handle of the tenant → `SHA-256(salt ‖ root)`, or `root` in epochs of format 1, in the epoch's map of tenants. */
export interface TenantInMap {
  readonly handle: Uint8Array;
  readonly proof: Uint8Array;
  /** Of the tenant's own map. */
  readonly root: Sha256Digest;
  readonly salt?: Uint8Array;
}
