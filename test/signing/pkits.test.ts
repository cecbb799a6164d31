/** All of NIST PKITS. What must be refused is refused for the right reason; nothing is accepted that must not be. */
import { describe, expect, it } from '@jest/globals';
import { ALGORITHM_POLICY_2026_11_29 } from '../../src/signing/algorithm-policies/2026-11-29.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import type { PathFailureReason } from '../../src/signing/path-verdict.js';
import { PKITS, type PkitsCase, verdictOf } from './support/pkits.js';

/** What the case list says of a refusal, and the reason that we give for it. */
const REASONS: readonly (readonly [RegExp, PathFailureReason])[] = [
  [/signature of .* could not be verified/, 'NO_CERTIFICATE_CHAIN_FOUND'],
  [/issuer name could not be matched/, 'NO_CERTIFICATE_CHAIN_FOUND'],
  [/is not valid until/, 'NOT_YET_VALID'],
  [/ expired /, 'EXPIRED'],
  [/is not a CA/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/exceeds the maximum path length/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/is not allowed to sign certificates/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/unsupported critical extension/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/no valid set of policies|policy mapping|any policy/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/in the permitted namespace|are excluded from/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/certificate hold/, 'TRY_LATER'],
  [/indicates the end-entity certificate was revoked/, 'REVOKED'],
  [/indicates intermediate certificate \d was revoked/, 'REVOKED_CA'],
  [/no revocation information could be found|revocation checks failed/, 'TRY_LATER'],
];

/** The damage of these reaches the encoding: see test/vectors/pkits/README.md. */
const REFUSED_WHEN_READ: ReadonlyMap<string, string> = new Map([
  ['40102', 'CERTIFICATE_MALFORMED'],
  ['40106', 'CERTIFICATE_MALFORMED'],
  ['40404', 'CRL_MALFORMED'],
]);

/** Valid: DSA with SHA-1, which no policy of ours accepts. */
const VALID_WITH_DSA = new Set(['40104', '40105']);
/** The one exception: a DSA key without parameters, which inherits its issuer's (RFC 3279 §2.3.2). */
const INHERITED_PARAMETERS = '40105';

function expectedOf({ id, error, path_len }: PkitsCase): string | undefined {
  if (error === undefined) return `valid, ${path_len} certificates`;
  return (
    REFUSED_WHEN_READ.get(id) ?? REASONS.find(([pattern]) => pattern.test(error.msg_regex))?.[1]
  );
}

describe('NIST PKITS', () => {
  it.each(PKITS.filter(({ id }) => id !== INHERITED_PARAMETERS))('$id $name', (pkits) => {
    expect(verdictOf(pkits)).toBe(expectedOf(pkits));
  });

  it('is judged as its authors do in all cases but one, which is refused', () => {
    const isAccepted = (pkits: PkitsCase): boolean => verdictOf(pkits).startsWith('valid');
    const wrong = PKITS.filter((pkits) => isAccepted(pkits) !== (pkits.error === undefined));
    expect(wrong.map(({ id }) => id)).toEqual([INHERITED_PARAMETERS]);
    expect(wrong.filter(isAccepted)).toEqual([]);
    expect(wrong.map((pkits) => verdictOf(pkits))).toEqual(['CRYPTO_CONSTRAINTS_FAILURE']);
  });

  it.each([ALGORITHM_POLICY_2026_11, ALGORITHM_POLICY_2026_11_29])(
    'is judged the same under $id, but for DSA',
    (policy) => {
      for (const pkits of PKITS) {
        const verdict = verdictOf(pkits, { policy });
        const expected = VALID_WITH_DSA.has(pkits.id)
          ? 'CRYPTO_CONSTRAINTS_FAILURE'
          : expectedOf(pkits);
        expect([pkits.id, verdict]).toEqual([pkits.id, expected]);
      }
    },
  );

  it('is run whole', () => {
    expect(PKITS).toHaveLength(246);
    expect(PKITS.filter(({ error }) => error !== undefined)).toHaveLength(136);
  });
});
