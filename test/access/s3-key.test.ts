import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeyId } from '../../src/access/key-text.js';
import { accessKeyIdOf, keyIdOf, s3Credentials } from '../../src/access/s3-key.js';
import type { TenantName } from '../../src/access/tenant-name.js';

const bank = 'bank' as TenantName;
const id = '0a1b2c3d4e5f' as KeyId;
const root = new Uint8Array(32).fill(7);

describe('s3Credentials', () => {
  it('derives the same secret again, and of each key, tenant and node another', () => {
    const of = s3Credentials(root);
    const key = { tenant: bank, id, s3: true as const };
    const credential = of(key);
    // Written down: a change of the derivation would take every key's secret away.
    expect(credential).toEqual({
      accessKeyId: 'CHIROS3K0A1B2C3D4E5F',
      secretAccessKey: 'n4YEaCcWIk1ZyVVQTjcoLvngRNtugIM2CQvpwgvg',
    });
    const others = [
      of({ ...key, id: '0a1b2c3d4e5e' as KeyId }),
      of({ ...key, tenant: 'other' as TenantName }),
      s3Credentials(new Uint8Array(32))(key),
    ];
    const secrets = [credential, ...others].map((one) => one?.secretAccessKey);
    expect(new Set(secrets).size).toBe(4);
  });

  it('derives none for a key that was made without', () => {
    expect(s3Credentials(root)({ tenant: bank, id })).toBeNull();
  });
});

describe('the id of an access key', () => {
  it('names the API key, in 20 capital letters and digits, and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const keyId = Buffer.from(bytes).toString('hex') as KeyId;
        expect(accessKeyIdOf(keyId)).toMatch(/^[A-Z0-9]{20}$/);
        expect(keyIdOf(accessKeyIdOf(keyId))).toBe(keyId);
      }),
    );
  });

  it.each([
    '',
    'AKIAIOSFODNN7EXAMPLE',
    'CHIROS3K0a1b2c3d4e5f',
    'CHIROS3K0A1B2C3D4E5',
    'CHIROS3K0A1B2C3D4E5G',
  ])('is not %j', (text) => {
    expect(keyIdOf(text)).toBeNull();
  });
});
