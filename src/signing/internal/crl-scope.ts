/** Whether a CRL is about a certificate, and about which reasons (RFC 5280 §6.3.3 (b) and (d)). */
import type { CertificateList } from '../certificate-list.js';
import type { Certificate } from '../certificate.js';
import {
  ALL_REASONS,
  comparableName,
  comparableNames,
  type DistributionPoint,
  readDistributionPoints,
  type ReasonMask,
} from '../distribution-points.js';
import { extensionValue } from '../extension-list.js';
import { OID } from '../oids.js';

/**
 * The reasons for which the list says whether the certificate is revoked; none if it is not about it.
 *
 * @throws SigningError DER_MALFORMED or DER_LIMIT for distribution points that cannot be read.
 */
export function reasonsCovered(list: CertificateList, certificate: Certificate): ReasonMask {
  const { scope } = list;
  const isCa = certificate.extensions.basicConstraints?.ca === true;
  if (
    scope !== null &&
    (scope.onlyContainsAttributeCerts ||
      (scope.onlyContainsUserCerts && isCa) ||
      (scope.onlyContainsCaCerts && !isCa))
  )
    return 0;
  const points = extensionValue(
    certificate.extensions.all,
    OID.cRLDistributionPoints,
    readDistributionPoints,
  );
  let reasons = 0;
  for (const point of [...(points ?? []), OF_THE_ISSUER])
    if (isOfPoint(list, certificate, point)) reasons |= point.reasons;
  return reasons & (scope?.reasons ?? ALL_REASONS);
}

/** What the issuer publishes under its own name, whether or not the certificate mentions it. */
const OF_THE_ISSUER: DistributionPoint = { name: null, reasons: ALL_REASONS, cRLIssuer: null };

function isOfPoint(
  { issuer, scope }: CertificateList,
  certificate: Certificate,
  { name, cRLIssuer }: DistributionPoint,
): boolean {
  const issuers = cRLIssuer?.flatMap(comparableName) ?? [
    `directory ${certificate.issuer.comparable}`,
  ];
  if (!issuers.includes(`directory ${issuer.comparable}`)) return false;
  if (cRLIssuer !== null && scope?.isIndirect !== true) return false;
  // Without a place of its own it is all that this issuer publishes.
  const own = scope?.name ?? null;
  if (own === null) return true;
  const places = name === null ? issuers : comparableNames(name, issuer);
  return comparableNames(own, issuer).some((place) => places.includes(place));
}
