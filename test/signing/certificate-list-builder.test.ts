import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { certificateListToBeSigned } from '../../src/signing/certificate-list-builder.js';
import { derName } from '../../src/signing/distinguished-name.js';
import { issueCa, NOW } from './support/test-pki.js';

const ca = issueCa({ name: 'Root' });
const template = {
  issuer: derName([['CN', 'R']]),
  issuerPublicKeyInfo: ca.certificate.subjectPublicKeyInfo,
  thisUpdate: NOW,
  nextUpdate: (NOW + 86_400_000) as UnixMillis,
  number: 300,
  revoked: [],
  signatureAlgorithm: SIGNATURE_ALGORITHMS['ecdsa-sha256'],
};

/** Written down from RFC 5280 §5.1 by hand: the fields in their order, and nothing beside them. */
function expected(entries: string, length: number): string {
  const keyIdentifier = toHex(ca.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array());
  return [
    `30${length < 0x80 ? '' : '81'}${length.toString(16)}`,
    '020101',
    '300a06082a8648ce3d040302',
    '300c310a300806035504030c0152',
    '170d3236303631353132303030305a',
    '170d3236303631363132303030305a',
    entries,
    'a030302e',
    `301f0603551d23041830168014${keyIdentifier}`,
    '300b0603551d14040402020 12c'.replaceAll(' ', ''),
  ].join('');
}

describe('a certificate revocation list', () => {
  it('has no list of entries where nothing is revoked', () => {
    const bytes = toHex(certificateListToBeSigned(template));
    expect(bytes).toBe(expected('', 0x6d));
  });

  it('names what is revoked, since when and, where it is known, why', () => {
    const bytes = certificateListToBeSigned({
      ...template,
      revoked: [
        { serialNumber: Uint8Array.of(0, 0x80), at: NOW },
        { serialNumber: Uint8Array.of(7), at: NOW, reason: 'keyCompromise' },
      ],
    });
    const first = '3013 02020080 170d3236303631353132303030305a'.replaceAll(' ', '');
    const second =
      '3020 020107 170d3236303631353132303030305a 300c 300a 0603551d15 0403 0a0101'.replaceAll(
        ' ',
        '',
      );
    expect(toHex(bytes)).toBe(expected(`3037${first}${second}`, 0x6d + 0x39));
  });
});
