import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import forge from 'node-forge';
import { utf8 } from '../../src/base/bytes.js';
import { Secret } from '../../src/base/secret.js';
import { parseInstant } from '../../src/base/time.js';
import { Derivation } from '../../src/keys/internal/pkcs12-derivation.js';
import { derivePkcs12, PURPOSE } from '../../src/keys/internal/pkcs12-key-derivation.js';
import { KeysError } from '../../src/keys/keys-error.js';
import { certificatesIn } from '../../src/keys/pem-key.js';
import { openPkcs12 } from '../../src/keys/pkcs12.js';
import { isCertificateOf, orderCertificates } from '../../src/keys/seal-material.js';
import { sealSignerOf } from '../../src/keys/seal-signer.js';
import { softwareSigner } from '../../src/keys/software-signer.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { nameAttribute } from '../../src/signing/distinguished-name.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';

const vector = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(`test/vectors/pkcs12/${name}`));
const ours = new Secret('Lösung 7');
const javas = new Secret('storepass');
const AT = parseInstant('2027-01-01T00:00:00.000Z');

const refusal = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a PKCS#12 file', () => {
  it.each([
    ['openssl-rsa.p12', ours, 'rsa'],
    ['openssl-ec.p12', ours, 'ec'],
    ['openssl-ec-aes128-sha512.p12', ours, 'ec'],
    ['openssl-legacy-rsa.p12', ours, 'rsa'],
    ['openssl-legacy-ec.p12', ours, 'ec'],
    ['openssl-3des-rc2-128.p12', ours, 'rsa'],
    ['openssl-clear.p12', ours, 'ec'],
    ['keytool-rsa.p12', javas, 'rsa'],
    ['keytool-ec.p12', javas, 'ec'],
    ['keytool-legacy-rsa.p12', javas, 'rsa'],
    ['nss-ec.p12', javas, 'ec'],
    ['nss-legacy-rsa.p12', javas, 'rsa'],
  ])('as in %s gives a key that seals, and the chain in order', async (name, passphrase, kind) => {
    const { privateKey, certificates } = openPkcs12(vector(name), passphrase);
    expect(privateKey.asymmetricKeyType).toBe(kind);
    const isOurs = isCertificateOf(createPublicKey(privateKey));
    const { certificate, chain } = orderCertificates(isOurs, certificates);
    expect([certificate, ...chain].map(({ subject }) => nameAttribute(subject, 'CN'))).toEqual([
      `Seal ${kind.toUpperCase()}`,
      'Sub',
      'Root',
    ]);
    const [sub, root] = chain;
    if (sub === undefined || root === undefined) throw new Error('two issuers');
    const seal = sealSignerOf(
      softwareSigner({
        privateKey,
        certificate: certificate.der,
        chain: [sub.der, root.der],
        where: 'pkcs12',
      }),
    );
    const content = utf8('content');
    const cms = await seal.seal(content, AT);
    const [, , ownRoot = utf8('')] = certificatesIn(vector(`${kind}.pem`));
    expect(root.der).toEqual(ownRoot);
    const anchors = [trustAnchorFrom(root)];
    expect(validateCades({ cms, content, anchors, at: AT }).indication).toBe('TOTAL-PASSED');
  });

  it('may have an empty passphrase', () => {
    const { certificates } = openPkcs12(vector('openssl-empty-passphrase.p12'), null);
    expect(certificates).toHaveLength(1);
  });

  it.each(['openssl-rsa.p12', 'openssl-legacy-rsa.p12', 'keytool-ec.p12', 'openssl-clear.p12'])(
    'as in %s says of a wrong passphrase that it is wrong, and neither passphrase nor content',
    (name) => {
      for (const passphrase of [new Secret('Losung 7'), new Secret(''), null]) {
        let error: unknown;
        try {
          openPkcs12(vector(name), passphrase);
        } catch (cause) {
          error = cause;
        }
        expect(error).toEqual(refusal('KEYS_PASSPHRASE_WRONG', /passphrase does not open/));
        expect(error).not.toHaveProperty('cause');
        expect(inspect(error, { depth: 9 })).not.toContain('Losung');
      }
    },
  );

  it.each([
    ['openssl-nomac.p12', /no check value/],
    ['openssl-nokey.p12', /no private key/],
    ['openssl-nocerts.p12', /no certificate/],
    ['keytool-two-keys.p12', /several private keys/],
    ['ec.pem', /not PKCS#12/],
  ])('as in %s is refused, and told why', (name, message) => {
    const passphrase = name.startsWith('keytool') ? javas : ours;
    expect(() => openPkcs12(vector(name), passphrase)).toThrow(
      refusal('KEYS_SEAL_UNUSABLE', message),
    );
  });

  it('that asks for billions of rounds is refused at once', () => {
    const file = Buffer.from(vector('openssl-ec.p12'));
    // MacData ends with the rounds, 2048; the length of a number may not change.
    const at = file.lastIndexOf(Buffer.from('02020800', 'hex'));
    expect(at).toBeGreaterThan(0);
    const grown = Buffer.from('02047fffffff', 'hex');
    const hostile = withLengths(Buffer.concat([file.subarray(0, at), grown]), 2);
    const before = performance.now();
    expect(() => openPkcs12(hostile, ours)).toThrow(refusal('KEYS_SEAL_UNUSABLE', /more rounds/));
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('that asks for rounds in many places is refused when they are too many together', () => {
    const derivation = new Derivation(ours, 4_000);
    const salt = utf8('12345678');
    const derive = (): unknown => derivation.pbkdf2('sha256', salt, 1_000, 32);
    for (let times = 0; times < 3; times++) derive();
    // One of the old kind costs as three.
    expect(() => derivation.pkcs12('sha1', PURPOSE.key, salt, 1_000, 24)).toThrow(/more rounds/);
    expect(derive).toThrow(/more rounds/);
  });

  it('that was altered anywhere is refused with an error of ours', () => {
    const file = vector('openssl-ec.p12');
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Uint8Array.from(file);
        altered[at] = (altered[at] ?? 0) ^ change;
        try {
          openPkcs12(altered, ours);
        } catch (error) {
          return error instanceof KeysError;
        }
        return false;
      }),
      { numRuns: 50 },
    );
  });
});

/** The outermost SEQUENCE and MacData, whose last value has grown by so many bytes, with their lengths. */
function withLengths(file: Buffer, grown: number): Uint8Array {
  const outer = Buffer.from(file);
  outer.writeUInt16BE(outer.readUInt16BE(2) + grown, 2);
  // MacData: SEQUENCE { DigestInfo of SHA-256, salt of 8 bytes, rounds }, 0x41 bytes long as written.
  const at = outer.lastIndexOf(Buffer.from('3041303130', 'hex'));
  outer[at + 1] = (outer[at + 1] ?? 0) + grown;
  return outer;
}

describe('the key derivation of PKCS#12', () => {
  it('derives what node-forge derives, for any passphrase and any length', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('sha1' as const, 'sha256' as const, 'sha384' as const, 'sha512' as const),
        fc.constantFrom(PURPOSE.key, PURPOSE.iv, PURPOSE.mac),
        fc.string({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 150 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 200 }),
        (digest, purpose, passphrase, salt, iterations, length) => {
          const theirs = forge.pkcs12.generateKey(
            passphrase,
            forge.util.createBuffer(Buffer.from(salt).toString('latin1')),
            purpose,
            iterations,
            length,
            forge.md[digest].create(),
          );
          const own = derivePkcs12({ digest, purpose, passphrase, salt, iterations, length });
          expect(Buffer.from(own).toString('hex')).toBe(theirs.toHex());
        },
      ),
    );
  });
});
