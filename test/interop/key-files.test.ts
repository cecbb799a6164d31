/**
 * Files of keys as the programs on this machine write them today, beside those of test/vectors/pkcs12 that
 * were written once. Needs `openssl` 3, `keytool` and NSS's `certutil` and `pk12util`.
 */
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/base/secret.js';
import { certificatesIn, privateKeyIn } from '../../src/keys/pem-key.js';
import { openPkcs12 } from '../../src/keys/pkcs12.js';
import { isCertificateOf, orderCertificates } from '../../src/keys/seal-material.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const ours = new Secret('Lösung 7');
const javas = new Secret('storepass');
const REFUSED = ['nomac', 'nokey', 'nocerts', 'two-keys'];

let directory = '';
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(directory, name)));

beforeAll(async () => {
  directory = await temporaryDirectory();
  await promisify(execFile)('test/vectors/pkcs12/make.sh', [directory]);
});

afterAll(() => removeDirectory(directory));

function passphraseOf(name: string): Secret | null {
  if (name.includes('empty')) return null;
  return /^(keytool|nss)/.test(name) ? javas : ours;
}

describe('files that openssl, keytool and NSS write', () => {
  it('open with their passphrase and no other, or are refused', () => {
    const names = readdirSync(directory).filter((name) => name.endsWith('.p12'));
    expect(names).toHaveLength(17);
    for (const name of names) {
      const open = (passphrase: Secret | null): number => {
        const { privateKey, certificates } = openPkcs12(file(name), passphrase);
        const isOurs = isCertificateOf(createPublicKey(privateKey));
        return orderCertificates(isOurs, certificates).chain.length;
      };
      if (REFUSED.some((part) => name.includes(part)))
        expect(() => open(passphraseOf(name))).toThrow(
          expect.objectContaining({ code: 'KEYS_SEAL_UNUSABLE' }),
        );
      else {
        expect([name, open(passphraseOf(name))]).toEqual([name, name.includes('empty') ? 0 : 2]);
        expect(() => open(new Secret('another'))).toThrow(
          expect.objectContaining({ code: 'KEYS_PASSPHRASE_WRONG' }),
        );
      }
    }
  });

  it.each([
    ['ec-pbes2.key', 'ec.pem'],
    ['rsa-traditional.key', 'rsa.pem'],
  ])('in PEM as well: %s', (key, certificates) => {
    const isOurs = isCertificateOf(createPublicKey(privateKeyIn(file(key), ours)));
    expect(orderCertificates(isOurs, certificatesIn(file(certificates))).chain).toHaveLength(2);
  });

  it('open also when openssl encrypts a key with other ciphers of PBES2', async () => {
    for (const cipher of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des3'])
      for (const prf of ['hmacWithSHA1', 'hmacWithSHA256', 'hmacWithSHA512']) {
        const out = join(directory, 'other.key');
        await promisify(execFile)('openssl', [
          ...[
            'pkcs8',
            '-topk8',
            '-in',
            join(directory, 'ec-pbes2.key'),
            '-passin',
            'pass:Lösung 7',
          ],
          ...['-v2', cipher, '-v2prf', prf, '-passout', 'pass:other', '-out', out],
        ]);
        const key = privateKeyIn(file('other.key'), new Secret('other'));
        expect(key.equals(privateKeyIn(file('ec-pbes2.key'), ours))).toBe(true);
      }
  });
});
