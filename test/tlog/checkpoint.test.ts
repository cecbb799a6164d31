import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, sha256Digest, toBase64, toHex } from '../../src/base/bytes.js';
import {
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
  type Checkpoint,
} from '../../src/tlog/checkpoint.js';
import { EMPTY_RANGE, appendLeaves, rootHash } from '../../src/tlog/compact-range.js';
import { decodeEntryBundle } from '../../src/tlog/entry-bundle.js';
import { EMPTY_ROOT, leafHash } from '../../src/tlog/merkle-hash.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier, signNote } from '../../src/tlog/signed-note.js';
import { rootAt } from '../../src/tlog/tile-reader.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { logKey } from './keys.js';
import { accepted, cutsAndRepeats, singleByteChanges } from './mutations.js';
import { present, sizeOf } from './naive-tree.js';
import { tesseraLog } from './vectors.js';

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(sha256Digest);
const log = logKey('log.example/a');
const checkpoint: Checkpoint = {
  origin: 'log.example/a',
  size: sizeOf(1),
  rootHash: sha256Digest(new Uint8Array(32).fill(5)),
  extensions: [],
};
const ROOT = toBase64(checkpoint.rootHash);

describe('checkpoint', () => {
  it('reads the example of C2SP tlog-checkpoint', () => {
    const text =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    const parsed = parseCheckpoint(text);
    expect(parsed.origin).toBe('example.com/behind-the-sofa');
    expect(parsed.size).toBe(20_852_163);
    expect(toHex(parsed.rootHash)).toBe(
      '0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62',
    );
    expect(formatCheckpoint(parsed)).toBe(text);
  });

  it('verifies every head of a log of others, over the roots that its entries and tiles give', () => {
    const verifier = noteVerifier(parseVerifierKey(tesseraLog.verifierKey));
    for (const [size, note] of tesseraLog.checkpoints.entries()) {
      const head = verifyCheckpoint(note, verifier);
      expect(head.size).toBe(size);
      if (size === 0) {
        expect(head.rootHash).toEqual(EMPTY_ROOT);
        continue;
      }
      const bundle = fromHex(present(tesseraLog.entryBundles[`tile/entries/000.p/${size}`]));
      const range = appendLeaves(EMPTY_RANGE, decodeEntryBundle(bundle, size).map(leafHash));
      expect(rootHash(range)).toEqual(head.rootHash);
      const tile = fromHex(present(tesseraLog.tiles[`tile/0/000.p/${size}`]));
      expect(rootAt(sizeOf(size), () => tile)).toEqual(head.rootHash);
    }
  });

  it('is refused after every change of one byte, every cut and every repeat', () => {
    const note = signCheckpoint(checkpoint, log.signer);
    const read = (text: string): Checkpoint => verifyCheckpoint(text, log.verifier);
    expect(accepted([note], read)).toEqual([note]);
    expect(accepted(singleByteChanges(note), read)).toEqual([]);
    expect(accepted(cutsAndRepeats(note), read)).toEqual([]);
  });

  it('is refused as the head of another log, though the same key signed it', () => {
    const note = signCheckpoint({ ...checkpoint, origin: 'log.example/b' }, log.signer);
    expect(() => verifyCheckpoint(note, log.verifier)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_OF_OTHER_LOG' }),
    );
    expect(verifyCheckpoint(note, log.verifier, 'log.example/b').origin).toBe('log.example/b');
    expect(() => verifyCheckpoint(note, log.verifier, 'log.example/a')).toThrow(TlogError);
  });

  it('is refused if the signed text is no checkpoint', () => {
    const note = signNote('log.example/a\n1\n', log.signer);
    expect(() => verifyCheckpoint(note, log.verifier)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_MALFORMED' }),
    );
  });

  it.each([
    ['no origin', `\n1\n${ROOT}\n`],
    ['two lines', 'log\n1\n'],
    ['no newline at the end', `log\n1\n${ROOT}`],
    ['an empty extension line', `log\n1\n${ROOT}\n\n`],
    ['an empty line between extensions', `log\n1\n${ROOT}\na\n\nb\n`],
    ['a leading zero', `log\n01\n${ROOT}\n`],
    ['a plus sign', `log\n+1\n${ROOT}\n`],
    ['a minus sign', `log\n-1\n${ROOT}\n`],
    ['no size', `log\n\n${ROOT}\n`],
    ['a fraction', `log\n1.0\n${ROOT}\n`],
    ['an exponent', `log\n1e3\n${ROOT}\n`],
    ['a size above 2⁵³−1', `log\n9007199254740992\n${ROOT}\n`],
    ['a size above 2⁶⁴', `log\n99999999999999999999\n${ROOT}\n`],
    ['a short root', `log\n1\n${toBase64(new Uint8Array(31))}\n`],
    ['a long root', `log\n1\n${toBase64(new Uint8Array(33))}\n`],
    ['a root without padding', `log\n1\n${ROOT.replace('=', '')}\n`],
    ['a root with trailing bits', `log\n1\n${ROOT.replace(/.=$/, 'V=')}\n`],
    ['a root in URL-safe base64', `log\n1\n${'_'.repeat(43)}=\n`],
    ['a carriage return', `log\r\n1\r\n${ROOT}\r\n`],
    ['a control character', `l\u0001g\n1\n${ROOT}\n`],
  ])('is refused with %s', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_MALFORMED' }),
    );
  });

  it.each([
    ['an origin of two lines', { origin: 'a\nb' }],
    ['an origin that smuggles a head', { origin: `a\n5\n${ROOT}` }],
    ['an empty origin', { origin: '' }],
    ['a size that is none', { size: sizeOf(-1) }],
    ['an extension of two lines', { extensions: ['a\nb'] }],
    ['an empty extension', { extensions: [''] }],
  ])('is not written with %s', (_, change) => {
    expect(() => formatCheckpoint({ ...checkpoint, ...change })).toThrow(TlogError);
  });

  it('reads back what was written', () => {
    const line = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(
        line,
        fc.maxSafeNat(),
        digest,
        fc.array(line),
        (origin, size, root, extensions) => {
          const written = { origin, size: sizeOf(size), rootHash: root, extensions };
          expect(parseCheckpoint(formatCheckpoint(written))).toEqual(written);
        },
      ),
    );
  });
});
