/** What search tags are made with while a vault key lives (docs/formats/vault.md, "Search key"). */
import { utf8 } from '../../base/bytes.js';
import { hmacSha256 } from '../../base/hash.js';
import type { VaultKey } from './vault-row.js';

/** 32 bytes, secret. */
export function searchKeyOf({ key }: VaultKey): Uint8Array {
  return hmacSha256(key, LABEL);
}

const LABEL = utf8('chirograph/vault/search/1\0');
