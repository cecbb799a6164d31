import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex } from '../../src/base/bytes.js';
import { ed25519Key } from '../../src/tlog/ed25519.js';
import { isKeyName, parseVerifierKey, type KeyId } from '../../src/tlog/note-key.js';
import {
  formatSignedNote,
  knownSignatures,
  noteSigner,
  noteVerifier,
  parseSignedNote,
  signNote,
  verifyNote,
  type NoteSignature,
} from '../../src/tlog/signed-note.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { logKey } from './keys.js';
import { accepted, cutsAndRepeats, singleByteChanges } from './mutations.js';
import { present } from './naive-tree.js';
import { noteVectors } from './vectors.js';

const peter = present(noteVectors.find(({ seeds }) => seeds !== undefined));

describe('signed note', () => {
  it.each(noteVectors)('verifies the note of others: $source', ({ note, verifierKeys }) => {
    const parsed = parseSignedNote(note);
    expect(formatSignedNote(parsed)).toBe(note);
    for (const text of verifierKeys) {
      const { name, keyId } = parseVerifierKey(text);
      const verified = verifyNote(parsed, noteVerifier(parseVerifierKey(text)));
      expect(verified).toHaveLength(1);
      expect(verified[0]).toMatchObject({ name, keyId });
    }
    const verifiers = verifierKeys.map((text) => noteVerifier(parseVerifierKey(text)));
    expect(verifyNote(parsed, ...verifiers)).toHaveLength(verifiers.length);
  });

  it('signs as others do', () => {
    const key = parseVerifierKey(present(peter.verifierKeys[0]));
    const { sign } = ed25519Key(fromHex(present(peter.seeds?.[key.name])));
    const { text, signatures } = parseSignedNote(peter.note);
    expect(signNote(text, noteSigner(key, sign))).toBe(
      formatSignedNote({ text, signatures: signatures.slice(0, 1) }),
    );
  });

  it('takes the text up to the last blank line', () => {
    const note = `a

— b AAAAAAA=

— c AAAAAQI=
`;
    expect(parseSignedNote(note)).toEqual({
      text: 'a\n\n— b AAAAAAA=\n',
      signatures: [{ name: 'c', keyId: 1, signature: Uint8Array.of(2) }],
    });
  });

  const log = logKey('log.example');
  const other = logKey('other.example', 9);
  const note = signNote('text\n', log.signer);

  it('ignores signatures by unknown keys, even under a known name or key id', () => {
    const { text, signatures } = parseSignedNote(note);
    const own = present(signatures[0]);
    const stranger = { ...own, signature: new Uint8Array(64) };
    const signed = {
      text,
      signatures: [
        { ...stranger, name: 'stranger.example' },
        { ...stranger, keyId: 7 as KeyId },
        own,
      ],
    };
    expect(verifyNote(parseSignedNote(formatSignedNote(signed)), log.verifier)).toEqual([own]);
  });

  it('is refused with one false signature by a known key beside a true one', () => {
    const both = parseSignedNote(signNote('text\n', log.signer, other.signer));
    const [own, theirs] = both.signatures;
    const forged = {
      text: both.text,
      signatures: [present(own), { ...present(theirs), signature: present(own).signature }],
    };
    expect(verifyNote(forged, log.verifier)).toHaveLength(1);
    expect(() => verifyNote(forged, log.verifier, other.verifier)).toThrow(TlogError);
  });

  it('is refused if no known key has signed it', () => {
    const signed = parseSignedNote(note);
    expect(knownSignatures(signed, other.verifier)).toEqual([]);
    expect(() => verifyNote(signed, other.verifier)).toThrow(TlogError);
    expect(() => verifyNote(signed)).toThrow(TlogError);
  });

  it('is refused after every change of one byte, every cut and every repeat', () => {
    const read = (text: string) => verifyNote(parseSignedNote(text), log.verifier);
    expect(accepted([note], read)).toEqual([note]);
    expect(accepted(singleByteChanges(note), read)).toEqual([]);
    expect(accepted(cutsAndRepeats(note), read)).toEqual([]);
  });

  const line = present(note.split('\n')[2]);

  it.each([
    ['no text', `\n${line}\n`],
    ['no blank line', `text\n${line}\n`],
    ['no signature', 'text\n\n'],
    ['no newline at the end', `text\n\n${line}`],
    ['a line after the signatures', `text\n\n${line}\nmore\n`],
    ['a blank line after the signatures', `text\n\n${line}\n\n`],
    ['a carriage return', `text\r\n\n${line}\n`],
    ['a tab', `te\txt\n\n${line}\n`],
    ['a lone surrogate', `te\ud800xt\n\n${line}\n`],
    ['a hyphen for the dash', `text\n\n${line.replace('—', '-')}\n`],
    ['two spaces', `text\n\n${line.replace('— ', '—  ')}\n`],
    ['a space at the end', `text\n\n${line} \n`],
    ['no padding', `text\n\n${line.replace(/=+$/, '')}\n`],
    ['a name with a plus sign', `text\n\n${line.replace('log.', 'log+')}\n`],
    ['a name with a no-break space', `text\n\n${line.replace('log.', 'log\u00a0')}\n`],
    ['a signature of a key id alone', 'text\n\n— log.example AAAAAA==\n'],
    ['too many signatures', `text\n\n${`${line}\n`.repeat(101)}`],
    ['too many bytes', `${'é'.repeat(500_000)}\n\n${line}\n`],
  ])('is refused with %s', (_, text) => {
    expect(() => parseSignedNote(text)).toThrow(
      expect.objectContaining({ code: 'NOTE_MALFORMED' }),
    );
  });

  it('may have a hundred signatures and nearly a million bytes', () => {
    const many = `text\n\n${`${line}\n`.repeat(100)}`;
    expect(parseSignedNote(many).signatures).toHaveLength(100);
    expect(parseSignedNote(`${'x'.repeat(990_000)}\n\n${line}\n`).signatures).toHaveLength(1);
  });

  it.each(['', 'text', 'te\u0000xt\n', 'text\n\n— a AAAAAAA='])(
    'is not made of the text %j',
    (text) => {
      expect(() => signNote(text, log.signer)).toThrow(TlogError);
    },
  );

  it('is not made without signers, nor by a signer that gives no signature', () => {
    expect(() => signNote('text\n')).toThrow(TlogError);
    const mute = { ...log.signer, sign: () => new Uint8Array(63) };
    expect(() => signNote('text\n', mute)).toThrow('assertion failed');
  });

  it('reads back what was written', () => {
    const signature: fc.Arbitrary<NoteSignature> = fc.record({
      name: fc.string({ minLength: 1, unit: 'grapheme' }).filter(isKeyName),
      keyId: fc.nat(0xffffffff).map((id) => id as KeyId),
      signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    });
    const text = fc.array(fc.string({ unit: 'grapheme' })).map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(text, fc.array(signature, { minLength: 1, maxLength: 5 }), (body, list) => {
        const written = { text: body, signatures: list };
        expect(parseSignedNote(formatSignedNote(written))).toEqual(written);
      }),
    );
  });
});
