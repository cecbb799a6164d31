import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { parseInstant } from '../../src/base/time.js';
import {
  createDevelopmentAuthority,
  issueSealCertificate,
} from '../../src/keys/development-authority.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
import { usageFlaw } from '../../src/signing/certificate-usage.js';
import { isSignedBy, parseCertificate, publicKeyOf } from '../../src/signing/certificate.js';
import { isDevelopmentName } from '../../src/signing/development-mark.js';
import { displayName } from '../../src/signing/distinguished-name.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';

const at = parseInstant('2026-11-23T14:39:15.250Z');
const constant = (length: number): Uint8Array => new Uint8Array(length).fill(0xab);
const random = (length: number): Uint8Array => randomBytes(length);

describe('the development authority', () => {
  const material = createDevelopmentAuthority({ at, random: constant });
  const ca = parseCertificate(material.caCertificate);
  const seal = parseCertificate(material.sealCertificate);

  it('says DEVELOPMENT ONLY in every name', () => {
    expect(displayName(ca.subject)).toBe(
      'CN=Chirograph development CA abababab,O=DEVELOPMENT ONLY',
    );
    expect(displayName(seal.subject)).toBe(
      'CN=Chirograph development seal abababab,organizationIdentifier=NTRXX-DEVELOPMENT,O=DEVELOPMENT ONLY,C=XX',
    );
    for (const name of [ca.subject, ca.issuer, seal.subject, seal.issuer])
      expect(isDevelopmentName(name)).toBe(true);
  });

  it('is a root of ten years that issues end certificates of two, from the second it is made', () => {
    expect(ca.extensions).toMatchObject({
      basicConstraints: { ca: true, pathLength: 0 },
      keyUsage: new Set(['keyCertSign', 'cRLSign']),
      unknownCriticalExtensions: [],
    });
    expect(seal.extensions).toMatchObject({
      basicConstraints: null,
      keyUsage: new Set(['digitalSignature', 'nonRepudiation']),
      authorityKeyIdentifier: ca.extensions.subjectKeyIdentifier,
    });
    expect([ca.notBefore, ca.notAfter, seal.notBefore, seal.notAfter]).toEqual(
      [
        '2026-11-23T14:39:15.000Z',
        '2036-11-22T14:39:15.000Z',
        '2026-11-23T14:39:15.000Z',
        '2028-11-22T14:39:15.000Z',
      ].map(parseInstant),
    );
    expect(publicKeyOf(seal).kind).toBe('ec-p256');
  });

  it('leads from its seal certificate to its root, and the certificate may sign documents', () => {
    const anchors = [trustAnchorFrom(ca)];
    const verdict = validateCertificatePath({ target: seal, intermediates: [], anchors, at });
    expect(verdict.kind).toBe('valid');
    expect(usageFlaw(seal)).toBeNull();
  });

  it('can issue again with the key that was kept', () => {
    const later = (at + 86_400_000) as UnixMillis;
    const again = issueSealCertificate(material, { at: later, random });
    const certificate = parseCertificate(again.sealCertificate);
    expect(isSignedBy(certificate, publicKeyOf(ca))).toBe(true);
    expect(certificate.serialNumber).not.toEqual(seal.serialNumber);
    expect(again.sealPrivateKey).not.toEqual(material.sealPrivateKey);
  });

  it('gives positive serial numbers of sixteen bytes, whatever the randomness', () => {
    for (const byte of [0, 0x7f, 0x80, 0xff]) {
      const weak = (length: number): Uint8Array => new Uint8Array(length).fill(byte);
      const { serialNumber } = parseCertificate(
        issueSealCertificate(material, { at, random: weak }).sealCertificate,
      );
      expect(serialNumber).toHaveLength(16);
      expect(serialNumber[0]).toBeLessThan(0x80);
      expect(serialNumber[0]).toBeGreaterThanOrEqual(0x40);
    }
  });

  it('makes new keys even where the randomness handed in repeats itself', () => {
    const second = createDevelopmentAuthority({ at, random: constant });
    expect(second.caPrivateKey).not.toEqual(material.caPrivateKey);
    expect(second.sealPrivateKey).not.toEqual(material.sealPrivateKey);
  });

  it('does not go on with a source that gives fewer bytes than it is asked for', () => {
    const broken = (length: number): Uint8Array => new Uint8Array(length - 1);
    expect(() => createDevelopmentAuthority({ at, random: broken })).toThrow('assertion');
  });
});
