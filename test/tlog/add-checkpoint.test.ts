import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256Digest } from '../../src/base/bytes.js';
import {
  formatAddCheckpoint,
  formatSignatureLines,
  formatSizeAnswer,
  parseAddCheckpoint,
  parseSignatureLines,
  parseSizeAnswer,
} from '../../src/tlog/add-checkpoint.js';
import { parseCheckpoint, signCheckpoint } from '../../src/tlog/checkpoint.js';
import { cosign } from '../../src/tlog/cosignature.js';
import { parseSignedNote } from '../../src/tlog/signed-note.js';
import { logKey, witnessKey } from './keys.js';
import { accepted, cutsAndRepeats, singleByteChanges } from './mutations.js';
import { leaves, naiveProof, naiveRoot, sizeOf } from './naive-tree.js';

/** C2SP tlog-witness, "add-checkpoint", the example request. */
const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`;

/** The same, the example answer. */
const EXAMPLE_ANSWER = `— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
`;

const log = logKey('log');
const all = leaves(9);
const note = signCheckpoint(
  { origin: 'log', size: sizeOf(9), rootHash: naiveRoot(all), extensions: [] },
  log.signer,
);
const request = formatAddCheckpoint({ oldSize: sizeOf(5), proof: naiveProof(5, all), note });

describe('a request to a witness', () => {
  it('is read and written as the example of C2SP tlog-witness', () => {
    const read = parseAddCheckpoint(EXAMPLE);
    expect(read.oldSize).toBe(20_852_014);
    expect(read.proof).toHaveLength(4);
    const signed = parseSignedNote(read.note);
    expect(signed.signatures).toHaveLength(2);
    expect(parseCheckpoint(signed.text).size).toBe(20_852_163);
    expect(formatAddCheckpoint(read)).toBe(EXAMPLE);
  });

  it('reads back what was written, whatever the size, proof and note', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(sha256Digest);
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.array(hash, { maxLength: 63 }),
        fc.string({ unit: 'grapheme' }),
        (size, proof, rest) => {
          const written = { oldSize: sizeOf(size), proof, note: rest };
          expect(parseAddCheckpoint(formatAddCheckpoint(written))).toEqual(written);
        },
      ),
    );
  });

  it.each([
    ['nothing', ''],
    ['no empty line', 'old 0\n'],
    ['no size', `\n\n${note}`],
    ['another word', `Old 0\n\n${note}`],
    ['two spaces', `old  0\n\n${note}`],
    ['a leading zero', `old 00\n\n${note}`],
    ['a sign', `old +1\n\n${note}`],
    ['a size above 2⁵³−1', `old 9007199254740992\n\n${note}`],
    ['a carriage return', `old 0\r\n\r\n${note}`],
    ['a line that is no base64', `old 1\nAAAA*\n\n${note}`],
    ['a hash of 31 bytes', `old 1\n${Buffer.alloc(31).toString('base64')}\n\n${note}`],
    ['64 lines of proof', `old 1\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${note}`],
  ])('is refused with %s', (_, text) => {
    expect(() => parseAddCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'WITNESS_REQUEST_MALFORMED' }),
    );
  });

  it('has one spelling: what is read with a change is what would be written so', () => {
    for (const text of [
      ...accepted(singleByteChanges(request), parseAddCheckpoint),
      ...accepted(cutsAndRepeats(request), parseAddCheckpoint),
    ])
      expect(formatAddCheckpoint(parseAddCheckpoint(text))).toBe(text);
  });
});

describe('the answer of a witness', () => {
  it('is read as the example of C2SP tlog-witness', () => {
    const { text } = parseSignedNote(parseAddCheckpoint(EXAMPLE).note);
    const signatures = parseSignatureLines(text, EXAMPLE_ANSWER);
    expect(signatures.map(({ name }) => name)).toEqual([
      'witness.example/w1',
      'witness.example/w1',
      'witness.example/w2',
    ]);
    // u64 and an Ed25519 signature each.
    expect(signatures.map(({ signature }) => signature.length)).toEqual([72, 72, 72]);
    expect(formatSignatureLines(text, signatures)).toBe(EXAMPLE_ANSWER);
  });

  it('is signature lines and nothing that could be taken for text', () => {
    const { text } = parseSignedNote(note);
    const { key, sign } = witnessKey('w');
    const lines = formatSignatureLines(text, [cosign(text, key, sign, 1)]);
    expect(lines).toMatch(/^— w \S+\n$/);
    expect(parseSignatureLines(text, lines)).toHaveLength(1);
    for (const bad of ['', '\n', `more\n\n${lines}`, `\n${lines}`, lines.trimEnd(), `${lines}\n`])
      expect(() => parseSignatureLines(text, bad)).toThrow(
        expect.objectContaining({ code: 'NOTE_MALFORMED' }),
      );
  });

  it('may be a size, in one spelling', () => {
    expect(parseSizeAnswer(formatSizeAnswer(sizeOf(0)))).toBe(0);
    expect(parseSizeAnswer('20852014\n')).toBe(20_852_014);
    for (const bad of ['', '\n', '1', '01\n', '1\n\n', '-1\n', '1e3\n', '9007199254740992\n'])
      expect(() => parseSizeAnswer(bad)).toThrow(
        expect.objectContaining({ code: 'WITNESS_REQUEST_MALFORMED' }),
      );
  });
});
