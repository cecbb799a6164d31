/** What an epoch says of one log, verified against the root that the epoch commits to (docs/formats/epoch.md). */
import type { Sha256Digest } from '../../base/brand.js';
import { equalBytes, sha256Digest, toHex } from '../../base/bytes.js';
import { digestFromHex } from '../../base/hex-digest.js';
import type { EpochStatement } from '../../records/statement.js';
import { decodeMapProof, verifyAbsence, verifyMembership } from '../../tlog/sparse-map-proof.js';
import {
  CLOSING_STATEMENT_BYTES,
  type ClosingStatement,
  parseClosingStatement,
} from '../closing-statement.js';
import { headValueOf, mapKeyOf, tenantValueOf } from '../epoch-map.js';
import { EvidenceError } from '../evidence-error.js';
import { type HeadStatement, originHash, parseHeadStatement } from '../head-statement.js';

/** Anyone's word; the proofs are encoded map proofs. */
export interface LogInEpoch {
  readonly origin: string;
  /** 8 bytes, as that of the tenant. */
  readonly handle: Uint8Array;
  /** Head or closing statement with its salt; null where the epoch has nothing of the log. */
  readonly taken: { readonly statement: Uint8Array; readonly salt: Uint8Array } | null;
  readonly proof: Uint8Array;
  readonly tenant: {
    readonly handle: Uint8Array;
    readonly proof: Uint8Array;
    readonly root: Sha256Digest;
    /** None in epochs of format 1. */
    readonly salt?: Uint8Array;
  };
}

export type Said =
  | ({ readonly kind: 'head' } & HeadStatement)
  | ({ readonly kind: 'closing' } & ClosingStatement)
  | { readonly kind: 'absent' }
  /** Its tenant is absent, and all logs of that with it. */
  | { readonly kind: 'tenant-absent' };

/** @throws EvidenceError EVIDENCE_MALFORMED where it does not follow from the root; TlogError for a map proof that is none. */
export function saidOfLog({ tenants }: EpochStatement, log: LogInEpoch): Said {
  const { origin, handle, proof, tenant, taken } = log;
  if (origin.split('/')[1] !== toHex(tenant.handle))
    throw malformed('the tenant is not the one that the origin names');
  const root = sha256Digest(digestFromHex(tenants));
  const tenantKey = mapKeyOf(tenant.handle);
  const tenantProof = decodeMapProof(tenant.proof);
  if (!verifyMembership(root, tenantKey, tenantValueOf(tenant), tenantProof)) {
    if (verifyAbsence(root, tenantKey, tenantProof)) return { kind: 'tenant-absent' };
    throw malformed('the tenant’s map does not lead to its root');
  }
  const key = mapKeyOf(handle);
  const logProof = decodeMapProof(proof);
  if (taken === null) {
    if (verifyAbsence(tenant.root, key, logProof)) return { kind: 'absent' };
    throw malformed('that the log is absent does not follow from the tenant’s map');
  }
  const { statement, salt } = taken;
  if (!verifyMembership(tenant.root, key, headValueOf(salt, statement), logProof))
    throw malformed('what it says of the log does not lead to the tenant’s map');
  const said = parseTaken(statement);
  if (!equalBytes(said.originHash, originHash(origin)))
    throw malformed('what it says is of another log');
  return said;
}

function parseTaken(statement: Uint8Array): Extract<Said, { kind: 'head' | 'closing' }> {
  return statement.length === CLOSING_STATEMENT_BYTES
    ? { kind: 'closing', ...parseClosingStatement(statement) }
    : { kind: 'head', ...parseHeadStatement(statement) };
}

function malformed(reason: string): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not of the epoch: ${reason}`);
}
