import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex, TreeSize, UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import type { AppendedEntry } from '../../src/ledger/entry-draft.js';
import { ReceiptWriter } from '../../src/queries/receipt-json.js';
import { type MarkSizes, receiptOf } from '../../src/queries/receipt.js';
import { EMPTY_EDGE, extend, inclusionProofsOfAppended } from '../../src/tlog/tile-tree.js';

/** What commits of these many entries would tell of them. */
function commits(sizes: readonly number[]): AppendedEntry[] {
  let edge = EMPTY_EDGE;
  return sizes.flatMap((size, commit) => {
    const leaves = Array.from({ length: size }, (_, n) => sha256(utf8(`${commit}/${n}`)));
    const extension = extend(edge, leaves);
    edge = extension.edge;
    const proofs = inclusionProofsOfAppended(extension);
    return leaves.map((leafHash, at) => ({
      origin: 'example.org/t/kyc',
      index: (extension.from + at) as LeafIndex,
      leafHash,
      recordedAt: (1_790_000_000_000 + Math.floor(commit / 2)) as UnixMillis,
      checkpoint: `example.org\n${edge.size}\n"\\\n\n— example.org ${commit}=\n`,
      inclusionProof: proofs[at] ?? [],
    }));
  });
}

const marksOf = (): MarkSizes => ({
  witnessed: 7 as TreeSize,
  timestamped: 6 as TreeSize,
  anchored: 5 as TreeSize,
});

describe('a receipt as JSON text', () => {
  it('says what the receipt says, for every entry of any commits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), (sizes) => {
        const writer = new ReceiptWriter(marksOf);
        for (const entry of commits(sizes))
          expect(JSON.parse(writer.write(entry).json)).toEqual(receiptOf(entry, marksOf));
      }),
    );
  });

  it('has the members in the same order, and nothing but ASCII', () => {
    for (const entry of commits([3, 1, 4])) {
      const text = new ReceiptWriter(marksOf).write(entry).json;
      expect(text).toBe(JSON.stringify(receiptOf(entry, marksOf)).replaceAll('—', '\\u2014'));
      expect(text).toMatch(/^[\x20-\x7e]*$/);
    }
  });
});
