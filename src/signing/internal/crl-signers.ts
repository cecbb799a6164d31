/** Who signed a CRL, and whether that one may (RFC 5280 §6.3.3 (f) and (g)). */
import { equalBytes } from '../../base/bytes.js';
import type { CertificateList } from '../certificate-list.js';
import type { Certificate } from '../certificate.js';
import { sameName } from '../distinguished-name.js';
import { ANY_POLICY } from '../path-policies.js';
import type { CertificatePath } from '../path-verdict.js';
import { areCurrent, type Inquiry, isSoundlySigned } from './inquiry.js';
import { candidatePaths } from './path-building.js';
import { brokenConstraint } from './path-constraints.js';

/**
 * From the signer up to the anchor of `path`, the anchor not included; null if nobody is found who may
 * sign this list about the certificate at `index`. The signers' dates count when the list was made.
 */
export function signerOfList(
  list: CertificateList,
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly Certificate[] | null {
  return signerOnPath(list, path, index, inquiry) ?? signerBesidePath(list, path, index, inquiry);
}

/** The certificates above this one have been validated with it. */
function signerOnPath(
  list: CertificateList,
  { certificates, anchor }: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly Certificate[] | null {
  for (let at = index + 1; at < certificates.length; at++) {
    const above = certificates.slice(at);
    const [signer] = above;
    if (signer === undefined || !maySign(signer, list) || !areCurrent(above, list.thisUpdate))
      continue;
    const key = inquiry.budget.keyOf(signer);
    if (key !== null && isSoundlySigned(inquiry, list, key)) return above;
  }
  return sameName(anchor.subject, list.issuer) && isSoundlySigned(inquiry, list, anchor.publicKey)
    ? []
    : null;
}

/** A CA with another key for CRLs, or somebody else whom the certificate names as issuer of its CRL. */
function signerBesidePath(
  list: CertificateList,
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly Certificate[] | null {
  const { pool, budget, policy } = inquiry;
  const rules = { moment: { at: list.thisUpdate, policy }, policies: ANY_POLICY };
  for (const signer of candidatesFor(list, inquiry)) {
    const key = budget.keyOf(signer);
    // The signature first: without it no search is paid for.
    if (key === null || !isSoundlySigned(inquiry, list, key)) continue;
    for (const candidate of candidatePaths(signer, pool, [path.anchor], budget))
      if (
        isOfSameHouse(list, candidate, path, index) &&
        brokenConstraint(candidate, rules, budget) === null &&
        !inquiry.isKnownRevoked(candidate, list)
      )
        return candidate.certificates;
  }
  return null;
}

/** Those whose key identifier the list names come first; a list may also name none, or a wrong one. */
function candidatesFor(list: CertificateList, { pool }: Inquiry): readonly Certificate[] {
  const signers = pool.of(list.issuer).filter((certificate) => maySign(certificate, list));
  const isNamed = ({ extensions: { subjectKeyIdentifier } }: Certificate): boolean =>
    subjectKeyIdentifier !== null &&
    list.authorityKeyIdentifier !== null &&
    equalBytes(subjectKeyIdentifier, list.authorityKeyIdentifier);
  return [...signers.filter(isNamed), ...signers.filter((signer) => !isNamed(signer))];
}

function maySign({ subject, extensions }: Certificate, list: CertificateList): boolean {
  const { keyUsage } = extensions;
  return sameName(subject, list.issuer) && (keyUsage === null || keyUsage.has('cRLSign'));
}

/**
 * A direct CRL is of the certificate's issuer. Its name alone does not show that: another CA under the same
 * anchor could give itself that name. So its signer must have been certified by somebody on the path.
 */
function isOfSameHouse(
  list: CertificateList,
  { certificates: [, issuer], anchor }: CertificatePath,
  path: CertificatePath,
  index: number,
): boolean {
  if (list.scope?.isIndirect === true) return true;
  const key = issuer?.subjectPublicKeyInfo ?? anchor.subjectPublicKeyInfo;
  const above = path.certificates.slice(index + 1).map((each) => each.subjectPublicKeyInfo);
  return [...above, path.anchor.subjectPublicKeyInfo].some((each) => equalBytes(each, key));
}
