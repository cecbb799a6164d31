/** Keys and values of the two maps of an epoch (docs/formats/epoch.md). */
import type { Sha256Digest } from '../base/brand.js';
import { utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { sha256 } from '../base/hash.js';

/** Bytes of a tenant's or a log's handle; random, and shown as 16 hex digits. */
export const HANDLE_BYTES = 8;
export const HEAD_SALT_BYTES = 32;

/** Where a tenant or a log stands in its map: hashed, so that paths stay short whatever the handle. */
export function mapKeyOf(handle: Uint8Array): Sha256Digest {
  assert(handle.length === HANDLE_BYTES, 'a handle has 8 bytes');
  return sha256(HANDLE_LABEL, handle);
}

/** What stands there for a log; the salt hides it from the tenant's neighbours and from guessing. */
export function headValueOf(salt: Uint8Array, headStatement: Uint8Array): Sha256Digest {
  assert(salt.length === HEAD_SALT_BYTES, 'a head is salted with 32 bytes');
  return sha256(salt, headStatement);
}

/**
 * What stands in the map of tenants for one. The salt, of this epoch alone, hides from its neighbours whether the
 * tenant wrote anything; format 1 had none. What is hashed is one byte shorter than any leaf or node of a map, so
 * nothing can be taken for the other.
 */
export function tenantValueOf({ root, salt }: BlindedRoot): Sha256Digest {
  if (salt === undefined) return root;
  assert(salt.length === HEAD_SALT_BYTES, 'a tenant is salted with 32 bytes');
  return sha256(salt, root);
}

export interface BlindedRoot {
  /** Of the tenant's map. */
  readonly root: Sha256Digest;
  readonly salt?: Uint8Array;
}

const HANDLE_LABEL = utf8('chirograph/handle/1\0');
