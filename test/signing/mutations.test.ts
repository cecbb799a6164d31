/**
 * Nothing altered passes: seeded alterations of signatures, time-stamps, CRLs and OCSP responses. None may
 * be taken for what it was made from, none may raise anything but what the parsers say they raise, and none
 * may cost more than a second of this thread.
 *
 * `npm test` takes a fixed share; `SUITE=long` ten times as many, and `FROM` and `TO` any others.
 */
import { describe, expect, it } from '@jest/globals';
import { asBuffer } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { toDer } from '../../src/signing/ber-to-der.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { parseCertificateList } from '../../src/signing/certificate-list.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
import { cmsToDer } from '../../src/signing/cms-to-der.js';
import { parseOcspResponse } from '../../src/signing/ocsp-response.js';
import { NO_REVOCATION_EVIDENCE, type RevocationEvidence } from '../../src/signing/revocation.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { checkTimeStampToken, parseTimeStampToken } from '../../src/signing/time-stamp-token.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { VALIDATION_POLICY } from '../../src/signing/validation-policy.js';
import { offences as offencesOf } from '../support/offences.js';
import { caseNumbers, timeLimit } from '../support/suite.js';
import { derMutation } from './support/der-mutations.js';
import * as levels from './support/levels.js';
import { issueCrl, issueOcspResponse } from './support/simple-revocation.js';
import { NOW } from './support/test-pki.js';
import { stamp } from './support/test-tsa.js';
import * as timeline from './support/timeline.js';

/** Whether it is taken for what it was made from, though it is not. */
type IsTaken = (bytes: Uint8Array) => boolean;

/** What an altered one must not do, a line each. */
function offences(original: Uint8Array, seeds: readonly number[], isTaken: IsTaken): string[] {
  return offencesOf(seeds, {
    alter: (seed) => derMutation(original, seed),
    isTheSame: (bytes) => isTheSame(bytes, original),
    isTaken,
    refusal: SigningError,
  });
}

/** Also in BER, which is taken from authorities, and says the same. */
function isTheSame(bytes: Uint8Array, original: Uint8Array): boolean {
  if (asBuffer(bytes).equals(original)) return true;
  try {
    return asBuffer(toDer(bytes)).equals(original);
  } catch (error) {
    if (error instanceof SigningError) return false;
    throw error;
  }
}

const anchors = [
  trustAnchorFrom(levels.root.certificate),
  trustAnchorFrom(levels.tsaRoot.certificate),
];

describe('an altered signature', () => {
  it(
    'of level B-B does not pass',
    () => {
      const original = levels.basic;
      const isTaken: IsTaken = (cms) =>
        validateCades({ cms, content: levels.content, anchors, at: NOW }).indication ===
        'TOTAL-PASSED';
      expect(isTaken(original)).toBe(true);
      expect(offences(original, caseNumbers(500, 5_000), isTaken)).toEqual([]);
    },
    timeLimit,
  );

  /** Nine years later: every one of its parts is needed. */
  it(
    'of level B-LTA does not pass when its signer and its first authorities are long gone',
    () => {
      const at = timeline.days(9 * timeline.YEAR);
      const original = timeline.signatureAt('renewed');
      const evidence = timeline.freshEvidence(at);
      const { content, anchors: trusted } = timeline;
      const isTaken: IsTaken = (cms) =>
        validateCades({ cms, content, anchors: trusted, at, evidence }).indication ===
        'TOTAL-PASSED';
      expect(isTaken(original)).toBe(true);
      expect(offences(original, caseNumbers(600, 6_000), isTaken)).toEqual([]);
    },
    timeLimit,
  );

  it(
    'comes out of the border as DER, or not at all',
    () => {
      const isTaken: IsTaken = (bytes) => {
        const der = cmsToDer(bytes);
        const again = cmsToDer(der);
        return !asBuffer(again).equals(der);
      };
      expect(offences(levels.longTerm, caseNumbers(300, 3_000), isTaken)).toEqual([]);
    },
    timeLimit,
  );
});

describe('an altered time-stamp', () => {
  it(
    'is no time-stamp',
    () => {
      const imprinted = levels.content;
      const original = stamp(levels.tsa, { hash: sha256(imprinted) }).der;
      const isTaken: IsTaken = (der) => {
        const token = parseTimeStampToken(der);
        const checked = checkTimeStampToken(token, imprinted, VALIDATION_POLICY.algorithms, NOW);
        return (
          'certificate' in checked && checked.certificate.sha256.length === 32 && isOfTsa(checked)
        );
      };
      expect(isTaken(original)).toBe(true);
      expect(offences(original, caseNumbers(400, 4_000), isTaken)).toEqual([]);
    },
    timeLimit,
  );
});

function isOfTsa({
  certificate,
}: {
  readonly certificate: { readonly sha256: Uint8Array };
}): boolean {
  return asBuffer(certificate.sha256).equals(levels.tsa.certificate.sha256);
}

describe('altered evidence of revocation', () => {
  /** Valid, with every certificate answered for. */
  const isGood = (evidence: RevocationEvidence): boolean =>
    validateCertificatePath({
      target: levels.signer.certificate,
      intermediates: [levels.sub.certificate],
      anchors,
      at: NOW,
      revocation: { evidence, need: 'required' },
    }).kind === 'valid';
  const ofSub = parseCertificateList(issueCrl(levels.root));

  it(
    'is no CRL',
    () => {
      const original = issueCrl(levels.sub);
      const isTaken: IsTaken = (der) =>
        isGood({ ...NO_REVOCATION_EVIDENCE, crls: [ofSub, parseCertificateList(der)] });
      expect(isTaken(original)).toBe(true);
      expect(offences(original, caseNumbers(400, 4_000), isTaken)).toEqual([]);
    },
    timeLimit,
  );

  it(
    'is no OCSP response',
    () => {
      const original = issueOcspResponse(levels.sub, levels.signer);
      const isTaken: IsTaken = (der) =>
        isGood({ crls: [ofSub], ocspResponses: [parseOcspResponse(der)] });
      expect(isTaken(original)).toBe(true);
      expect(offences(original, caseNumbers(400, 4_000), isTaken)).toEqual([]);
    },
    timeLimit,
  );
});
