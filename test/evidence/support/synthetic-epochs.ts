/** An epoch log: each epoch commits to the head of our log and to those of neighbours. */
import type { LeafIndex, Sha256Digest, UnixMillis } from '../../../src/base/brand.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import { headValueOf, mapKeyOf } from '../../../src/evidence/epoch-map.js';
import type { LogInMap, TenantInMap } from '../../../src/evidence/evidence-file.js';
import { type EpochStatement, formatStatement } from '../../../src/records/statement.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { encodeMapProof } from '../../../src/tlog/sparse-map-proof.js';
import { proveKey, sparseMap } from '../../../src/tlog/sparse-map.js';
import { derived, type NamedKey, namedKey } from './synthetic-keys.js';

export interface EpochOrder {
  readonly seed: string;
  /** Of the epoch log; 1 for the first epoch. */
  readonly index: number;
  readonly recordedAt: UnixMillis;
  readonly previous: Sha256Digest | null;
  readonly tenantHandle: Uint8Array;
  readonly logHandle: Uint8Array;
  readonly head: Uint8Array;
}

export interface SyntheticEpoch {
  readonly statement: Uint8Array;
  readonly log: LogInMap;
  readonly tenant: TenantInMap;
}

export function epochOf(
  order: EpochOrder,
  bend: (statement: EpochStatement) => EpochStatement,
): SyntheticEpoch {
  const { seed, index, recordedAt, previous, tenantHandle, logHandle, head } = order;
  const salt = derived(`${seed} head salt ${index}`);
  const heads = sparseMap([
    { key: mapKeyOf(logHandle), value: headValueOf(salt, head) },
    ...neighbours(`${seed} logs ${index}`),
  ]);
  const tenants = sparseMap([
    { key: mapKeyOf(tenantHandle), value: heads.hash },
    ...neighbours(`${seed} tenants ${index}`),
  ]);
  const statement = bend({
    kind: 'epoch',
    index: index as LeafIndex,
    recordedAt,
    heads: 12,
    tenants: digestToHex(tenants.hash),
    ...(previous !== null && { previous: digestToHex(previous) }),
  });
  return {
    statement: formatStatement(statement),
    log: {
      handle: logHandle,
      proof: encodeMapProof(proveKey(heads, mapKeyOf(logHandle))),
      salt,
    },
    tenant: {
      handle: tenantHandle,
      proof: encodeMapProof(proveKey(tenants, mapKeyOf(tenantHandle))),
      root: heads.hash,
    },
  };
}

/** Entry 0 of the epoch log, and an epoch for each order, each with the leaf hash of the one before. */
export function epochLog(
  seed: string,
  start: UnixMillis,
  orders: readonly Omit<EpochOrder, 'previous' | 'seed'>[],
  bend: (statement: EpochStatement) => EpochStatement,
): { statements: Uint8Array[]; epochs: SyntheticEpoch[] } {
  const key = epochKey(seed);
  const statements = [
    formatStatement({
      kind: 'ledger',
      index: 0 as LeafIndex,
      recordedAt: start,
      origin: key.key.name,
      recoveryKey: namedKey('log.example/0000000000000000', `${seed} node recovery`).text,
      verifierKey: key.text,
    }),
  ];
  const epochs: SyntheticEpoch[] = [];
  for (const order of orders) {
    const before = epochs.at(-1);
    const previous = before === undefined ? null : leafHash(before.statement);
    const epoch = epochOf({ ...order, seed, previous }, bend);
    epochs.push(epoch);
    statements.push(epoch.statement);
  }
  return { statements, epochs };
}

/** Of the epoch log. */
export function epochKey(seed: string): NamedKey {
  return namedKey('log.example/0000000000000000/epochs', `${seed} epochs`);
}

function neighbours(seed: string): { key: Uint8Array; value: Uint8Array }[] {
  return Array.from({ length: 5 }, (_, n) => ({
    key: mapKeyOf(derived(`${seed} ${n}`, 8)),
    value: derived(`${seed} value ${n}`),
  }));
}
