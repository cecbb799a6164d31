import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '../src/base/bytes.js';
import { RandomPool } from '../src/base/random.js';
import { Secret } from '../src/base/secret.js';
import { parseInstant } from '../src/base/time.js';
import type { Config, Secrets } from '../src/config.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import { certificatesIn } from '../src/keys/pem-key.js';
import { unobserved } from '../src/ledger/commit-observer.js';
import { openNode } from '../src/open-node.js';
import { openSeal, type OpenedSeal } from '../src/open-seal.js';
import { DEFAULTS } from '../src/settings/settings-table.js';
import { validateCades } from '../src/signing/cades-validator.js';
import { parseCertificate } from '../src/signing/certificate.js';
import { trustAnchorFrom } from '../src/signing/trust-anchor.js';
import { FakeClock } from './support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

const vectors = (name: string): string => `test/vectors/pkcs12/${name}`;
const passphrase = new Secret('Lösung 7');
const AT = parseInstant('2027-01-01T00:00:00.000Z');

let directory = '';
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(directory);
});

const base = (): Config => ({
  ...DEFAULTS,
  data: join(directory, 'data'),
  keys: join(directory, 'keys'),
  timeStamps: 'off',
});

async function open(config: Partial<Config>, secrets: Secrets = {}): Promise<OpenedSeal> {
  const random = new RandomPool();
  const keyStore = await DirectoryKeyStore.open({
    directory: join(directory, 'keys'),
    dataDirectory: join(directory, 'data'),
    random,
  });
  return openSeal({ ...base(), ...config }, secrets, {
    keyStore,
    random,
    clock: new FakeClock(),
    onTokenCrash: () => undefined,
  });
}

describe('the seal of the settings', () => {
  it.each([
    ['pkcs12', { sealFile: vectors('openssl-ec.p12') }, { sealPassphrase: passphrase }],
    [
      'pkcs12',
      { sealFile: vectors('keytool-rsa.p12') },
      { sealPassphrase: new Secret('storepass') },
    ],
    [
      'pem',
      { sealFile: vectors('rsa-traditional.key'), sealCertificates: vectors('rsa.pem') },
      { sealPassphrase: passphrase },
    ],
  ] as const)(
    'seals with a key from %s, and leads to the root of its chain',
    async (seal, config, secrets) => {
      const opened = await open({ seal, ...config }, secrets);
      const [root] = opened.roots;
      if (opened.seal === null || root === undefined) throw new Error('a seal with its root');
      expect(opened.seal.development).toBe(false);
      const content = utf8('content');
      const cms = await opened.seal.seal(content, AT);
      const anchors = [trustAnchorFrom(parseCertificate(root))];
      expect(validateCades({ cms, content, anchors, at: AT }).indication).toBe('TOTAL-PASSED');
      await opened.close();
    },
  );

  it('signs by the algorithm that is set, if the key can', async () => {
    const rsa = { seal: 'pkcs12', sealFile: vectors('openssl-rsa.p12') } as const;
    const secrets = { sealPassphrase: passphrase };
    const chosen = await open({ ...rsa, sealAlgorithm: 'rsa-pkcs1-sha512' }, secrets);
    expect(chosen.seal?.signatureAlgorithm).toBe('rsa-pkcs1-sha512');
    await expect(open({ ...rsa, sealAlgorithm: 'ecdsa-sha256' }, secrets)).rejects.toMatchObject({
      code: 'SEAL_CERTIFICATE_UNSUITABLE',
    });
  });

  it('takes key and certificates from one file, and the passphrase from another', async () => {
    const sealFile = join(directory, 'seal.pem');
    const sealPassphraseFile = join(directory, 'passphrase');
    await writeFile(
      sealFile,
      [readFileSync(vectors('ec.pem')), readFileSync(vectors('ec-pbes2.key'))].join('\n'),
    );
    await writeFile(sealPassphraseFile, 'Lösung 7\n');
    const opened = await open({ seal: 'pem', sealFile, sealPassphraseFile });
    expect(opened.seal?.chain).toHaveLength(1);
    expect(opened.roots).toHaveLength(1);
  });

  it('has no root where the chain does not have it', async () => {
    const sealCertificates = join(directory, 'leaf.der');
    const [leaf = utf8('')] = certificatesIn(readFileSync(vectors('ec.pem')));
    await writeFile(sealCertificates, leaf);
    const opened = await open(
      { seal: 'pem', sealFile: vectors('ec-pbes2.key'), sealCertificates },
      { sealPassphrase: passphrase },
    );
    expect(opened.roots).toEqual([]);
    expect(opened.seal?.chain).toEqual([]);
  });

  it('is the node’s, which then was not made for development by it', async () => {
    const config = { ...base(), seal: 'pkcs12', sealFile: vectors('openssl-ec.p12') } as const;
    const node = await openNode(
      config,
      { sealPassphrase: passphrase },
      {
        clock: new FakeClock(),
        random: new RandomPool(),
        observer: unobserved,
        onFailure: (error) => {
          throw error;
        },
      },
    );
    expect(node.node.seal?.signatureAlgorithm).toBe('ecdsa-sha256');
    expect(node.roots).toEqual([certificatesIn(readFileSync(vectors('ec.pem')))[2]]);
    await node.close();
  });
});

describe('a seal is refused, by the name of the setting,', () => {
  it.each([
    ['file that is not there', { sealFile: 'nowhere' }, /CHIROGRAPH_SEAL_FILE .*ENOENT/],
    ['directory', { sealFile: 'test' }, /CHIROGRAPH_SEAL_FILE .*EISDIR/],
    ['file without end', { sealFile: '/dev/zero' }, /CHIROGRAPH_SEAL_FILE .*larger/],
    [
      'file of certificates without one',
      { sealFile: vectors('openssl-ec.p12'), sealCertificates: vectors('README.md') },
      /CHIROGRAPH_SEAL_CERTIFICATES .*without a certificate/,
    ],
    [
      'passphrase of several lines',
      { sealFile: vectors('openssl-ec.p12'), sealPassphraseFile: vectors('README.md') },
      /CHIROGRAPH_SEAL_PASSPHRASE_FILE .*one line/,
    ],
  ])('for a %s', async (_, config, message) => {
    const refused = open(
      { seal: 'pkcs12', ...config },
      'sealPassphraseFile' in config ? {} : { sealPassphrase: passphrase },
    );
    await expect(refused).rejects.toMatchObject({ code: 'CONFIG_SEAL_UNUSABLE' });
    await expect(refused).rejects.toThrow(message);
  });

  it('and nothing of a node is left open', async () => {
    const config = { ...base(), seal: 'pkcs12', sealFile: vectors('openssl-ec.p12') } as const;
    const surroundings = {
      clock: new FakeClock(),
      random: new RandomPool(),
      observer: unobserved,
      onFailure: () => undefined,
    };
    const wrong = { sealPassphrase: new Secret('another') };
    await expect(openNode(config, wrong, surroundings)).rejects.toMatchObject({
      code: 'KEYS_PASSPHRASE_WRONG',
    });
    const node = await openNode(config, { sealPassphrase: passphrase }, surroundings);
    await node.close();
  });
});
