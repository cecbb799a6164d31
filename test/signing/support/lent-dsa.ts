/**
 * DSA with SHA-1, lent to the path validation for the PKITS cases that are made with it. The product has
 * neither: this shows that nothing but the algorithm keeps it from accepting them.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  ALGORITHM_POLICY_2026_11,
  type AlgorithmPolicy,
} from '../../../src/signing/algorithm-policy.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../../../src/signing/algorithms.js';
import type { Certificate, SignedByIssuer } from '../../../src/signing/certificate.js';
import type { PublicKey } from '../../../src/signing/public-key.js';
import { ValidationBudget } from '../../../src/signing/validation-budget.js';

/** Any entry will do: it is only asked for its scheme, its digest and the kind of its key. */
const DSA: SignatureAlgorithm = { ...SIGNATURE_ALGORITHMS['ecdsa-sha256'], keyKinds: ['ec-p384'] };

export const POLICY_WITH_DSA: AlgorithmPolicy = {
  ...ALGORITHM_POLICY_2026_11,
  schemes: [
    ...ALGORITHM_POLICY_2026_11.schemes,
    { scheme: 'ecdsa', keyKind: 'ec-p384', minimumBits: 0, until: null },
  ],
};

export class BudgetWithDsa extends ValidationBudget {
  override keyOf(certificate: Certificate): PublicKey | null {
    const key = super.keyOf(certificate);
    if (key !== null) return key;
    const lent = dsaKey(certificate);
    return lent === null ? null : { kind: 'ec-p384', bits: 1_024, key: lent };
  }

  override isSignedBy(signed: SignedByIssuer, key: PublicKey): boolean {
    if (key.key.asymmetricKeyType !== 'dsa') return super.isSignedBy(signed, key);
    return verify('sha1', signed.toBeSigned, key.key, signed.signatureValue);
  }
}

/** What is signed with DSA, as if the product knew the algorithm. */
export function withDsa<T extends SignedByIssuer>(signed: T): T {
  return signed.signatureAlgorithm === null ? { ...signed, signatureAlgorithm: DSA } : signed;
}

/** Null for a key without parameters of its own. */
function dsaKey({ subjectPublicKeyInfo }: Certificate): KeyObject | null {
  try {
    const key = Buffer.from(subjectPublicKeyInfo);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
