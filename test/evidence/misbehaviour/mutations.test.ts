/** No altered proof passes: seeded alterations of a true proof of each kind, and what no proof may look like. */
import { describe, expect, it } from '@jest/globals';
import { EvidenceError } from '../../../src/evidence/evidence-error.js';
import {
  MISBEHAVIOUR_RULES,
  type MisbehaviourRules,
} from '../../../src/evidence/misbehaviour/internal/misbehaviour-rules.js';
import { parseMisbehaviour } from '../../../src/evidence/misbehaviour/parse-misbehaviour.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { offences } from '../../support/offences.js';
import { caseNumbers, timeLimit } from '../../support/suite.js';
import { canonical, type Node, parse } from '../support/json-edit.js';
import { alteration } from './support/alterations.js';
import { proofOf, PROOFS, TRUST } from './support/proofs.js';

const ORIGINALS = Object.keys(PROOFS).map((name) => [name, proofOf(name)] as const);
/** Of each kind. */
const TOTAL = 2_000;

function trialOf(original: Uint8Array, rules = MISBEHAVIOUR_RULES) {
  return {
    alter: (seed: number) => alteration(original, seed),
    isTheSame: (bytes: Uint8Array) => Buffer.compare(bytes, original) === 0,
    isTaken: (bytes: Uint8Array) => verifyMisbehaviour(bytes, TRUST, rules).result === 'proven',
    refusal: EvidenceError,
  };
}

describe('an altered proof', () => {
  it.each(ORIGINALS)(
    'does not pass: %s',
    (_name, original) => {
      expect(offences(caseNumbers(150, TOTAL), trialOf(original))).toEqual([]);
    },
    timeLimit,
  );

  it('would pass a verifier without checks, which this suite would notice', () => {
    const blind: MisbehaviourRules = {
      ...{
        checkpoints: {},
        roots: {},
        beginning: {},
        entry: {},
        binding: {},
        epochs: {},
        core: {},
      },
      identity: {},
    };
    for (const [, original] of ORIGINALS)
      expect(offences(caseNumbers(150, 150), trialOf(original, blind))).not.toEqual([]);
  });
});

describe('what is no proof', () => {
  const roots = proofOf('roots');
  const gone = proofOf('epochs: gone');
  const with_ = (bytes: Uint8Array, change: (file: Node) => void): Uint8Array => {
    const file = parse(bytes);
    change(file);
    return canonical(file);
  };

  it.each([
    ['nothing', new Uint8Array()],
    ['another file', canonical({ $v: 1 })],
    ['too large', new Uint8Array(1024 * 1024 + 1).fill(0x20)],
    ['another spelling', Buffer.concat([roots, Buffer.from('\n')])],
    ['an unknown member', with_(roots, (file) => (file['note'] = 'x'))],
    ['an unknown kind', with_(roots, (file) => (file['shows'] = { kind: 'rumour' }))],
    [
      'more in a kind that has nothing',
      with_(roots, (file) => (file['shows'] = { kind: 'roots', index: 1 })),
    ],
    ['three checkpoints', with_(roots, (file) => (file['checkpoints'] = ['a', 'b', 'c']))],
    ['no checkpoint', with_(roots, (file) => (file['checkpoints'] = []))],
    [
      'a cosigner’s key',
      with_(
        roots,
        (file) =>
          (file['key'] = 'witness.example+3176bd45+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU'),
      ),
    ],
    [
      'growth of what is gone',
      with_(
        gone,
        (file) =>
          ((file['shows'] as Node)['growth'] = {
            inclusion: [],
            leafHash: Buffer.alloc(32).toString('base64'),
          }),
      ),
    ],
  ] as const)('is refused: %s', (_what, bytes) => {
    expect(() => parseMisbehaviour(bytes)).toThrow(EvidenceError);
    expect(() => parseMisbehaviour(bytes)).toThrow(/^not a proof of misbehaviour: /);
  });

  it('is left to a newer version if it is of a newer format', () => {
    const newer = with_(roots, (file) => (file['$v'] = 2));
    expect(() => parseMisbehaviour(newer)).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_FORMAT_NEWER' }),
    );
  });
});
