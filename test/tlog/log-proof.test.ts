import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toBase64, utf8 } from '../../src/base/bytes.js';
import { signCheckpoint, type Checkpoint } from '../../src/tlog/checkpoint.js';
import {
  formatLogProof,
  parseLogProof,
  verifyLogProof,
  type LogProof,
} from '../../src/tlog/log-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier } from '../../src/tlog/signed-note.js';
import { inclusionProofOf } from '../../src/tlog/tile-reader.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { logKey } from './keys.js';
import { accepted, cutsAndRepeats, singleBitChanges } from './mutations.js';
import { hashOf, indexOf, leaves, naivePath, naiveRoot, present, sizeOf } from './naive-tree.js';
import { tesseraLog } from './vectors.js';

const log = logKey('log');
const all = leaves(3);
const checkpoint = signCheckpoint(
  { origin: 'log', size: sizeOf(3), rootHash: naiveRoot(all), extensions: [] },
  log.signer,
);
const logProof: LogProof = { index: indexOf(2), proof: naivePath(2, all), checkpoint };
const leaf = present(all[2]);
const text = formatLogProof(logProof);

function verify(proofText: string): Checkpoint {
  return verifyLogProof(parseLogProof(proofText), leaf, log.verifier);
}

describe('log proof', () => {
  it('is written as others write it', () => {
    const h1 = hashOf(utf8('hash1'));
    const h2 = hashOf(utf8('hash2'));
    // transparency-dev/formats, proof/tlog_proof_test.go.
    expect(
      formatLogProof({ index: indexOf(5), proof: [h1, h2], checkpoint: 'test checkpoint\n' }),
    ).toBe(
      `c2sp.org/tlog-proof@v1\nindex 5\n${toBase64(h1)}\n${toBase64(h2)}\n\ntest checkpoint\n`,
    );
    expect(
      formatLogProof({
        index: indexOf(10),
        proof: [h1],
        checkpoint: 'checkpoint data\n',
        extra: utf8('extra information'),
      }),
    ).toBe(
      `c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n${toBase64(h1)}\n\ncheckpoint data\n`,
    );
    expect(formatLogProof({ index: indexOf(0), proof: [], checkpoint: 'checkpoint\n' })).toBe(
      'c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n',
    );
  });

  it('verifies for every entry of a log of others', () => {
    const tile = fromHex(present(tesseraLog.tiles['tile/0/000.p/15']));
    const words =
      'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten';
    const size = sizeOf(15);
    for (const [at, word] of words.split(' ').entries()) {
      const index = indexOf(at);
      const proof = inclusionProofOf(index, size, () => tile);
      const written = formatLogProof({
        index,
        proof,
        checkpoint: present(tesseraLog.checkpoints[15]),
      });
      const verifier = noteVerifier(parseVerifierKey(tesseraLog.verifierKey));
      const verified = verifyLogProof(parseLogProof(written), leafHash(utf8(word)), verifier);
      expect(verified.size).toBe(15);
    }
  });

  it('is refused after every change of one bit, every cut and every repeat', () => {
    expect(accepted([text], verify)).toEqual([text]);
    expect(accepted(singleBitChanges(text), verify)).toEqual([]);
    expect(accepted(cutsAndRepeats(text), verify)).toEqual([]);
  });

  it('is refused for another leaf, log or key', () => {
    const stranger = logKey('log', 8).verifier;
    expect(() => verifyLogProof(logProof, present(all[1]), log.verifier)).toThrow(
      expect.objectContaining({ code: 'LOG_PROOF_UNVERIFIED' }),
    );
    expect(() => verifyLogProof(logProof, leaf, log.verifier, 'other')).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_OF_OTHER_LOG' }),
    );
    expect(() => verifyLogProof(logProof, leaf, stranger)).toThrow(
      expect.objectContaining({ code: 'NOTE_UNVERIFIED' }),
    );
  });

  it('reads back what was written', () => {
    const digests = fc.array(
      fc.nat(2).map((at) => present(all[at])),
      { maxLength: 53 },
    );
    const extra = fc.uint8Array({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.maxSafeNat(), digests, extra, fc.boolean(), (at, proof, bytes, hasExtra) => {
        const head = { index: indexOf(at), proof, checkpoint };
        const written = hasExtra ? { ...head, extra: bytes } : head;
        expect(parseLogProof(formatLogProof(written))).toEqual(written);
      }),
    );
    const large = { ...logProof, extra: new Uint8Array(65_535) };
    expect(parseLogProof(formatLogProof(large))).toEqual(large);
  });

  const hash = toBase64(leaf);
  const HEADER = 'c2sp.org/tlog-proof@v1';

  it.each([
    ['another header', `c2sp.org/tlog-proof@v2\nindex 0\n\n${checkpoint}`],
    ['no index', `${HEADER}\n\n${checkpoint}`],
    ['a leading zero', `${HEADER}\nindex 00\n\n${checkpoint}`],
    ['a negative index', `${HEADER}\nindex -5\n\n${checkpoint}`],
    ['an index above 2⁵³−1', `${HEADER}\nindex 9007199254740992\n\n${checkpoint}`],
    ['an empty extra line', `${HEADER}\nextra \nindex 0\n\n${checkpoint}`],
    ['extra that is no base64', `${HEADER}\nextra !!\nindex 0\n\n${checkpoint}`],
    ['extra after the index', `${HEADER}\nindex 0\nextra AA==\n\n${checkpoint}`],
    ['two extras', `${HEADER}\nextra AA==\nextra AA==\nindex 0\n\n${checkpoint}`],
    ['too much extra', `${HEADER}\nextra ${'A'.repeat(100_000)}\nindex 0\n\n${checkpoint}`],
    ['a short hash', `${HEADER}\nindex 0\n${toBase64(leaf.subarray(1))}\n\n${checkpoint}`],
    ['a hash that is no base64', `${HEADER}\nindex 0\n!!\n\n${checkpoint}`],
    ['54 hashes', `${HEADER}\nindex 0\n${`${hash}\n`.repeat(54)}\n${checkpoint}`],
    ['a second blank line', `${HEADER}\nindex 0\n\n\n${checkpoint}`],
    ['no checkpoint', `${HEADER}\nindex 0\n\n`],
    ['no blank line', `${HEADER}\nindex 0\n${hash}\n`],
    ['an unsigned checkpoint', `${HEADER}\nindex 0\n\nlog\n1\n${hash}\n`],
    [
      'a note that is no checkpoint',
      `${HEADER}\nindex 0\n\na\n\n${present(checkpoint.split('\n')[4])}\n`,
    ],
    ['a checkpoint that is too long', `${HEADER}\nindex 0\n\n${'a'.repeat(1_000_001)}`],
  ])('is refused with %s', (_, bad) => {
    expect(() => parseLogProof(bad)).toThrow(TlogError);
  });
});
