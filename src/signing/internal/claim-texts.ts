/**
 * What a certificate claims of itself, each as words that continue "the certificate claims …". The word
 * "qualified" stands nowhere else in a report: that something is, no certificate can say of itself.
 */
import type { Certificate } from '../certificate.js';
import { displayText } from '../distinguished-name.js';
import { type QcClaims, qcClaims } from '../qc-statements.js';

export function claimsOf(certificate: Certificate): readonly string[] {
  const claims = qcClaims(certificate);
  return claims === null ? [] : textsOf(claims);
}

function textsOf(claims: QcClaims): readonly string[] {
  const { limit, retentionYears } = claims;
  return [
    ...(claims.compliance
      ? [`to be a qualified certificate under the law of ${lawOf(claims.countries)}`]
      : []),
    ...(claims.keyInDevice
      ? [
          `that its key lies in a signature creation device that is qualified under the law of ${lawOf(claims.deviceCountries)}`,
        ]
      : []),
    ...claims.types.map((type) => `to be for ${PURPOSES.get(type) ?? `the purpose ${type}`}`),
    ...(limit === null
      ? []
      : [
          `that its issuer answers for transactions up to ${limit.amount} × 10^${limit.exponent} ${limit.currency}`,
        ]),
    ...(retentionYears === null
      ? []
      : [`that its issuer keeps its records for ${retentionYears} years after its end`]),
    ...claims.identificationMethods.map(
      (oid) => `that its holder was identified by the method ${oid}`,
    ),
    ...claims.disclosures.map(({ url }) => `that its terms are at ${displayText(url)}`),
    ...claims.notUnderstood.map(
      (oid) => `something in a statement that is not understood (${oid})`,
    ),
  ];
}

/** EN 319 412-5 §4.2.4: without a country it is the law of the European Union that is meant. */
function lawOf(countries: readonly string[]): string {
  return countries.length === 0 ? 'the European Union' : countries.join(', ');
}

const PURPOSES: ReadonlyMap<string, string> = new Map([
  ['signature', 'electronic signatures'],
  ['seal', 'electronic seals'],
  ['web', 'web sites'],
]);
