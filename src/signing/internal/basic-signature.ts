/**
 * The blocks that need neither trust nor time (EN 319 102-1 §5.2.2, §5.2.3, §5.2.7): is it a signature
 * over this content by the key of the certificate that it names?
 */
import { formatInstant } from '../../base/time.js';
import { type AcceptanceEnd, earlierEnd } from '../algorithm-policy.js';
import { type CadesLevel, levelOf } from '../cades-levels.js';
import type { Certificate } from '../certificate.js';
import type { SignedData } from '../cms-signed-data.js';
import type { ContentDigest } from '../content-digest.js';
import type { PublicKeyCache } from '../public-key-cache.js';
import { isRefusal, type SignatureReport } from '../signature-report.js';
import type { ValidationPolicy } from '../validation-policy.js';
import { isDevelopment, summarizeSigner } from './certificate-summary.js';
import { checkSignatureValue, compareContent, signingMeans } from './cryptographic-verification.js';
import { readDetached } from './format-checking.js';
import type { ReportWriter } from './report-writer.js';
import { identifySigningCertificate } from './signing-certificate.js';

export interface BasicSignature {
  readonly kind: 'intact';
  readonly signedData: SignedData;
  readonly certificate: Certificate;
  readonly structure: CadesLevel;
  /** Up to when everything that it was made with is accepted. */
  readonly end: AcceptanceEnd;
}

export type BasicOutcome =
  BasicSignature | { readonly kind: 'refused'; readonly report: SignatureReport };

export function verifyBasicSignature(
  cms: Uint8Array,
  content: Uint8Array | ContentDigest,
  { algorithms }: ValidationPolicy,
  keys: PublicKeyCache,
  report: ReportWriter,
): BasicOutcome {
  const signedData = readDetached(cms);
  if (isRefusal(signedData))
    return { kind: 'refused', report: report.refused('format', signedData) };
  const { signer } = signedData;
  const { signingTime } = signer.signedAttributes;
  const structure = levelOf(signedData);
  report.learnt({
    structure,
    claimedSigningTime: signingTime === null ? null : formatInstant(signingTime),
  });
  report.passed('format', 'It is a detached signature of one signer, in DER.');

  const identified = identifySigningCertificate(signedData, algorithms);
  if (isRefusal(identified))
    return { kind: 'refused', report: report.refused('signing-certificate', identified) };
  const { certificate } = identified;
  const development = isDevelopment([certificate]);
  report.learnt({ signer: summarizeSigner(certificate), development });
  report.passed(
    'signing-certificate',
    'The signed attributes name the certificate that it carries.',
  );

  const means = signingMeans(signer, certificate, algorithms, keys);
  if (isRefusal(means)) return { kind: 'refused', report: report.refused('algorithms', means) };
  report.learnt({ algorithm: means.algorithm.name });
  report.passed('algorithms', 'Digest, signature algorithm and key are in the policy.');

  const mismatch = compareContent(signer, means.algorithm, content);
  if (mismatch !== null)
    return { kind: 'refused', report: report.refused('message-digest', mismatch) };
  report.passed('message-digest', 'The content has the digest that was signed.');

  const forgery = checkSignatureValue(signer, means);
  if (forgery !== null)
    return { kind: 'refused', report: report.refused('signature-value', forgery) };
  report.learnt({ intact: true, level: 'B-B' });
  report.passed('signature-value', "The certificate's key has signed these attributes.");
  const end = earlierEnd(means.end, identified.end);
  return { kind: 'intact', signedData, certificate, structure, end };
}
