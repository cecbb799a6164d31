import { describe, expect, it } from '@jest/globals';
import type { Augmentation, AugmentationStep } from '../../src/augmentation/augmenter.js';
import { levelsAugmenter, type TimeStamps } from '../../src/augmentation/levels-augmenter.js';
import type { RevocationServices } from '../../src/augmentation/validation-data.js';
import type { UnixMillis } from '../../src/base/brand.js';
import { equalBytes } from '../../src/base/bytes.js';
import { TimeStampError } from '../../src/keys/time-stamp-error.js';
import { levelOf } from '../../src/signing/cades-levels.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { DIGESTS } from '../../src/signing/digest-algorithms.js';
import { isSameSignature } from '../../src/signing/same-signature.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { parseTimeStampToken } from '../../src/signing/time-stamp-token.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import {
  archived,
  basic,
  content,
  root,
  signer,
  sub,
  timeStamped,
  tsa,
  tsaRoot,
} from '../signing/support/levels.js';
import { issueCrl, issueOcspResponse } from '../signing/support/simple-revocation.js';
import { NOW, YEAR_MILLIS } from '../signing/support/test-pki.js';
import { stamp } from '../signing/support/test-tsa.js';

const timeStamps: TimeStamps = {
  stamp: ({ digest, hash }) =>
    Promise.resolve(parseTimeStampToken(stamp(tsa, { digest: DIGESTS[digest], hash }).der)),
};

const revocation: RevocationServices = {
  get: ({ sha256 }, issuer) => {
    const isSigner = equalBytes(sha256, signer.certificate.sha256);
    const authority = [root, tsaRoot].find(({ certificate }) =>
      equalBytes(certificate.sha256, issuer.sha256),
    );
    return Promise.resolve({
      crls: authority === undefined ? [] : [issueCrl(authority)],
      ocspResponses: isSigner ? [issueOcspResponse(sub, signer)] : [],
      failures: [],
    });
  },
};

const anchors = [root, tsaRoot].map(({ certificate }) => trustAnchorFrom(certificate));

function augmenter(more: Partial<Parameters<typeof levelsAugmenter>[0]> = {}) {
  const renewBeforeMillis = 90 * 86_400_000;
  return levelsAugmenter({ timeStamps, revocation, anchors, renewBeforeMillis, ...more });
}

function take(
  cms: Uint8Array,
  step: AugmentationStep,
  more?: Parameters<typeof augmenter>[0],
): Promise<Augmentation> {
  return augmenter(more).next({ cms, content, step, at: NOW });
}

describe('a signature', () => {
  it('goes from level to level, and stays the same signature', async () => {
    let cms = basic;
    const levels: string[] = [];
    for (const step of ['T', 'LT', 'LTA'] as const) {
      expect(augmenter().needs(cms, NOW)).toBe(step);
      const made = await take(cms, step);
      if (made.kind !== 'augmented') throw new Error(made.reason);
      expect(isSameSignature(cms, made.cms)).toBe(true);
      ({ cms } = made);
      levels.push(levelOf(parseSignedData(cms)));
    }
    expect(levels).toEqual(['B-T', 'B-LT', 'B-LTA']);
    expect(augmenter().needs(cms, NOW)).toBeNull();
  });

  it('is renewed before the certificate of its last time-stamp ends', async () => {
    const { notAfter } = tsa.certificate;
    expect(augmenter().needs(archived, NOW)).toBeNull();
    const soon = (notAfter - 80 * 86_400_000) as UnixMillis;
    expect(augmenter().needs(archived, soon)).toBe('renewal');
    const made = await take(archived, 'renewal');
    if (made.kind !== 'augmented') throw new Error(made.reason);
    expect(isSameSignature(archived, made.cms)).toBe(true);
    expect(made.cms.length).toBeGreaterThan(archived.length);
    expect(notAfter - NOW).toBeLessThan(20 * YEAR_MILLIS);
  });

  it('waits while nothing is said of revocation, and while its service is away', async () => {
    const silent: RevocationServices = {
      get: () => Promise.resolve({ crls: [], ocspResponses: [], failures: [] }),
    };
    expect(await take(timeStamped, 'LT', { revocation: silent })).toMatchObject({ kind: 'later' });
    const away: RevocationServices = {
      get: () =>
        Promise.resolve({
          crls: [],
          ocspResponses: [],
          failures: [{ host: 'ocsp.example', code: 'OUTBOUND_TIMEOUT' }],
        }),
    };
    expect(await take(timeStamped, 'LT', { revocation: away })).toEqual({
      kind: 'no-revocation',
      reason: 'ocsp.example gave nothing (OUTBOUND_TIMEOUT)',
    });
  });

  it('waits with all others while there are no time-stamps', async () => {
    const none: TimeStamps = {
      stamp: () => Promise.reject(new SigningError('TIME_STAMP_MALFORMED', 'no token came')),
    };
    for (const step of ['T', 'LTA', 'renewal'] as const)
      expect(await take(step === 'T' ? basic : archived, step, { timeStamps: none })).toEqual({
        kind: 'no-time-stamps',
        reason: 'no token came',
      });
    const until = 1_900_000_000_000 as UnixMillis;
    const used = new TimeStampError('TIME_STAMP_BUDGET_USED', 'used up', { until });
    const timeStamps: TimeStamps = { stamp: () => Promise.reject(used) };
    expect(await take(basic, 'T', { timeStamps })).toEqual({
      kind: 'no-time-stamps',
      reason: 'used up',
      until,
    });
  });

  it('of whom no anchor is trusted gets no validation data, and it is said why', async () => {
    const trusted = [trustAnchorFrom(tsaRoot.certificate)];
    expect(await take(timeStamped, 'LT', { anchors: trusted })).toEqual({
      kind: 'refused',
      reason: 'its certificate led to no trust anchor when it was stamped',
    });
  });
});
