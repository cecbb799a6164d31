/**
 * What stands in the maps of an epoch, and under which salts (docs/formats/epoch.md). Pure: from the same
 * statements the same maps, whenever and by whomever they are made.
 */
import type { Sha256Digest } from '../base/brand.js';
import { fromHex, u64be, utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { hmacSha256 } from '../base/hash.js';
import { HANDLE_BYTES, mapKeyOf, tenantValueOf } from '../evidence/epoch-map.js';

/** Index key of a tenant, 32 bytes: what its salts are made with. */
export type IndexKeyOf = (tenant: string) => Uint8Array;

/** How the heads of an epoch stand in its maps: format 1 takes all of them anew, and blinds no tenant. */
export type EpochFormat = 1 | 2;

/** Where a tenant or a log stands. @param handle 16 hex digits. */
export function keyOf(handle: string): Sha256Digest {
  return mapKeyOf(fromHex(handle));
}

/** @param epoch that took the statement. */
export function headSalt(epoch: number, log: string, indexKey: Uint8Array): Sha256Digest {
  return headSalts(epoch, indexKey)(log);
}

/** For each log of a tenant of which an epoch took something. @param epoch that took it. */
export function headSalts(epoch: number, indexKey: Uint8Array): (log: string) => Sha256Digest {
  const label = HEAD_LABEL.length;
  const message = Buffer.alloc(label + 2 * HANDLE_BYTES + 8);
  message.set(HEAD_LABEL);
  message.writeBigUInt64BE(BigInt(epoch), label + 2 * HANDLE_BYTES);
  return (log) => {
    // A shorter one would leave a part of the last.
    assert(message.write(log, label, 'latin1') === 2 * HANDLE_BYTES, 'a handle has 16 digits');
    return hmacSha256(indexKey, message);
  };
}

/** @param epoch whose map it is. */
export function tenantSalt(epoch: number, indexKey: Uint8Array): Sha256Digest {
  return hmacSha256(indexKey, TENANT_LABEL, u64be(epoch));
}

/** What stands in the map of tenants for one. */
export function tenantValue(
  { epoch, format }: { readonly epoch: number; readonly format: EpochFormat },
  root: Sha256Digest,
  indexKey: Uint8Array,
): Sha256Digest {
  return tenantValueOf(format === 1 ? { root } : { root, salt: tenantSalt(epoch, indexKey) });
}

const HEAD_LABEL = utf8('chirograph/head-salt/1\0');
const TENANT_LABEL = utf8('chirograph/tenant-salt/1\0');
