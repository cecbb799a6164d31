import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import { signCheckpoint } from '../../src/tlog/checkpoint.js';
import { cosign } from '../../src/tlog/cosignature.js';
import { formatVerifierKey } from '../../src/tlog/note-key.js';
import {
  formatSignedNote,
  type NoteSignature,
  parseSignedNote,
} from '../../src/tlog/signed-note.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../src/tlog/witness-policy.js';
import { witnessVerdict } from '../../src/tlog/witnessed.js';
import { logKey, witnessKey } from './keys.js';
import { leaves, naiveRoot, sizeOf } from './naive-tree.js';

const NOW = 1_800_000_000;
const now = (NOW * 1000) as UnixMillis;
const log = logKey('log');
const witnesses = ['a', 'b', 'c'].map((name, at) => witnessKey(name, 10 + at));

function checkpoint(size: number, origin = 'log'): string {
  const rootHash = naiveRoot(leaves(size));
  return signCheckpoint({ origin, size: sizeOf(size), rootHash, extensions: [] }, log.signer);
}

const note = checkpoint(5);
const { text } = parseSignedNote(note);

function policyOf(quorum: string, withLog = true): WitnessPolicy {
  const lines = witnesses.map(({ key }) => `witness w-${key.name} ${formatVerifierKey(key)}`);
  const all = [
    ...(withLog ? [`log ${formatVerifierKey(log.key)}`] : []),
    ...lines,
    'group two 2 w-a w-b w-c',
    `quorum ${quorum}`,
  ];
  return parseWitnessPolicy(utf8(`${all.join('\n')}\n`));
}

function by(at: number, time = NOW, of = text): NoteSignature {
  const witness = witnesses[at];
  if (witness === undefined) throw new RangeError('no such witness');
  return cosign(of, witness.key, witness.sign, time);
}

/** The checkpoint with these behind the log's own signature. */
function withSignatures(...more: readonly NoteSignature[]): string {
  const { signatures } = parseSignedNote(note);
  return formatSignedNote({ text, signatures: [...signatures, ...more] });
}

function isWitnessed(signed: string, policy = policyOf('two')): boolean {
  return witnessVerdict(signed, policy, { now, log: log.key }).isWitnessed;
}

function altered(signature: NoteSignature): NoteSignature {
  const bytes = Uint8Array.from(signature.signature);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return { ...signature, signature: bytes };
}

describe('whether a checkpoint is witnessed', () => {
  it('is for the quorum to say', () => {
    expect(isWitnessed(note)).toBe(false);
    expect(isWitnessed(withSignatures(by(0)))).toBe(false);
    expect(isWitnessed(withSignatures(by(0), by(2)))).toBe(true);
    expect(isWitnessed(withSignatures(by(0)), policyOf('w-a'))).toBe(true);
    expect(isWitnessed(withSignatures(by(0)), policyOf('w-b'))).toBe(false);
    expect(isWitnessed(note, policyOf('none'))).toBe(true);
  });

  it('says who, and when, in the order of the policy', () => {
    const verdict = witnessVerdict(withSignatures(by(2, 7), by(0, 5), by(0, 9)), policyOf('two'), {
      now,
    });
    expect(verdict).toEqual({
      ...{ isWitnessed: true, isSigned: true },
      cosigned: [
        { witness: 'w-a', timestamp: 9 },
        { witness: 'w-c', timestamp: 7 },
      ],
    });
  });

  it('counts each witness once', () => {
    expect(isWitnessed(withSignatures(by(0, NOW), by(0, NOW - 1), by(0, NOW - 2)))).toBe(false);
  });

  it.each<[string, NoteSignature]>([
    ['an altered one', altered(by(1))],
    ['one of another checkpoint', by(1, NOW, parseSignedNote(checkpoint(6)).text)],
    ['one without a time', by(1, 0)],
    ['one that is six minutes ahead', by(1, NOW + 360)],
    ['one that is cut short', { ...by(1), signature: by(1).signature.subarray(0, 71) }],
    ['one under another name', { ...by(1), name: 'b2' }],
    ['one with another key id', { ...by(1), keyId: by(2).keyId }],
    [
      'the log’s own under the name of a witness',
      { ...by(1), signature: parseSignedNote(note).signatures[0]?.signature ?? new Uint8Array(64) },
    ],
  ])('does not count %s, and lets no other suffer from it', (_, signature) => {
    expect(isWitnessed(withSignatures(by(0), signature))).toBe(false);
    expect(isWitnessed(withSignatures(by(0), signature, by(2)))).toBe(true);
    expect(isWitnessed(withSignatures(signature, by(1), by(2)))).toBe(true);
  });

  it('counts one that is up to five minutes ahead', () => {
    expect(isWitnessed(withSignatures(by(0), by(1, NOW + 300)))).toBe(true);
    expect(isWitnessed(withSignatures(by(0), by(1, NOW + 301)))).toBe(false);
  });

  it('is no without the signature of a log of the policy, whoever has cosigned', () => {
    const everybody = [by(0), by(1), by(2)];
    const unsigned = formatSignedNote({ text, signatures: everybody });
    expect(isWitnessed(unsigned)).toBe(false);
    expect(isWitnessed(unsigned, policyOf('none'))).toBe(false);
    const impostor = logKey('log', 9);
    const forged = impostor.signer.sign(utf8(text));
    const { name, keyId } = log.key;
    const signatures = [{ name, keyId, signature: forged }, ...everybody];
    expect(isWitnessed(formatSignedNote({ text, signatures }))).toBe(false);
    // The key of one log does not sign for another.
    const foreign = checkpoint(5, 'other');
    const { text: otherText, signatures: own } = parseSignedNote(foreign);
    const cosigned = [0, 1].map((at) => by(at, NOW, otherText));
    const all = formatSignedNote({ text: otherText, signatures: [...own, ...cosigned] });
    expect(witnessVerdict(all, policyOf('two'), { now })).toMatchObject({
      ...{ isWitnessed: false, isSigned: false },
      cosigned: [{ witness: 'w-a' }, { witness: 'w-b' }],
    });
  });

  it('takes the log that was asked for where the policy lists none, and none where nobody says', () => {
    const signed = withSignatures(by(0), by(1));
    const policy = policyOf('two', false);
    expect(witnessVerdict(signed, policy, { now, log: log.key }).isWitnessed).toBe(true);
    expect(witnessVerdict(signed, policy, { now, log: logKey('log', 9).key }).isWitnessed).toBe(
      false,
    );
    expect(witnessVerdict(signed, policy, { now }).isWitnessed).toBe(false);
    // A list is a list: the log that was asked for does not add to it.
    const other = { ...policyOf('two'), logs: [{ key: logKey('other').key, url: null }] };
    expect(witnessVerdict(signed, other, { now, log: log.key }).isWitnessed).toBe(false);
  });

  it('refuses what is no checkpoint', () => {
    expect(() => witnessVerdict('x', policyOf('two'), { now })).toThrow(
      expect.objectContaining({ code: 'NOTE_MALFORMED' }),
    );
    expect(() => witnessVerdict(note.replace('\n5\n', '\n05\n'), policyOf('two'), { now })).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_MALFORMED' }),
    );
  });
});
