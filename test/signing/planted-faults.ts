/** Faults of the path validation that the suites of this folder must notice, each by the tests with that in their name. */
import type { PlantedFault } from '../support/mutant.js';

export interface FaultOfSigning extends PlantedFault {
  readonly suite: string;
  readonly tests: string;
  /** Of a suite that takes cases by number: so many, from the first. */
  readonly cases?: number;
}

const PKITS = 'test/signing/pkits.test.ts';
const REVOCATION = 'test/signing/revocation.test.ts';
const SCOPE = 'test/signing/path-scope.test.ts';
const MUTATIONS = 'test/signing/mutations.test.ts';
const CONSTRAINTS = 'signing/internal/path-constraints.js';
const OCSP = 'signing/internal/ocsp-statuses.js';
const CRL_SIGNERS = 'signing/internal/crl-signers.js';
const STATUS = 'signing/revocation-status.js';

export const SIGNING_FAULTS: readonly FaultOfSigning[] = [
  {
    name: 'a digest algorithm may be announced twice',
    file: 'signing/cms-signed-data.js',
    find: 'encodings.size < algorithms.length',
    replace: 'false',
    suite: MUTATIONS,
    tests: 'of level B-LTA does not pass',
    cases: 600,
  },
  {
    name: 'nobody looks whether the key has signed',
    file: 'signing/algorithms.js',
    find: 'return verify(algorithm.digest.name, message, key, signature);',
    replace: 'return true;',
    suite: MUTATIONS,
    tests: 'is no',
    cases: 100,
  },
  {
    name: 'names are not constrained',
    file: CONSTRAINTS,
    find: '!allowsNames(state.names, certificate, budget)',
    replace: 'false',
    suite: PKITS,
    tests: 'nameconstraints',
  },
  {
    name: 'one name within is enough',
    file: 'signing/internal/name-constraints.js',
    find: 'names.every(',
    replace: 'names.some(',
    suite: 'test/signing/name-constraints.test.ts',
    tests: 'all names, not only by one',
  },
  {
    name: 'paths may be as long as they like',
    file: CONSTRAINTS,
    find: '!selfIssued && pathLengthLeft <= 0',
    replace: 'false',
    suite: PKITS,
    tests: 'pathlenconstraint',
  },
  {
    name: 'any policy is accepted',
    file: 'signing/internal/certificate-policies.js',
    find: '!isNeeded || hasAcceptedPolicy(state.levels, accepted)',
    replace: 'true',
    suite: PKITS,
    tests: 'polic',
  },
  {
    name: 'a CRL or an answer is believed whoever signed it',
    file: 'signing/internal/inquiry.js',
    find: 'budget.isSignedBy(signed, key)',
    replace: 'true',
    suite: REVOCATION,
    tests: 'is nothing',
  },
  {
    name: 'a CRL is of any distribution point',
    file: 'signing/internal/crl-scope.js',
    find: 'places.includes(place)',
    replace: 'true',
    suite: PKITS,
    tests: 'distributionpoint',
  },
  {
    name: 'a CRL for CAs speaks of users',
    file: 'signing/internal/crl-scope.js',
    find: 'scope.onlyContainsCaCerts && !isCa',
    replace: 'false',
    suite: PKITS,
    tests: 'onlycontains',
  },
  {
    name: 'critical extensions of entries do not count',
    file: 'signing/internal/crl-entries.js',
    find: 'unknownCritical(all, understood).length > 0',
    replace: 'false',
    suite: PKITS,
    tests: 'unknown_crl_entry_extension',
  },
  {
    name: 'delta CRLs are not used',
    file: 'signing/internal/crl-statuses.js',
    find: 'compareNumbers(delta.number, number) > 0',
    replace: 'false',
    suite: PKITS,
    tests: 'deltacrl',
  },
  {
    name: 'a good answer after the end is as good as one before',
    file: 'signing/internal/crl-statuses.js',
    find: 'thisUpdate <= notAfter',
    replace: 'true',
    suite: REVOCATION,
    tests: 'after a certificate expired',
  },
  {
    name: 'any CA under the anchor may sign CRLs under any name',
    file: CRL_SIGNERS,
    find: 'isOfSameHouse(list, candidate, path, index)',
    replace: 'true',
    suite: REVOCATION,
    tests: 'has given itself the name',
  },
  {
    name: 'nobody asks whether the signer of a CRL is revoked',
    file: CRL_SIGNERS,
    find: '!inquiry.isKnownRevoked(candidate, list)',
    replace: 'true',
    suite: PKITS,
    tests: 'separate_certificate_and_crl_keys',
  },
  {
    name: 'any certificate of the issuer may answer',
    file: OCSP,
    find: 'extKeyUsage?.includes(OID.ocspSigning) === true',
    replace: 'true',
    suite: REVOCATION,
    tests: 'the CRL stands',
  },
  {
    name: 'a responder may answer when it has expired',
    file: OCSP,
    find: 'areCurrent([delegate], producedAt)',
    replace: 'true',
    suite: REVOCATION,
    tests: 'the CRL stands',
  },
  {
    name: 'an answer is about any certificate',
    file: OCSP,
    find: 'isIdOf(answer.certificateId, certificate, keyInfo)',
    replace: 'true',
    suite: REVOCATION,
    tests: 'names its certificate',
  },
  {
    name: 'answers stay fresh',
    file: STATUS,
    find: 'nextUpdate !== null && nextUpdate >= at',
    replace: 'true',
    suite: PKITS,
    tests: 'nextupdate',
  },
  {
    name: 'a later answer takes a revocation back',
    file: STATUS,
    find: 'final ?? (',
    replace: '(',
    suite: REVOCATION,
    tests: 'not taken back',
  },
  {
    name: 'a revocation reaches back',
    file: STATUS,
    find: 'outcome.kind === "revoked" && outcome.at <= at',
    replace: 'outcome.kind === "revoked"',
    suite: REVOCATION,
    tests: 'does not reach back',
  },
  {
    name: 'an anchor is good for everything',
    file: 'signing/trust-anchor.js',
    find: 'purposes.has(purpose)',
    replace: 'true',
    suite: SCOPE,
    tests: 'for its purposes only',
  },
];
