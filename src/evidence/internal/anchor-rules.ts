/**
 * What must hold of an anchor, from the log's head to the block: head → tenant's map → map of tenants →
 * epoch → payload → transaction → block. And what the two anchors of one entry must have in common, so
 * that "not yet" and "by then" are said of one log in one chain.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes, sha256Digest, toHex } from '../../base/bytes.js';
import { digestFromHex } from '../../base/hex-digest.js';
import { formatInstant } from '../../base/time.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { verifyMembership } from '../../tlog/sparse-map-proof.js';
import type { VerifiedAnchor } from '../bitcoin/anchor-proof.js';
import { headValueOf, mapKeyOf, tenantValueOf } from '../epoch-map.js';
import type { EvidenceAnchor } from '../evidence-file.js';
import { originHash } from '../head-statement.js';
import type { KnownBy } from './known-by.js';
import { type Finding, finding, type Rules } from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';
import type { ReadHead } from './read-head.js';
import { isFinding } from './read-part.js';

/** A head of the log on its way to the root of the epoch log, whoever holds that. */
export interface HeadSubject extends ReadHead {
  readonly evidence: ReadLogFile;
}

export interface AnchorSubject extends HeadSubject {
  readonly anchor: EvidenceAnchor;
  /** The chain's part of the proof, verified, or why it does not hold. */
  readonly block: JudgedBlock | Finding;
}

export interface JudgedBlock extends VerifiedAnchor {
  /** By what the verifier knows the chain; null if by its work alone. */
  readonly knownBy: KnownBy | null;
}

export interface BeforeSubject extends AnchorSubject {
  /** Null if it cannot be read; then that is what fails. */
  readonly after: AnchorSubject | null;
}

/** How far a block's time may be from the true one: the network takes no block beyond it. */
export const BLOCK_TIME_TOLERANCE_MILLIS = 2 * 60 * 60 * 1000;

export const HEAD_RULES: Rules<HeadSubject> = {
  'the head is of this log': ({ evidence, head }) =>
    equalBytes(head.originHash, originHash(evidence.log.origin)) ? null : finding('anchor.origin'),

  'its tree is a beginning of the checkpoint’s': ({ evidence, anchor, head }) => {
    const { size, rootHash } = evidence.checkpoint;
    const holds = verifyConsistency({
      from: head.size,
      fromRoot: head.rootHash,
      to: size,
      toRoot: rootHash,
      proof: anchor.consistency,
    });
    return holds ? null : finding('anchor.inconsistent', { headSize: head.size, size });
  },

  'the head is in the map of its tenant': ({ anchor, logProof }) => {
    const { log, tenant } = anchor;
    const value = headValueOf(log.salt, anchor.head);
    return verifyMembership(tenant.root, mapKeyOf(log.handle), value, logProof)
      ? null
      : finding('anchor.log-map');
  },

  'the tenant is in the map of tenants': ({ anchor, epoch, tenantProof }) => {
    const { handle } = anchor.tenant;
    const tenants = sha256Digest(digestFromHex(epoch.content.tenants));
    return verifyMembership(tenants, mapKeyOf(handle), tenantValueOf(anchor.tenant), tenantProof)
      ? null
      : finding('anchor.tenant-map');
  },

  'the tenant is the one that the origin names': ({ evidence, anchor }) =>
    evidence.log.origin.split('/')[1] === toHex(anchor.tenant.handle)
      ? null
      : finding('anchor.tenant'),
};

export const ANCHOR_RULES: Rules<AnchorSubject> = {
  'the transaction is in the chain': ({ block }) => (isFinding(block) ? block : null),

  'the epoch is in the tree that the transaction commits to': ({ anchor, epoch, block }) => {
    if (isFinding(block)) return null;
    const { size, rootHash } = block.payload;
    const holds =
      anchor.epoch.size === size &&
      verifyInclusion({
        leafHash: epoch.leafHash,
        index: epoch.content.index,
        size,
        rootHash,
        proof: epoch.inclusion,
      });
    return holds ? null : finding('anchor.epoch');
  },

  // Whoever has a root can commit to it under a key of his own: of the log's chain is what the log names.
  'the transaction is of the chain that the epoch names': ({ epoch, block }) => {
    const { anchorScript } = epoch.content;
    return isFinding(block) || anchorScript === undefined || paysScript(block, anchorScript)
      ? null
      : finding('anchor.unattributed');
  },
};

export function headContainsEntry({ evidence, head }: HeadSubject): Finding | null {
  const { index } = evidence.entry.content;
  return head.size > index ? null : finding('anchor.after-size', { headSize: head.size, index });
}

export const AFTER_RULES: Rules<AnchorSubject> = {
  'the head contains the entry': headContainsEntry,

  // Whoever dates an entry forward is found out by the chain; on one that costs nothing, nobody is.
  'the entry is not recorded after its block': ({ evidence, block }) => {
    if (isFinding(block) || block.development) return null;
    const { recordedAt } = evidence.entry.content;
    return recordedAt <= block.time + BLOCK_TIME_TOLERANCE_MILLIS
      ? null
      : finding('anchor.after-time', times(recordedAt, block.time));
  },
};

export const BEFORE_RULES: Rules<BeforeSubject> = {
  'the head does not contain the entry': ({ evidence, head }) => {
    const { index } = evidence.entry.content;
    return head.size <= index
      ? null
      : finding('anchor.before-size', { headSize: head.size, index });
  },

  // An older epoch would only show what the log was before the last one that this block covers.
  'the epoch is the newest that its block covers': ({ epoch, block }) =>
    isFinding(block) || epoch.content.index === block.payload.size - 1
      ? null
      : finding('anchor.before-epoch'),

  // Whoever dates an entry back is found out by an epoch that does not hold it yet.
  'the entry is not recorded before the epoch': ({ evidence, epoch }) => {
    const { recordedAt } = evidence.entry.content;
    return recordedAt >= epoch.content.recordedAt - BLOCK_TIME_TOLERANCE_MILLIS
      ? null
      : finding('anchor.before-time', times(recordedAt, epoch.content.recordedAt));
  },

  'both anchors are of one log in the maps': ({ anchor, after }) =>
    after === null || equalBytes(anchor.log.handle, after.anchor.log.handle)
      ? null
      : finding('anchor.pair-handle'),

  // Another script may have succeeded the first one, if the log says so: then each epoch names its own.
  'both anchors are of one chain of transactions': ({ anchor, epoch, block, after }) => {
    if (after === null || isFinding(block) || isFinding(after.block)) return null;
    const isNamed = [epoch, after.epoch].every((one) => one.content.anchorScript !== undefined);
    return anchor.chain === after.anchor.chain &&
      (isNamed || equalBytes(block.chainScript, after.block.chainScript))
      ? null
      : finding('anchor.pair-chain');
  },

  'it comes before the other': ({ epoch, block, after }) => {
    if (after === null || isFinding(block) || isFinding(after.block)) return null;
    return epoch.content.index < after.epoch.content.index && block.height < after.block.height
      ? null
      : finding('anchor.pair-order');
  },
};

function paysScript({ chainScript }: VerifiedAnchor, named: string): boolean {
  return toHex(chainScript) === named;
}

function times(recordedAt: UnixMillis, other: UnixMillis) {
  return { recordedAt: formatInstant(recordedAt), other: formatInstant(other) };
}
