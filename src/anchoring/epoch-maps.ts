/**
 * The maps of one epoch (docs/formats/epoch.md): each tenant's heads under one root, all tenants'
 * roots under another. Pure: from the same heads the same maps, whenever a proof is asked for.
 */
import type { Sha256Digest } from '../base/brand.js';
import { fromHex, u64be, utf8 } from '../base/bytes.js';
import { groupBy } from '../base/group-by.js';
import { hmacSha256 } from '../base/hash.js';
import { headValueOf, mapKeyOf } from '../evidence/epoch-map.js';
import { encodeMapProof } from '../tlog/sparse-map-proof.js';
import { proveKey, type SparseMap, sparseMap } from '../tlog/sparse-map.js';

/** One log's head as an epoch took it. */
export interface EpochHead {
  /** Handles, hex. */
  readonly tenant: string;
  readonly log: string;
  readonly origin: string;
  /** Bytes of the head statement. */
  readonly statement: Uint8Array;
}

/** Index key of a tenant, 32 bytes: what its salts are made with. */
export type IndexKeyOf = (tenant: string) => Uint8Array;

export interface EpochMaps {
  readonly tenants: SparseMap;
  readonly byTenant: ReadonlyMap<string, SparseMap>;
}

/** The way of one head to the root of the map of tenants. */
export interface EpochPath {
  readonly salt: Uint8Array;
  readonly logProof: Uint8Array;
  readonly tenantProof: Uint8Array;
  /** Of the tenant's own map. */
  readonly tenantRoot: Sha256Digest;
}

export function epochMaps(
  epoch: number,
  heads: readonly EpochHead[],
  indexKeyOf: IndexKeyOf,
): EpochMaps {
  const byTenant = new Map<string, SparseMap>();
  for (const [tenant, logs] of groupBy(heads, (head) => head.tenant)) {
    const entries = logs.map(({ log, statement }) => ({
      key: keyOf(log),
      value: headValueOf(headSalt(epoch, log, indexKeyOf(tenant)), statement),
    }));
    byTenant.set(tenant, sparseMap(entries));
  }
  const tenants = sparseMap(
    [...byTenant].map(([tenant, map]) => ({ key: keyOf(tenant), value: map.hash })),
  );
  return { tenants, byTenant };
}

/** @param head one of the heads that the maps were made of. */
export function epochPath(
  epoch: number,
  maps: EpochMaps,
  { tenant, log }: EpochHead,
  indexKeyOf: IndexKeyOf,
): EpochPath {
  const logs = maps.byTenant.get(tenant);
  if (logs === undefined) throw new Error('a head of another epoch');
  return {
    salt: headSalt(epoch, log, indexKeyOf(tenant)),
    logProof: encodeMapProof(proveKey(logs, keyOf(log))),
    tenantProof: encodeMapProof(proveKey(maps.tenants, keyOf(tenant))),
    tenantRoot: logs.hash,
  };
}

function keyOf(handle: string): Sha256Digest {
  return mapKeyOf(fromHex(handle));
}

function headSalt(epoch: number, log: string, indexKey: Uint8Array): Sha256Digest {
  return hmacSha256(indexKey, utf8(`chirograph/head-salt/1\0${log}`), u64be(epoch));
}
