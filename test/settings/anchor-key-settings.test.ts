import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type ParsedConfig, parseConfig } from '../../src/settings/parse-config.js';

function parse(env: Record<string, string | undefined>): ParsedConfig {
  return parseConfig({ flags: {}, env, readFile: () => ({}), workingDirectory: '/srv' });
}

/** Of the secret 1: the generator of the curve. */
const KEY = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const PSBT = { CHIROGRAPH_ANCHOR_KEY: 'psbt', CHIROGRAPH_ANCHOR_PUBLIC_KEY: KEY };
const PKCS11 = {
  CHIROGRAPH_ANCHOR_KEY: 'pkcs11',
  CHIROGRAPH_ANCHOR_PKCS11_MODULE: 'libtoken.so',
  CHIROGRAPH_ANCHOR_PKCS11_KEY: 'anchors',
};

describe('settings of the anchor key', () => {
  it('name files by the working directory, but a module as the system looks it up', () => {
    const { config } = parse({ ...PKCS11, CHIROGRAPH_ANCHOR_PKCS11_PIN_FILE: 'pin' });
    expect(config).toMatchObject({
      anchorPkcs11Module: 'libtoken.so',
      anchorPkcs11PinFile: '/srv/pin',
      anchorSignatureMillis: 86_400_000,
    });
  });

  it('take a key beside that of the seal, each with its own token', () => {
    const seal = {
      CHIROGRAPH_SEAL: 'pkcs11',
      CHIROGRAPH_PKCS11_MODULE: 'libother.so',
      CHIROGRAPH_PKCS11_KEY: 'seal',
    };
    expect(parse({ ...PKCS11, ...seal }).config).toMatchObject({
      pkcs11Module: 'libother.so',
      anchorPkcs11Module: 'libtoken.so',
    });
  });

  it('keep the PIN out of what is printed', () => {
    const secret = 'not-to-be-printed';
    const parsed = parse({ ...PKCS11, CHIROGRAPH_ANCHOR_PKCS11_PIN: secret });
    expect(parsed.secrets.anchorPkcs11Pin?.reveal()).toBe(secret);
    expect(inspect(parsed, { depth: 9, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(parsed)).not.toContain(secret);
  });

  it('take the origin of a key as wallets write it', () => {
    const origin = 'd34db33f/84h/0h/0h/0/0';
    expect(parse({ ...PSBT, CHIROGRAPH_ANCHOR_KEY_ORIGIN: origin }).config).toMatchObject({
      anchorKeyOrigin: origin,
      anchorPublicKey: KEY,
    });
  });

  it.each([
    ['no public key', { CHIROGRAPH_ANCHOR_KEY: 'psbt' }, '--anchor-public-key must be set'],
    [
      'a public key that is on no curve',
      { ...PSBT, CHIROGRAPH_ANCHOR_PUBLIC_KEY: `02${'ff'.repeat(32)}` },
      'CHIROGRAPH_ANCHOR_PUBLIC_KEY must be a compressed',
    ],
    [
      'a public key that is not compressed',
      { ...PSBT, CHIROGRAPH_ANCHOR_PUBLIC_KEY: `04${'11'.repeat(64)}` },
      'CHIROGRAPH_ANCHOR_PUBLIC_KEY must be a compressed',
    ],
    [
      'a path of no wallet',
      { ...PSBT, CHIROGRAPH_ANCHOR_KEY_ORIGIN: "d34db33f/84'/0" },
      'CHIROGRAPH_ANCHOR_KEY_ORIGIN must be a fingerprint',
    ],
    [
      'a public key that nothing uses',
      { CHIROGRAPH_ANCHOR_PUBLIC_KEY: KEY },
      '--anchor-public-key must be left out where the anchor key is not pkcs11 or psbt',
    ],
    [
      'a token that nothing uses',
      { ...PSBT, CHIROGRAPH_ANCHOR_PKCS11_TOKEN: 'anchors' },
      '--anchor-pkcs11-token must be left out where the anchor key is not pkcs11',
    ],
    [
      'a PIN that nothing uses',
      { ...PSBT, CHIROGRAPH_ANCHOR_PKCS11_PIN: '1234' },
      'CHIROGRAPH_ANCHOR_PKCS11_PIN must be left out where the anchor key is not pkcs11',
    ],
    [
      'no module',
      { ...PKCS11, CHIROGRAPH_ANCHOR_PKCS11_MODULE: undefined },
      '--anchor-pkcs11-module must be set',
    ],
    [
      'no key',
      { ...PKCS11, CHIROGRAPH_ANCHOR_PKCS11_KEY: undefined },
      '--anchor-pkcs11-key must be set',
    ],
    [
      'two PINs',
      {
        ...PKCS11,
        CHIROGRAPH_ANCHOR_PKCS11_PIN: '1234',
        CHIROGRAPH_ANCHOR_PKCS11_PIN_FILE: 'pin',
      },
      '--anchor-pkcs11-pin-file must be left out',
    ],
    [
      'a node without a chain',
      {
        ...PSBT,
        CHIROGRAPH_ANCHOR_CHAIN: 'upstream',
        CHIROGRAPH_CALENDARS: '[{"url":"https://calendar.example.com/"}]',
      },
      '--anchor-key must be left out where the anchor chain is upstream',
    ],
  ])('are refused with %s', (_what, env, said) => {
    expect(() => parse(env)).toThrow(said);
  });
});
