/** Attacks: a genuine signature, what is done to it, and the verdict that this must get. */
import { expect, it } from '@jest/globals';
import { utf8 } from '../../../src/base/bytes.js';
import { type CadesRequest, validateCades } from '../../../src/signing/cades-validator.js';
import { derSetOf } from '../../../src/signing/der-writer.js';
import { SUB_INDICATIONS, type SubIndication } from '../../../src/signing/signature-report.js';
import { trustAnchorFrom } from '../../../src/signing/trust-anchor.js';
import { type CmsParts, forge } from './cms-forge.js';
import { at, type Tree, treeOf } from './der-tree.js';
import { type Identity, issueCa, issueTo, NOW, signCades } from './test-pki.js';

export const root = issueCa({ name: 'Root' });
export const sub = issueCa({ name: 'Sub', issuer: root });
export const signer = issueTo({ name: 'Signer', issuer: sub, serialNumber: 7 });
export const content = utf8('what is signed');
export const cms = signCades(signer, content, { chain: [sub] });

export const genuine: CadesRequest = {
  cms,
  content,
  anchors: [trustAnchorFrom(root.certificate)],
  at: NOW,
};

export interface Attack extends Partial<CadesRequest> {
  readonly name: string;
  readonly expected: SubIndication;
}

/** The genuine signature, bent and then signed again by its own key. */
export function forged(edit: (parts: CmsParts) => void): Uint8Array {
  return forge(signer, content, { chain: [sub], edit });
}

/** The genuine signature, bent by somebody without the key. */
export function tampered(edit: (parts: CmsParts) => void): Uint8Array {
  return forge(signer, content, { chain: [sub], edit, resign: false });
}

export function certificatesOf({ signedData }: CmsParts): Tree {
  return at(signedData, 3);
}

export function setCertificates(parts: CmsParts, ...identities: readonly Identity[]): void {
  const certificates = identities.map(({ certificate }) => certificate.der);
  certificatesOf(parts).children = treeOf(derSetOf(certificates)).children;
}

export function itAnswers(attacks: readonly Attack[]): void {
  it('TOTAL-PASSED to the signature that the attacks are made from', () => {
    for (const unbent of [cms, forged(() => undefined), tampered(() => undefined)])
      expect(validateCades({ ...genuine, cms: unbent }).indication).toBe('TOTAL-PASSED');
  });

  it.each(attacks)('$expected to $name', ({ expected, ...attack }) => {
    const report = validateCades({ ...genuine, ...attack });
    expect(report).toMatchObject({
      subIndication: expected,
      indication: SUB_INDICATIONS[expected],
    });
    // What is broken is not intact; only a date can fail a signature that is.
    if (report.indication === 'TOTAL-FAILED')
      expect(report.intact).toBe(expected === 'NOT_YET_VALID');
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
  });
}
