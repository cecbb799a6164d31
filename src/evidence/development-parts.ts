/** Which parts of an evidence file show by themselves that they were made for development. */
import { parseSignedData } from '../signing/cms-signed-data.js';
import { isDevelopmentName } from '../signing/development-mark.js';
import { SigningError } from '../signing/signing-error.js';
import type { DevelopmentPart, EvidenceFile } from './evidence-file.js';

/** What the member `development` must say, in its order; no such member if it is empty. */
export function developmentPartsOf(
  file: Pick<EvidenceFile, 'anchors' | 'log' | 'signatures'>,
): DevelopmentPart[] {
  const { anchors, log, signatures = [] } = file;
  const parts: DevelopmentPart[] = [];
  if (anchors?.after.chain === 'devchain' || anchors?.before?.chain === 'devchain')
    parts.push('devchain');
  const signed = [log.seal, ...signatures.map(({ payload }) => payload?.bytes)];
  if (signed.some((cms) => cms !== undefined && hasDevelopmentCertificate(cms))) parts.push('seal');
  return parts;
}

function hasDevelopmentCertificate(cms: Uint8Array): boolean {
  try {
    return parseSignedData(cms).certificates.some(({ subject, issuer }) =>
      [subject, issuer].some(isDevelopmentName),
    );
  } catch (cause) {
    // What cannot be read is for the check of the signature to say.
    if (cause instanceof SigningError) return false;
    throw cause;
  }
}
