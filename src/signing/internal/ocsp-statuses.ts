/** What OCSP responses say of a certificate on a path, and who may say it (RFC 6960 §3.2, §4.2.2.2). */
import { equalBytes } from '../../base/bytes.js';
import type { Certificate } from '../certificate.js';
import { type DistinguishedName, sameName } from '../distinguished-name.js';
import { isIdOf, publicKeyHash } from '../ocsp-certificate-id.js';
import type { OcspAnswer, OcspResponse, ResponderId } from '../ocsp-response.js';
import { OID } from '../oids.js';
import type { CertificatePath } from '../path-verdict.js';
import type { RevocationOutcome, RevocationStatus } from '../revocation.js';
import {
  areCurrent,
  type Inquiry,
  isSoundlySigned,
  issuerKeyInfoOf,
  issuerKeyOf,
} from './inquiry.js';

/** Every answer that the responses at hand give about the certificate at `index`, in no order. */
export function ocspStatuses(
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly RevocationStatus[] {
  const certificate = path.certificates[index];
  if (certificate === undefined) return [];
  const keyInfo = issuerKeyInfoOf(path, index);
  return inquiry.evidence.ocspResponses.flatMap((response) => {
    const answers = response.answers.filter(
      (answer) => isUsable(answer) && isIdOf(answer.certificateId, certificate, keyInfo),
    );
    if (answers.length === 0 || response.unknownCriticalExtensions.length > 0) return [];
    const issuerPath = responderPath(response, path, index, inquiry);
    if (issuerPath === null) return [];
    return answers.flatMap((answer) => statusOf(response, answer, certificate, issuerPath));
  });
}

function isUsable({ unknownCriticalExtensions }: OcspAnswer): boolean {
  return unknownCriticalExtensions.length === 0;
}

/**
 * From the responder up to the anchor, the anchor not included; null if nobody is found who may answer for
 * this issuer: the issuer itself, or whom it has certified for that with the very key of the path.
 */
function responderPath(
  response: OcspResponse,
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly Certificate[] | null {
  const above = path.certificates.slice(index + 1);
  const [issuer = path.anchor] = above;
  const issuerKey = issuerKeyOf(path, index, inquiry.budget);
  if (issuerKey === null) return null;
  if (isResponder(response.responder, issuer) && areCurrent(above, response.producedAt))
    if (isSoundlySigned(inquiry, response, issuerKey)) return above;

  for (const delegate of [...response.certificates, ...inquiry.pool.all()]) {
    if (!mayRespond(delegate, response, issuer.subject)) continue;
    const key = inquiry.budget.keyOf(delegate);
    if (
      key !== null &&
      isSoundlySigned(inquiry, delegate, issuerKey) &&
      isSoundlySigned(inquiry, response, key) &&
      !isRevoked(delegate, response, above, path, inquiry)
    )
      return [delegate, ...above];
  }
  return null;
}

/** §4.2.2.2: certified by the issuer for this purpose, and able to sign when the answer was made. */
function mayRespond(
  delegate: Certificate,
  { responder, producedAt }: OcspResponse,
  issuer: DistinguishedName,
): boolean {
  const { extKeyUsage, keyUsage, unknownCriticalExtensions } = delegate.extensions;
  return (
    // anyExtendedKeyUsage does not delegate: the issuer must have said it.
    extKeyUsage?.includes(OID.ocspSigning) === true &&
    (keyUsage === null || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation')) &&
    unknownCriticalExtensions.length === 0 &&
    sameName(delegate.issuer, issuer) &&
    areCurrent([delegate], producedAt) &&
    isResponder(responder, delegate)
  );
}

/** §4.2.2.2.1. Whoever says that it need not be asked about, is not. */
function isRevoked(
  delegate: Certificate,
  response: OcspResponse,
  above: readonly Certificate[],
  { anchor }: CertificatePath,
  inquiry: Inquiry,
): boolean {
  if (delegate.extensions.all.has(OID.ocspNoCheck)) return false;
  return inquiry.isKnownRevoked({ certificates: [delegate, ...above], anchor }, response);
}

function isResponder(
  responder: ResponderId,
  holder: { readonly subject: DistinguishedName; readonly subjectPublicKeyInfo: Uint8Array },
): boolean {
  return responder.kind === 'name'
    ? sameName(responder.name, holder.subject)
    : equalBytes(responder.hash, publicKeyHash('sha1', holder.subjectPublicKeyInfo));
}

/** None for a certificate that the responder does not know, or no longer answers for. */
function statusOf(
  { sha256, producedAt }: OcspResponse,
  { status, thisUpdate, nextUpdate, archiveCutoff }: OcspAnswer,
  { notAfter }: Certificate,
  issuerPath: readonly Certificate[],
): readonly RevocationStatus[] {
  if (status.kind === 'unknown') return [];
  const outcome: RevocationOutcome = status;
  const keepsExpired = archiveCutoff !== null && archiveCutoff <= notAfter;
  if (outcome.kind === 'good' && thisUpdate > notAfter && !keepsExpired) return [];
  return [
    {
      source: 'ocsp',
      evidence: [sha256],
      issuedAt: producedAt,
      thisUpdate,
      nextUpdate,
      outcome,
      issuerPath,
    },
  ];
}
