/** All of NIST PKITS. What must be refused is refused for the right reason; nothing is accepted that must not be. */
import { describe, expect, it } from '@jest/globals';
import type { PathFailureReason } from '../../src/signing/path-verdict.js';
import { BudgetWithDsa, POLICY_WITH_DSA, withDsa } from './support/lent-dsa.js';
import { PKITS, type PkitsCase, requestOf, verdictOf } from './support/pkits.js';

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

/** DSA with SHA-1, which no policy of ours accepts. */
const VALID_WITH_DSA = new Set(['40104', '40105']);
/** A key without parameters, which it inherits from its issuer's: nobody has issued such since. */
const NOT_ACCEPTED_AT_ALL = new Set(['40105']);

function expectedOf({ id, error, path_len }: PkitsCase): string | undefined {
  if (error === undefined) return `valid, ${path_len} certificates`;
  return (
    REFUSED_WHEN_READ.get(id) ?? REASONS.find(([pattern]) => pattern.test(error.msg_regex))?.[1]
  );
}

function verdictWithDsa(pkits: PkitsCase): string {
  if (REFUSED_WHEN_READ.has(pkits.id)) return verdictOf(pkits);
  const { target, intermediates, revocation } = requestOf(pkits);
  return verdictOf(pkits, {
    target: withDsa(target),
    intermediates: intermediates.map(withDsa),
    policy: POLICY_WITH_DSA,
    budget: new BudgetWithDsa(),
    revocation: {
      need: 'required',
      evidence: { crls: (revocation?.evidence.crls ?? []).map(withDsa), ocspResponses: [] },
    },
  });
}

describe('NIST PKITS', () => {
  it.each(PKITS.filter(({ id }) => !VALID_WITH_DSA.has(id)))('$id $name', (pkits) => {
    expect(verdictOf(pkits)).toBe(expectedOf(pkits));
  });

  it.each(PKITS.filter(({ id }) => VALID_WITH_DSA.has(id)))(
    '$id $name: refused, because it is DSA with SHA-1',
    (pkits) => {
      expect(verdictOf(pkits)).toBe('CRYPTO_CONSTRAINTS_FAILURE');
    },
  );

  it('is judged as its authors do in all cases but one, were DSA accepted', () => {
    const isAccepted = (verdict: string): boolean => verdict.startsWith('valid');
    const outcomes = PKITS.map((pkits) => {
      const accepted = isAccepted(verdictWithDsa(pkits));
      return { id: pkits.id, accepted, expected: pkits.error === undefined };
    });
    const wrong = outcomes.filter(({ accepted, expected }) => accepted !== expected);
    expect(wrong.filter(({ accepted }) => accepted)).toEqual([]);
    expect(new Set(wrong.map(({ id }) => id))).toEqual(NOT_ACCEPTED_AT_ALL);
    expect(wrong).toHaveLength(1);
  });

  it('is run whole', () => {
    expect(PKITS).toHaveLength(246);
    expect(PKITS.filter(({ error }) => error !== undefined)).toHaveLength(136);
  });
});
