/** A tenant's working keys, all from its root key (docs/formats/block.md). */
import { hkdfSync } from 'node:crypto';

export interface TenantKeys {
  /** Seals the blocks of the tenant's logs. */
  readonly block: Uint8Array;
  /** Makes the tags that Idempotency-Keys are kept as. */
  readonly idempotency: Uint8Array;
  /** Makes the salts of anchored heads. */
  readonly index: Uint8Array;
}

/** @param root 32 bytes. Each key has 32. */
export function tenantKeys(root: Uint8Array): TenantKeys {
  return {
    block: derive(root, 'chirograph/tenant/block/1'),
    idempotency: derive(root, 'chirograph/tenant/idempotency/1'),
    index: derive(root, 'chirograph/tenant/index/1'),
  };
}

function derive(root: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), info, 32));
}
