/**
 * Where a certificate says that its revocation, and its issuer's certificate, may be asked for (RFC 5280
 * §4.2.1.13, §4.2.1.15, §4.2.2.1). A stranger's words: whoever goes there sees to it that it does no harm.
 */
import type { Certificate } from './certificate.js';
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { readOid, readSequence } from './der-values.js';
import { readDistributionPoints, urisOf } from './distribution-points.js';
import { extensionValue } from './extension-list.js';
import { readGeneralName } from './general-names.js';
import { OID } from './oids.js';
import { SigningError } from './signing-error.js';

/** URIs as they are written, in their order. */
export interface RevocationPlaces {
  readonly crls: readonly string[];
  readonly deltaCrls: readonly string[];
  readonly ocsp: readonly string[];
  readonly issuers: readonly string[];
}

/** @throws SigningError DER_MALFORMED or DER_LIMIT for an extension that cannot be read. */
export function revocationPlaces({ extensions: { all } }: Certificate): RevocationPlaces {
  const points = extensionValue(all, OID.cRLDistributionPoints, readDistributionPoints) ?? [];
  const deltas = extensionValue(all, OID.freshestCRL, readDistributionPoints) ?? [];
  const access = extensionValue(all, OID.authorityInfoAccess, readAccess) ?? [];
  const of = (method: string): readonly string[] =>
    access.flatMap((each) => (each.method === method ? [each.uri] : []));
  return {
    crls: urisOf(points),
    deltaCrls: urisOf(deltas),
    ocsp: of(OID.accessOcsp),
    issuers: of(OID.accessCaIssuers),
  };
}

const MAX_DESCRIPTIONS = 32;

/** Descriptions at places that are no URIs are left out. */
function readAccess(node: DerNode): readonly { method: string; uri: string }[] {
  const descriptions = readSequence(node);
  if (descriptions.length > MAX_DESCRIPTIONS)
    throw new SigningError('DER_LIMIT', `more than ${MAX_DESCRIPTIONS} places of access`);
  return descriptions.flatMap((description) => {
    const fields = DerFields.of(description);
    const method = readOid(fields.next());
    const location = readGeneralName(fields.next());
    fields.end();
    return location.kind === 'uri' ? [{ method, uri: location.value }] : [];
  });
}
