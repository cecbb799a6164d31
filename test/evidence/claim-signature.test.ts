/** The claim of an entry, and who signed it, as the verifier judges it. */
import { describe, expect, it } from '@jest/globals';
import { hexDigest } from '../../src/base/hex-digest.js';
import { checkClaim } from '../../src/evidence/internal/check-claim.js';
import type { ReadEntry } from '../../src/evidence/internal/read-statement.js';
import { claimBytes } from '../../src/identities/claim-signature.js';
import type { ClaimSignature } from '../../src/records/claim.js';
import type { RecordHeader } from '../../src/records/header.js';
import { type TestKey, testKey } from '../identities/support/identity-kit.js';

const ONE = hexDigest('1'.repeat(64));
const CLAIM = {
  ...{ $v: 1, author: 'ada', nonce: '0'.repeat(32), payloads: [ONE], subject: 'customer-4711' },
  type: 'bank.Account',
};
const HEADER: RecordHeader = {
  ...{ author: 'ada', claim: CLAIM, keyOpener: ONE, retention: 'default', schema: 'none' },
  ...{ payload: { mediaType: 'application/json', sha256: ONE, size: 2 } },
  ...{ subject: 'customer-4711', type: 'bank.Account' },
};

function judged(claimSignature?: ClaimSignature): ReturnType<typeof checkClaim> {
  const signed = claimSignature === undefined ? {} : { claimSignature, authorEvent: ONE };
  const opened = { bytes: new Uint8Array(1), salt: new Uint8Array(32) };
  return checkClaim({
    file: { header: opened },
    header: { ...HEADER, ...signed },
  } as unknown as ReadEntry);
}

function by(key: TestKey, more: Partial<ClaimSignature> = {}): ClaimSignature {
  return { keyId: key.did, alg: key.alg, value: key.sign(claimBytes(CLAIM)), ...more };
}

describe('a claim', () => {
  it.each(['Ed25519', 'ES256', 'ES256K'] as const)(
    'passes when the key that is named signed it: %s',
    (alg) => {
      const key = testKey(alg);
      expect(judged(by(key))).toMatchObject({
        result: 'pass',
        code: 'claim.pass-signed',
        facts: { key: key.did },
      });
    },
  );

  it('passes unsigned, and the report says so', () => {
    expect(judged()).toMatchObject({ result: 'pass', code: 'claim.pass' });
  });

  const key = testKey('ES256');
  it.each<[string, ClaimSignature]>([
    ['another key', by(key, { keyId: testKey('ES256').did })],
    ['another algorithm', by(key, { alg: 'ES256K' })],
    ['a key that nobody can know', by(key, { keyId: 'daily' })],
    ['a signature over something else', by(key, { value: key.sign(new Uint8Array(4)) })],
  ])('fails with %s', (_, signature) => {
    expect(judged(signature)).toMatchObject({ result: 'fail', code: 'claim.unsigned' });
  });
});
