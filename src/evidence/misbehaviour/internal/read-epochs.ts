/** The epochs of a proof, with statement, head and map proofs read; nothing is verified. */
import type { Sha256Digest } from '../../../base/brand.js';
import { ChirographError } from '../../../base/errors.js';
import type { EpochStatement } from '../../../records/statement.js';
import { decodeMapProof, type MapProof } from '../../../tlog/sparse-map-proof.js';
import { tenantValueOf } from '../../epoch-map.js';
import { EvidenceError } from '../../evidence-error.js';
import { type HeadStatement, parseHeadStatement } from '../../head-statement.js';
import { isFinding } from '../../internal/read-part.js';
import { type ReadStatement, readStatement } from '../../internal/read-statement.js';
import type { EpochContradiction, EpochWithHead, LeafInTree } from '../misbehaviour-file.js';
import type { ReadHead } from './read-heads.js';

export interface EpochsSubject {
  /** Of the epoch log. */
  readonly epochLog: ReadHead;
  readonly earlier: ReadEpoch & { readonly shown: ShownHead };
  readonly later: ReadEpoch;
  readonly growth: LeafInTree | null;
  /** Handles. */
  readonly log: Uint8Array;
  readonly tenant: Uint8Array;
}

export interface ReadEpoch extends ReadStatement<EpochStatement> {
  readonly tenantProof: MapProof;
  /** Of the tenant's map; null where the tenant is absent. */
  readonly tenantRoot: Sha256Digest | null;
  /** What the map of tenants has for it; null where the tenant is absent. */
  readonly tenantValue: Sha256Digest | null;
  /** Null where the tenant is absent. */
  readonly logProof: MapProof | null;
  /** Null where the log is absent. */
  readonly shown: ShownHead | null;
}

export interface ShownHead {
  readonly bytes: Uint8Array;
  readonly head: HeadStatement;
  readonly salt: Uint8Array;
}

/**
 * Null if a part cannot be read.
 * @throws EvidenceError EVIDENCE_FORMAT_NEWER: what is newer than this version is not to be judged by it.
 */
export function readEpochsOf(shows: EpochContradiction, epochLog: ReadHead): EpochsSubject | null {
  const { growth, log, tenant } = shows;
  const earlier = readEpoch(shows.earlier);
  const later = readEpoch(shows.later);
  if (earlier === null || later === null || earlier.shown === null) return null;
  const withHead = { ...earlier, shown: earlier.shown };
  return { epochLog, earlier: withHead, later, growth: growth ?? null, log, tenant };
}

function readEpoch(epoch: EpochContradiction['later']): ReadEpoch | null {
  const statement = readStatement(epoch, 'an epoch', 'epoch');
  if (isFinding(statement)) return null;
  return readable(() => ({
    ...statement,
    tenantProof: decodeMapProof(epoch.tenant.proof),
    tenantRoot: 'root' in epoch.tenant ? epoch.tenant.root : null,
    tenantValue: 'root' in epoch.tenant ? tenantValueOf(epoch.tenant) : null,
    logProof: 'log' in epoch ? decodeMapProof(epoch.log.proof) : null,
    shown: 'head' in epoch ? shownHead(epoch) : null,
  }));
}

function shownHead({ head: bytes, log: { salt } }: EpochWithHead): ShownHead {
  return { bytes, head: parseHeadStatement(bytes), salt };
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (cause) {
    const isNewer = cause instanceof EvidenceError && cause.code === 'EVIDENCE_FORMAT_NEWER';
    if (cause instanceof ChirographError && !isNewer) return null;
    throw cause;
  }
}
