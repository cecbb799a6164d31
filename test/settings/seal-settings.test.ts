import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { developmentParts } from '../../src/settings/development-parts.js';
import { type ParsedConfig, parseConfig } from '../../src/settings/parse-config.js';

function parse(env: Record<string, string>): ParsedConfig {
  return parseConfig({ flags: {}, env, readFile: () => ({}), workingDirectory: '/srv' });
}

const PKCS12 = { CHIROGRAPH_SEAL: 'pkcs12', CHIROGRAPH_SEAL_FILE: 'seal.p12' };
const PKCS11 = {
  CHIROGRAPH_SEAL: 'pkcs11',
  CHIROGRAPH_PKCS11_MODULE: 'libtoken.so',
  CHIROGRAPH_PKCS11_KEY: 'seal',
};

describe('settings of the seal', () => {
  it('name files by the working directory, but a module as the system looks it up', () => {
    const { config } = parse({
      ...PKCS11,
      CHIROGRAPH_SEAL_CERTIFICATES: 'seal.pem',
      CHIROGRAPH_PKCS11_PIN_FILE: 'pin',
    });
    expect(config).toMatchObject({
      pkcs11Module: 'libtoken.so',
      sealCertificates: '/srv/seal.pem',
      pkcs11PinFile: '/srv/pin',
      pkcs11Sessions: 4,
    });
    expect(parse(PKCS12).config.sealFile).toBe('/srv/seal.p12');
  });

  it('keep passphrase and PIN out of what is printed', () => {
    const secret = 'not-to-be-printed';
    for (const env of [
      { ...PKCS12, CHIROGRAPH_SEAL_PASSPHRASE: secret },
      { ...PKCS11, CHIROGRAPH_PKCS11_PIN: secret },
    ]) {
      const parsed = parse(env);
      const { sealPassphrase, pkcs11Pin } = parsed.secrets;
      expect((sealPassphrase ?? pkcs11Pin)?.reveal()).toBe(secret);
      expect(inspect(parsed, { depth: 9, showHidden: true })).not.toContain(secret);
      expect(JSON.stringify(parsed)).not.toContain(secret);
    }
  });

  it('of a real key are no part made for development', () => {
    for (const env of [PKCS12, PKCS11])
      expect(developmentParts(parse(env).config)).not.toContain('seal');
  });

  it.each([
    ['a file that is not named', { CHIROGRAPH_SEAL: 'pkcs12' }, '--seal-file must be set'],
    ['a file that is not named', { CHIROGRAPH_SEAL: 'pem' }, '--seal-file must be set'],
    [
      'a module that is not named',
      { ...PKCS11, CHIROGRAPH_PKCS11_MODULE: undefined },
      '--pkcs11-module must be set',
    ],
    [
      'a key that is not named',
      { ...PKCS11, CHIROGRAPH_PKCS11_KEY: undefined },
      '--pkcs11-key must',
    ],
    [
      'a file beside a token',
      { ...PKCS11, CHIROGRAPH_SEAL_FILE: 'x' },
      '--seal-file must be left out where the seal is not pem or pkcs12',
    ],
    [
      'a key of a token beside a file',
      { ...PKCS12, CHIROGRAPH_PKCS11_KEY: 'x' },
      '--pkcs11-key must',
    ],
    [
      'certificates of a seal made for development',
      { CHIROGRAPH_SEAL_CERTIFICATES: 'x' },
      '--seal-certificates must be left out',
    ],
    [
      'a passphrase where nothing has one',
      { ...PKCS11, CHIROGRAPH_SEAL_PASSPHRASE: 'x' },
      'CHIROGRAPH_SEAL_PASSPHRASE must be left out',
    ],
    [
      'a PIN without a token',
      { ...PKCS12, CHIROGRAPH_PKCS11_PIN: 'x' },
      'CHIROGRAPH_PKCS11_PIN must be left out',
    ],
    [
      'a passphrase twice',
      { ...PKCS12, CHIROGRAPH_SEAL_PASSPHRASE: 'x', CHIROGRAPH_SEAL_PASSPHRASE_FILE: 'x' },
      '--seal-passphrase-file must be left out',
    ],
    [
      'a PIN twice',
      { ...PKCS11, CHIROGRAPH_PKCS11_PIN: 'x', CHIROGRAPH_PKCS11_PIN_FILE: 'x' },
      '--pkcs11-pin-file must be left out',
    ],
    [
      'an id that is no hex',
      { ...PKCS11, CHIROGRAPH_PKCS11_KEY_ID: '0A' },
      'PKCS11_KEY_ID must be hex',
    ],
    [
      'an algorithm that there is not',
      { ...PKCS12, CHIROGRAPH_SEAL_ALGORITHM: 'rsa-pkcs1-sha1' },
      'CHIROGRAPH_SEAL_ALGORITHM must be one of',
    ],
  ])('refuse %s', (_, env, message) => {
    const given = Object.entries(env).filter(
      (one): one is [string, string] => one[1] !== undefined,
    );
    expect(() => parse(Object.fromEntries(given))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_MALFORMED',
        message: expect.stringContaining(message),
      }),
    );
  });
});
