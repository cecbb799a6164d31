/** What the index of epochs has of a log in the map of its tenant, and of a tenant in the map of tenants. */
import type { Sha256Digest } from '../../base/brand.js';
import { sha256Digest, toHex } from '../../base/bytes.js';
import { HANDLE_BYTES } from '../../evidence/epoch-map.js';
import type { MappedLog } from '../mapped-log.js';
import { writeHandle } from './handle-bytes.js';

/** Value in the map, hash of the origin, size of the tree, its root, whether the log has ended. */
const LOG = { value: HANDLE_BYTES, origin: 40, size: 72, root: 80, hasEnded: 112, length: 113 };
export const LOG_ITEM_BYTES = LOG.length;
export const TENANT_ITEM_BYTES = HANDLE_BYTES + 32;

/** One item after the other. */
export function formatLogs(logs: readonly MappedLog[]): Buffer {
  const items = Buffer.allocUnsafeSlow(logs.length * LOG.length);
  for (const [index, { log, value, originHash, head }] of logs.entries()) {
    const at = index * LOG.length;
    writeHandle(items, at, log);
    items.set(value, at + LOG.value);
    items.set(originHash, at + LOG.origin);
    items.writeBigUInt64BE(BigInt(head.size), at + LOG.size);
    items.set(head.rootHash, at + LOG.root);
    items[at + LOG.hasEnded] = head.hasEnded ? 1 : 0;
  }
  return items;
}

/** @param item is kept: a view of what does not change. */
export function parseLog(item: Buffer): MappedLog {
  return {
    log: toHex(item.subarray(0, HANDLE_BYTES)),
    value: sha256Digest(item.subarray(LOG.value, LOG.origin)),
    originHash: sha256Digest(item.subarray(LOG.origin, LOG.size)),
    head: {
      size: Number(item.readBigUInt64BE(LOG.size)),
      rootHash: sha256Digest(item.subarray(LOG.root, LOG.hasEnded)),
      hasEnded: item[LOG.hasEnded] === 1,
    },
  };
}

/** Of a tenant. */
export interface TenantRoot {
  /** Handle, hex. */
  readonly tenant: string;
  /** Of its map. */
  readonly root: Sha256Digest;
}

/** One item after the other. */
export function formatTenants(tenants: readonly TenantRoot[]): Buffer {
  const items = Buffer.allocUnsafeSlow(tenants.length * TENANT_ITEM_BYTES);
  for (const [index, { tenant, root }] of tenants.entries()) {
    writeHandle(items, index * TENANT_ITEM_BYTES, tenant);
    items.set(root, index * TENANT_ITEM_BYTES + HANDLE_BYTES);
  }
  return items;
}

/** As `parseLog`. */
export function parseTenant(item: Buffer): TenantRoot {
  return {
    tenant: toHex(item.subarray(0, HANDLE_BYTES)),
    root: sha256Digest(item.subarray(HANDLE_BYTES)),
  };
}
