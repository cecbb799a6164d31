/**
 * Where a certificate says that its revocation can be asked for: OCSP responders (RFC 5280 §4.2.2.1), CRLs
 * (§4.2.1.13) and CRLs of what has changed since (§4.2.1.15). What it says was chosen by its issuer, or by
 * whoever made it look so.
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

export interface RevocationPlaces {
  /** http and https URLs as written, in their order; none has been checked further. */
  readonly ocsp: readonly string[];
  readonly crls: readonly string[];
  readonly deltaCrls: readonly string[];
}

/** Others are hopes: a real certificate names one or two. */
const MAX_PLACES = 4;

/** Never throws: an extension that cannot be read names no place. */
export function revocationPlaces({ extensions: { all } }: Certificate): RevocationPlaces {
  const places = (oid: string, read: (node: DerNode) => readonly string[]): readonly string[] => {
    try {
      return (extensionValue(all, oid, read) ?? []).filter(isWeb).slice(0, MAX_PLACES);
    } catch (cause) {
      if (cause instanceof SigningError) return [];
      throw cause;
    }
  };
  const lists = (node: DerNode): readonly string[] => urisOf(readDistributionPoints(node));
  return {
    ocsp: places(OID.authorityInfoAccess, readResponders),
    crls: places(OID.cRLDistributionPoints, lists),
    deltaCrls: places(OID.freshestCRL, lists),
  };
}

function readResponders(node: DerNode): readonly string[] {
  return readSequence(node).flatMap((description) => {
    const fields = DerFields.of(description);
    const method = readOid(fields.next());
    const location = readGeneralName(fields.next());
    fields.end();
    return method === OID.accessOcsp && location.kind === 'uri' ? [location.value] : [];
  });
}

/** Not ldap, which CAs still name beside http. */
function isWeb(uri: string): boolean {
  return /^https?:\/\//i.test(uri);
}
