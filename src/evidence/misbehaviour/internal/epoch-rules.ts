/**
 * That an epoch log contradicts itself about a log: the head that an earlier epoch committed to is gone
 * from a later one, or the later head cannot follow from it. Which came later the epoch log itself says.
 */
import type { LeafIndex } from '../../../base/brand.js';
import { equalBytes, sha256Digest } from '../../../base/bytes.js';
import { digestFromHex } from '../../../base/hex-digest.js';
import { verifyInclusion } from '../../../tlog/inclusion-proof.js';
import { verifyAbsence, verifyMembership } from '../../../tlog/sparse-map-proof.js';
import { headValueOf, mapKeyOf } from '../../epoch-map.js';
import type { HeadStatement } from '../../head-statement.js';
import { rootBefore } from '../../internal/root-before.js';
import type { LeafInTree } from '../misbehaviour-file.js';
import { type BoundHead, bindingsConflict } from './binding-conflict.js';
import type { Rules } from './flaws.js';
import type { EpochsSubject, ReadEpoch } from './read-epochs.js';

export const EPOCH_RULES: Rules<EpochsSubject> = {
  'the earlier epoch is in the log': ({ earlier, epochLog }) =>
    isIn(earlier, epochLog) ? null : 'epochs.earlier-path',

  'the later epoch is in the log': ({ later, epochLog }) =>
    isIn(later, epochLog) ? null : 'epochs.later-path',

  'the earlier one comes first': ({ earlier, later }) =>
    earlier.content.index < later.content.index ? null : 'epochs.order',

  'the earlier map of tenants': ({ earlier, tenant }) =>
    saysOfTenant(earlier, tenant) ? null : 'epochs.earlier-tenant',

  'the earlier map of the tenant': ({ earlier, log }) =>
    saysOfLog(earlier, log) ? null : 'epochs.earlier-log',

  'the later map of tenants': ({ later, tenant }) =>
    saysOfTenant(later, tenant) ? null : 'epochs.later-tenant',

  'the later map of the tenant': ({ later, log }) =>
    saysOfLog(later, log) ? null : 'epochs.later-log',

  'both heads are of one origin': ({ earlier, later }) =>
    later.shown === null || equalBytes(earlier.shown.head.originHash, later.shown.head.originHash)
      ? null
      : 'epochs.origin',

  'growth is shown of a head that grew': ({ earlier, later, growth }) =>
    growth === null || (later.shown !== null && leads(growth, earlier.shown.head, later.shown.head))
      ? null
      : 'epochs.growth',

  'the later head cannot follow': ({ earlier, later, growth }) =>
    later.shown === null || cannotFollow(earlier.shown.head, later.shown.head, growth)
      ? null
      : 'epochs.consistent',
};

function isIn(epoch: ReadEpoch, { size, rootHash }: EpochsSubject['epochLog']): boolean {
  const { leafHash, inclusion: proof } = epoch;
  return verifyInclusion({ leafHash, index: epoch.content.index, size, rootHash, proof });
}

/** That it has the root that is shown, or is absent if none is. */
function saysOfTenant(
  { content, tenantProof, tenantValue }: ReadEpoch,
  handle: Uint8Array,
): boolean {
  const tenants = sha256Digest(digestFromHex(content.tenants));
  const key = mapKeyOf(handle);
  return tenantValue === null
    ? verifyAbsence(tenants, key, tenantProof)
    : verifyMembership(tenants, key, tenantValue, tenantProof);
}

/** That it has the head that is shown, or is absent if none is. */
function saysOfLog({ tenantRoot, logProof, shown }: ReadEpoch, handle: Uint8Array): boolean {
  if (tenantRoot === null || logProof === null) return tenantRoot === null && logProof === null;
  const key = mapKeyOf(handle);
  return shown === null
    ? verifyAbsence(tenantRoot, key, logProof)
    : verifyMembership(tenantRoot, key, headValueOf(shown.salt, shown.bytes), logProof);
}

function leads(growth: LeafInTree, earlier: HeadStatement, later: HeadStatement): boolean {
  const { leafHash, inclusion: proof } = growth;
  const index = earlier.size as number as LeafIndex;
  return (
    earlier.size > 0 &&
    earlier.size < later.size &&
    verifyInclusion({ leafHash, index, size: later.size, rootHash: later.rootHash, proof })
  );
}

function cannotFollow(
  earlier: HeadStatement,
  later: HeadStatement,
  growth: LeafInTree | null,
): boolean {
  if (later.size < earlier.size) return true;
  if (later.size === earlier.size && !equalBytes(earlier.rootHash, later.rootHash)) return true;
  if (growth !== null) {
    const root = rootBefore(earlier.size as number as LeafIndex, later.size, growth.inclusion);
    return root !== null && !equalBytes(root, earlier.rootHash);
  }
  return bindingsConflict(boundHead(earlier), boundHead(later));
}

function boundHead(head: HeadStatement): BoundHead {
  return { size: head.size, binding: head };
}
