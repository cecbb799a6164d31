/** Which parts of an evidence file show by themselves that they were made for development. */
import { parseStatement } from '../records/parse-statement.js';
import { RecordsError } from '../records/records-error.js';
import { parseSignedData, type SignedData } from '../signing/cms-signed-data.js';
import { isDevelopmentName } from '../signing/development-mark.js';
import { SigningError } from '../signing/signing-error.js';
import { parseTimeStampToken } from '../signing/time-stamp-token.js';
import type { ChainName } from './chains.js';
import type { CollectionFile } from './collection-file.js';
import type { DevelopmentPart, EvidenceFile } from './evidence-file.js';

/** What the member `development` must say, in its order; no such member if it is empty. */
export function developmentPartsOf(
  file: Pick<EvidenceFile, 'anchors' | 'log' | 'signatures' | 'timeStamp'>,
): DevelopmentPart[] {
  const { anchors, log, signatures = [], timeStamp } = file;
  const chains = [anchors?.after.chain, anchors?.before?.chain];
  const cms = [log.seal, ...signatures.map(({ payload }) => payload?.bytes)];
  return developmentParts(chains, cms, timeStamp?.token);
}

/** Likewise of a collection, whose signatures stand among its entries, but for those over a batch. */
export function developmentPartsOfCollection(
  file: Pick<CollectionFile, 'anchors' | 'entries' | 'log' | 'signatures' | 'timeStamp'>,
): DevelopmentPart[] {
  const { anchors, entries, log, signatures = [], timeStamp } = file;
  const attached = entries.filter(({ payload, statement }) => payload && isSignature(statement));
  const cms = [log.seal, ...[...attached, ...signatures].map(({ payload }) => payload?.bytes)];
  return developmentParts([anchors?.after.chain], cms, timeStamp?.token);
}

function developmentParts(
  chains: readonly (ChainName | undefined)[],
  signed: readonly (Uint8Array | undefined)[],
  token?: Uint8Array,
): DevelopmentPart[] {
  const parts: DevelopmentPart[] = [];
  if (chains.includes('devchain')) parts.push('devchain');
  const isSealed =
    signed.some(
      (cms) => cms !== undefined && hasDevelopmentCertificate(() => parseSignedData(cms)),
    ) ||
    (token !== undefined && hasDevelopmentCertificate(() => parseTimeStampToken(token).signedData));
  if (isSealed) parts.push('seal');
  return parts;
}

function isSignature(statement: Uint8Array): boolean {
  try {
    return parseStatement(statement).kind === 'signature';
  } catch (cause) {
    // What cannot be read is for the check of the statements to say.
    if (cause instanceof RecordsError) return false;
    throw cause;
  }
}

function hasDevelopmentCertificate(read: () => SignedData): boolean {
  try {
    return read().certificates.some(({ subject, issuer }) =>
      [subject, issuer].some(isDevelopmentName),
    );
  } catch (cause) {
    // What cannot be read is for the check of the signature to say.
    if (cause instanceof SigningError) return false;
    throw cause;
  }
}
