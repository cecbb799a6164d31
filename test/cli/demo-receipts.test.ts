/** What the demo believes of a receipt and of the head of a log. */
import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import type { Receipt } from '../../src/cli/answers.js';
import { holds, isGrownFrom } from '../../src/cli/demo/receipts.js';
import { signCheckpoint } from '../../src/tlog/checkpoint.js';
import { formatVerifierKey } from '../../src/tlog/note-key.js';
import { logKey } from '../tlog/keys.js';
import { leaves, naivePath, naiveProof, naiveRoot, present, sizeOf } from '../tlog/naive-tree.js';

const log = logKey('log');
const verifierKey = formatVerifierKey(log.key);
const all = leaves(7);

function headOf(tree: typeof all, { signer } = log): string {
  const head = { origin: 'log', size: sizeOf(tree.length), rootHash: naiveRoot(tree) };
  return signCheckpoint({ ...head, extensions: [] }, signer);
}

const receipt: Receipt = {
  ...{ id: '', index: 1, leafHash: toHex(present(all[1])), recordedAt: '' },
  finality: { durable: true, witnessed: false, timestamped: false, anchored: false },
  checkpoint: headOf(all.slice(0, 3)),
  inclusionProof: naivePath(1, all.slice(0, 3)).map(toHex),
};
const answer = (tree: typeof all) => (): Promise<{ proof: readonly string[] }> =>
  Promise.resolve({ proof: naiveProof(3, tree).map(toHex) });

describe('a receipt', () => {
  it('holds as long as the log signed a head with its entry', () => {
    expect(holds(receipt, verifierKey)).toBe(true);
    expect(holds({ ...receipt, leafHash: toHex(present(all[2])) }, verifierKey)).toBe(false);
    expect(holds({ ...receipt, index: 2 }, verifierKey)).toBe(false);
    const forged = headOf(all.slice(0, 3), logKey('log', 9));
    expect(holds({ ...receipt, checkpoint: forged }, verifierKey)).toBe(false);
  });
});

describe('the head of today', () => {
  it('goes on from that of a receipt, or does not', async () => {
    expect(await isGrownFrom(receipt, headOf(all), verifierKey, answer(all))).toBe(true);
    const without = [...all.slice(0, 1), ...all.slice(2)];
    expect(await isGrownFrom(receipt, headOf(without), verifierKey, answer(without))).toBe(false);
    expect(await isGrownFrom(receipt, headOf(all), verifierKey, answer(without))).toBe(false);
  });

  it('is none that another key signed', async () => {
    const forged = headOf(all, logKey('log', 9));
    await expect(isGrownFrom(receipt, forged, verifierKey, answer(all))).rejects.toThrow();
  });
});
