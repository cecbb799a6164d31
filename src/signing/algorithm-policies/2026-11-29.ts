/**
 * The algorithms of 29 November 2026: the first table with ends. The model is ETSI TS 119 312, which
 * calls RSA below 3,000 bits a legacy mechanism and gives it an end; that we set it at the end of 2028
 * is our decision, since signers' certificates of such keys run until then. What was signed before an
 * end, and is proven to have been, stays valid after it.
 */
import type { UnixMillis } from '../../base/brand.js';
import type { AlgorithmPolicy } from '../algorithm-policy.js';

/** 2028-12-31T23:59:59.999Z. */
const END_OF_2028 = 1_861_919_999_999 as UnixMillis;

export const ALGORITHM_POLICY_2026_11_29: AlgorithmPolicy = {
  id: 'chirograph-algorithms/2026-11-29',
  schemes: [
    { scheme: 'ecdsa', keyKind: 'ec-p256', minimumBits: 256, until: null },
    { scheme: 'ecdsa', keyKind: 'ec-p384', minimumBits: 384, until: null },
    { scheme: 'rsa-pkcs1', keyKind: 'rsa', minimumBits: 2_048, until: END_OF_2028 },
    { scheme: 'rsa-pss', keyKind: 'rsa', minimumBits: 2_048, until: END_OF_2028 },
    { scheme: 'rsa-pss', keyKind: 'rsa-pss', minimumBits: 2_048, until: END_OF_2028 },
    { scheme: 'rsa-pkcs1', keyKind: 'rsa', minimumBits: 3_000, until: null },
    { scheme: 'rsa-pss', keyKind: 'rsa', minimumBits: 3_000, until: null },
    { scheme: 'rsa-pss', keyKind: 'rsa-pss', minimumBits: 3_000, until: null },
  ],
  digests: [
    { digest: 'sha256', until: null },
    { digest: 'sha384', until: null },
    { digest: 'sha512', until: null },
  ],
};
