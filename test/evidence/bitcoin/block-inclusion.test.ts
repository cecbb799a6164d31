import { describe, expect, it } from '@jest/globals';
import { fromHex } from '../../../src/base/bytes.js';
import { BitcoinReader } from '../../../src/evidence/bitcoin/bitcoin-reader.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { verifyBlockInclusion } from '../../../src/evidence/bitcoin/block-inclusion.js';
import type { BlockInclusion } from '../../../src/evidence/bitcoin/block-inclusion.js';
import { merkleBranch } from '../../../src/evidence/bitcoin/merkle-branch.js';
import { readTransaction } from '../../../src/evidence/bitcoin/transaction.js';
import { refusal } from './error-code.js';
import { blocks } from './vectors.js';

describe.each(blocks.filter(({ height }) => height > 0))(
  'verifyBlockInclusion in block $height of $network',
  ({ hex, height }) => {
    const bytes = fromHex(hex);
    const header = parseBlockHeader(bytes.subarray(0, 80));
    const reader = new BitcoinReader(bytes, () => new Error('cut off'));
    reader.take(80);
    const transactions = Array.from({ length: reader.compactSize() }, () =>
      readTransaction(reader),
    );
    const leaves = transactions.map(({ hash }) => hash);
    const inclusions: BlockInclusion[] = transactions.map(({ stripped }, index) => ({
      transaction: stripped,
      index,
      branch: merkleBranch(leaves, index),
      coinbase: transactions[0]?.stripped ?? new Uint8Array(),
      coinbaseBranch: merkleBranch(leaves, 0),
      height,
    }));

    it('shows every transaction but the coinbase, and the height', () => {
      const [first, ...others] = inclusions;
      others.forEach((inclusion, at) => {
        expect(verifyBlockInclusion(inclusion, header).txid).toBe(transactions[at + 1]?.txid);
      });
      expect(refusal(() => first && verifyBlockInclusion(first, header))).toMatch(
        /^BITCOIN_BRANCH_INVALID: .*coinbase/,
      );
    });

    it('shows none at another height or another place', () => {
      for (const inclusion of inclusions.slice(1)) {
        expect(
          refusal(() => verifyBlockInclusion({ ...inclusion, height: height + 1 }, header)),
        ).toMatch(/^BITCOIN_COINBASE_INVALID/);
        expect(
          refusal(() => verifyBlockInclusion({ ...inclusion, index: inclusion.index - 1 }, header)),
        ).toMatch(/^BITCOIN_BRANCH_INVALID/);
      }
    });
  },
);
