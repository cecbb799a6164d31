/** A tenant's working keys, all from its root key (docs/formats/block.md). */
import { hkdfSync } from 'node:crypto';
import { utf8 } from '../base/bytes.js';
import { hmacSha256 } from '../base/hash.js';

export interface TenantKeys {
  /** Seals the blocks of the tenant's logs. */
  readonly block: Uint8Array;
  /** Makes the tags that Idempotency-Keys are kept as. */
  readonly idempotency: Uint8Array;
  /** Makes the salts of anchored heads. */
  readonly index: Uint8Array;
  /** Makes the keys of the Hypercores that content of files lies in. */
  readonly files: Uint8Array;
}

/** @param root 32 bytes. Each key has 32. */
export function tenantKeys(root: Uint8Array): TenantKeys {
  return {
    block: derive(root, 'chirograph/tenant/block/1'),
    idempotency: derive(root, 'chirograph/tenant/idempotency/1'),
    index: derive(root, 'chirograph/tenant/index/1'),
    files: derive(root, 'chirograph/tenant/files/1'),
  };
}

/**
 * A secret of the node's own for one purpose, from the keys of the tenant `_node`: the same after a restart, and
 * wherever the key store is. 32 bytes.
 */
export function nodeKey({ index }: TenantKeys, purpose: string): Uint8Array {
  return hmacSha256(index, utf8(`chirograph/node/${purpose}/1`));
}

function derive(root: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), info, 32));
}
