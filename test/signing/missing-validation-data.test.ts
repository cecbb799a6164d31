import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/base/hash.js';
import { withValidationData } from '../../src/signing/cades-levels.js';
import { parseCertificateList } from '../../src/signing/certificate-list.js';
import type { Certificate } from '../../src/signing/certificate.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { isComplete, missingValidationData } from '../../src/signing/missing-validation-data.js';
import { parseOcspResponse } from '../../src/signing/ocsp-response.js';
import type { ValidPath } from '../../src/signing/path-verdict.js';
import type { CertificateRevocation, RevocationEvidence } from '../../src/signing/revocation.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { longTerm, root, signer, sub, timeStamped, tsa, tsaRoot } from './support/levels.js';
import { issueCrl, issueOcspResponse } from './support/simple-revocation.js';
import { issueTo, type Identity, NOW } from './support/test-pki.js';

const responder = issueTo({ name: 'Responder', issuer: sub });
const ocsp = issueOcspResponse(sub, signer);
const [crl, timeCrl, unused] = [issueCrl(root), issueCrl(tsaRoot), issueCrl(sub)];
const evidence: RevocationEvidence = {
  crls: [crl, timeCrl, unused].map(parseCertificateList),
  ocspResponses: [ocsp].map(parseOcspResponse),
};
const paths: readonly ValidPath[] = [
  pathTo(root, [signer, status(ocsp, responder)], [sub, status(crl)]),
  pathTo(tsaRoot, [tsa, status(timeCrl)]),
];

describe('what a signature lacks', () => {
  const missing = missingValidationData(parseSignedData(timeStamped), paths, evidence);

  it('is what its paths rest on and it does not carry: anchors and signers of evidence too', () => {
    expect(missing).toEqual({
      // It carries the signer's and Sub's.
      certificates: [root, responder, tsa, tsaRoot]
        .map(({ certificate }) => certificate.der)
        .sort(byPlaceIn(missing.certificates)),
      crls: [crl, timeCrl],
      ocspResponses: [ocsp],
      unanswered: [],
    });
    expect(isComplete(missing)).toBe(false);
  });

  it('is nothing once it has been put in', () => {
    const complete = parseSignedData(withValidationData(timeStamped, missing));
    const rest = missingValidationData(complete, paths, evidence);
    expect(rest).toEqual({ certificates: [], crls: [], ocspResponses: [], unanswered: [] });
    expect(isComplete(rest)).toBe(true);
  });

  it('is a certificate that nobody has been asked about, though all else be there', () => {
    const open = pathTo(tsaRoot, [tsa, { kind: 'not-checked', why: 'not-asked' }]);
    const some = missingValidationData(parseSignedData(longTerm), [open], evidence);
    expect(some).toEqual({
      certificates: [],
      crls: [],
      ocspResponses: [],
      unanswered: [tsa.certificate],
    });
    expect(isComplete(some)).toBe(false);
    const fine = pathTo(tsaRoot, [tsa, { kind: 'not-checked', why: 'not-offered' }]);
    expect(isComplete(missingValidationData(parseSignedData(longTerm), [fine], evidence))).toBe(
      true,
    );
  });

  it('does not have the certificate of an anchor that is known as a name and a key only', () => {
    const [first, second] = paths as [ValidPath, ValidPath];
    const anchor = { ...first.anchor, certificate: null };
    const signedData = parseSignedData(timeStamped);
    const { certificates } = missingValidationData(
      signedData,
      [{ ...first, anchor }, second],
      evidence,
    );
    expect(certificates).toHaveLength(3);
    expect(certificates).not.toContainEqual(root.certificate.der);
  });
});

function pathTo(
  anchor: Identity,
  ...steps: readonly (readonly [Identity, CertificateRevocation])[]
): ValidPath {
  return {
    kind: 'valid',
    certificates: steps.map(([{ certificate }]) => certificate),
    anchor: trustAnchorFrom(anchor.certificate),
    revocation: steps.map(([, revocation]) => revocation),
  };
}

function status(rests: Uint8Array, signedBy?: Identity): CertificateRevocation {
  const issuerPath: Certificate[] = signedBy === undefined ? [] : [signedBy.certificate];
  return {
    kind: 'status',
    status: {
      source: 'crl',
      evidence: [sha256(rests)],
      issuedAt: NOW,
      thisUpdate: NOW,
      nextUpdate: null,
      outcome: { kind: 'good' },
      issuerPath,
    },
  };
}

function byPlaceIn(order: readonly Uint8Array[]): (a: Uint8Array, b: Uint8Array) => number {
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}
