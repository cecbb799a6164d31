/**
 * Lists of transactions that have the Merkle root of a shorter one, because the last of an odd row is
 * hashed with itself (CVE-2012-2459). A node that took such a block for invalid once and for all could be
 * kept from the real one, whose hash is the same.
 */
import { equalBytes } from '../../base/bytes.js';
import { hash256 } from '../../evidence/bitcoin/hash256.js';

/** Whether two neighbours of some row are alike, both of their own. */
export function isMutated(leaves: readonly Uint8Array[]): boolean {
  let row = leaves;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let left = 0; left < row.length; left += 2) {
      const node = row[left] ?? new Uint8Array();
      const right = row[left + 1];
      if (right !== undefined && equalBytes(node, right)) return true;
      above.push(hash256(node, right ?? node));
    }
    row = above;
  }
  return false;
}
