/**
 * Whose client certificate is whose: a table of the operator's. An authority vouches for names, and the
 * table says which of them may do what; whoever is not in it may do nothing, whoever has signed.
 */
import { sha256Hex } from '../base/hash.js';
import type { HexDigest } from '../base/hex-digest.js';
import { type AlternativeNameKind, alternativeNames } from '../signing/alternative-names.js';
import type { Certificate } from '../signing/certificate.js';
import { readDer } from '../signing/der-reader.js';
import { readSequence } from '../signing/der-values.js';
import { displayName, type DistinguishedName } from '../signing/distinguished-name.js';
import type { Role } from './authorize.js';
import { type CertificateHolderId, certificateHolderId } from './credential-id.js';
import type { TenantName } from './tenant-name.js';

export interface CertificateRow {
  readonly holder: CertificateHolder;
  readonly tenant: TenantName;
  readonly role: Role;
  /** The identity that records name as their author. */
  readonly author: string;
}

export type CertificateHolder =
  /** Whoever has this key: SHA-256 of the SubjectPublicKeyInfo. It outlives no change of keys. */
  | { readonly kind: 'key'; readonly spkiSha256: HexDigest }
  /**
   * Whoever the issuer calls so, in whichever certificate. Distinguished names are texts as
   * RFC 4514 writes them (`openssl x509 -nameopt RFC2253`), the most specific part first.
   */
  | {
      readonly kind: 'name';
      readonly issuer: string;
      readonly nameKind: 'subject' | AlternativeNameKind;
      readonly name: string;
    };

/** The first row that the certificate matches, or null. @throws SigningError DER_MALFORMED. */
export function findRow(
  table: readonly CertificateRow[],
  certificate: Certificate,
): CertificateRow | null {
  return table.find(({ holder }) => isHolder(holder, certificate)) ?? null;
}

export function holderId(holder: CertificateHolder): CertificateHolderId {
  return holder.kind === 'key'
    ? certificateHolderId(['key', holder.spkiSha256])
    : certificateHolderId([holder.nameKind, holder.issuer, holder.name]);
}

function isHolder(holder: CertificateHolder, certificate: Certificate): boolean {
  if (holder.kind === 'key')
    return sha256Hex(certificate.subjectPublicKeyInfo) === holder.spkiSha256;
  const { issuer, nameKind, name } = holder;
  if (!isNamed(certificate.issuer, issuer)) return false;
  if (nameKind === 'subject') return isNamed(certificate.subject, name);
  return alternativeNames(certificate).some(
    ({ kind, value }) => kind === nameKind && value === name,
  );
}

/**
 * The text says everything that is in the name, except which attributes stand in one part: so a name
 * with a part of several has no text here.
 */
function isNamed(name: DistinguishedName, text: string): boolean {
  const parts = readSequence(readDer(name.der)).length;
  return parts > 0 && parts === name.attributes.length && displayName(name) === text;
}
