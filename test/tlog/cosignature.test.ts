import { describe, expect, it } from '@jest/globals';
import { concat, fromBase64, u64be, utf8 } from '../../src/base/bytes.js';
import { signCheckpoint, verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { cosign, cosignatureVerifier, verifyCosignatures } from '../../src/tlog/cosignature.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import {
  formatSignedNote,
  noteVerifier,
  parseSignedNote,
  type NoteSignature,
  type SignedNote,
} from '../../src/tlog/signed-note.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { logKey, witnessKey } from './keys.js';
import { accepted, singleBitChanges } from './mutations.js';
import { leaves, naiveRoot, present, sizeOf } from './naive-tree.js';
import { noteVectors } from './vectors.js';

const log = logKey('log');
const witness = witnessKey('w');
const verifier = cosignatureVerifier(witness.key);
const TIME = 1_679_315_147;
const signed = parseSignedNote(
  signCheckpoint(
    { origin: 'log', size: sizeOf(3), rootHash: naiveRoot(leaves(3)), extensions: ['x'] },
    log.signer,
  ),
);
const cosignature = cosign(signed.text, witness.key, witness.sign, TIME);

function withSignature(signature: NoteSignature): SignedNote {
  return { ...signed, signatures: [...signed.signatures, signature] };
}

describe('cosignature', () => {
  it('by a public witness verifies, on a checkpoint of a public log', () => {
    const { note, verifierKeys, cosignerKeys } = present(
      noteVectors.find(({ cosignerKeys: keys }) => keys !== undefined),
    );
    const logVerifier = noteVerifier(parseVerifierKey(present(verifierKeys[0])));
    expect(verifyCheckpoint(note, logVerifier).size).toBe(1_432_088_532);
    const remora = cosignatureVerifier(parseVerifierKey(present(cosignerKeys?.[0])));
    expect(verifyCosignatures(parseSignedNote(note), remora)).toEqual([
      { name: 'remora.n621.de', keyId: 0xda77ade7, timestamp: 0x6a122120 },
    ]);
    const grown = parseSignedNote(note.replace('1432088532', '1432088533'));
    expect(() => verifyCosignatures(grown, remora)).toThrow(TlogError);
  });

  it('has the form of the example of C2SP tlog-cosignature', () => {
    const bytes = fromBase64(
      'jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==',
    );
    expect(bytes).toHaveLength(4 + 8 + 64);
    expect(bytes.subarray(4, 12)).toEqual(u64be(TIME));
  });

  it('signs the header, the time and the whole text, extension lines too', () => {
    const message = `cosignature/v1\ntime 1679315147\n${signed.text}`;
    expect(cosignature.signature).toEqual(concat(u64be(TIME), witness.sign(utf8(message))));
  });

  it('is read back with its time, through the text of the note', () => {
    const note = parseSignedNote(formatSignedNote(withSignature(cosignature)));
    expect(verifyCosignatures(note, verifier)).toEqual([
      { name: 'w', keyId: witness.key.keyId, timestamp: TIME },
    ]);
    expect(verifyCheckpoint(formatSignedNote(note), log.verifier).size).toBe(3);
  });

  it('leaves those of unknown witnesses aside', () => {
    expect(verifyCosignatures(withSignature(cosignature))).toEqual([]);
    const stranger = cosignatureVerifier(witnessKey('w', 3).key);
    expect(verifyCosignatures(withSignature(cosignature), stranger)).toEqual([]);
  });

  it('is refused after every change of one bit of a cosigned note', () => {
    const note = formatSignedNote({ ...signed, signatures: [cosignature] });
    const read = (text: string): void => {
      // One that is no longer the witness's is no error, but counts for nothing.
      if (verifyCosignatures(parseSignedNote(text), verifier).length === 0)
        throw new TlogError('NOTE_UNVERIFIED', 'not cosigned');
    };
    expect(accepted([note], read)).toEqual([note]);
    expect(accepted(singleBitChanges(note), read)).toEqual([]);
  });

  it('is refused with another time, length, or made as a plain note signature', () => {
    const bytes = cosignature.signature;
    const plain = witness.sign(utf8(signed.text));
    const damaged = [
      concat(u64be(TIME + 1), bytes.subarray(8)),
      concat(Uint8Array.of(255), bytes.subarray(1)),
      bytes.subarray(0, 71),
      concat(bytes, Uint8Array.of(0)),
      plain,
      concat(u64be(TIME), plain),
    ];
    for (const signature of damaged)
      expect(() =>
        verifyCosignatures(withSignature({ ...cosignature, signature }), verifier),
      ).toThrow(TlogError);
  });

  it('is given only to checkpoints', () => {
    expect(() => cosign('text\n', witness.key, witness.sign, TIME)).toThrow(TlogError);
    expect(() => verifyCosignatures({ ...signed, text: 'text\n' }, verifier)).toThrow(TlogError);
  });

  it('is given only by cosigner keys, at a time', () => {
    expect(() => cosign(signed.text, log.key, witness.sign, TIME)).toThrow('assertion failed');
    expect(() => cosignatureVerifier(log.key)).toThrow('assertion failed');
    expect(() => noteVerifier(witness.key)).toThrow('assertion failed');
    expect(() => cosign(signed.text, witness.key, witness.sign, 0.5)).toThrow('assertion failed');
    expect(() => cosign(signed.text, witness.key, () => new Uint8Array(), TIME)).toThrow(
      'assertion failed',
    );
  });
});
