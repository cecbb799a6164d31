/** Verifies a file of either kind, which its member `kind` tells, alone or in a container. */
import type { JsonValue } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import { CONTAINER_LIMITS } from './asic-container.js';
import { isContainer, readContainer } from './asic-reader.js';
import { MAX_COLLECTION_BYTES } from './collection-file.js';
import type { CollectionReport } from './collection-report.js';
import { MAX_EVIDENCE_BYTES } from './evidence-file.js';
import { COLLECTION_RULE_BOOK } from './internal/collection-rules.js';
import { malformed, readJson } from './internal/evidence-members.js';
import { RULE_BOOK } from './internal/rule-book.js';
import { identityOf } from './internal/verdict-of-checks.js';
import { verifyEvidenceBy } from './internal/verify-by.js';
import { verifyCollectionBy } from './internal/verify-collection-by.js';
import type { ZipLimits } from './internal/zip-reader.js';
import { readCollectionJson } from './parse-collection.js';
import { readEvidenceJson } from './parse-evidence.js';
import type { Trust } from './trust.js';
import type { VerificationReport } from './verification-report.js';

export type FileReport = VerificationReport | CollectionReport;

/**
 * As `verifyEvidence`, which see for what is not checked.
 *
 * @param limits of containers: how much one may inflate to.
 * @throws EvidenceError EVIDENCE_MALFORMED for what is neither, EVIDENCE_FORMAT_NEWER.
 */
export function verifyBytes(
  bytes: Uint8Array,
  trust: Trust,
  limits: ZipLimits = CONTAINER_LIMITS,
): FileReport {
  if (bytes.length > MAX_COLLECTION_BYTES) throw malformed('it is larger than 256 MiB');
  const container = isContainer(bytes) ? readContainer(bytes, limits) : null;
  const file = container?.evidence.bytes ?? bytes;
  const value = readJson(file);
  const identity = identityOf(bytes);
  if (isCollection(value)) {
    const collection = readCollectionJson(value);
    return verifyCollectionBy(COLLECTION_RULE_BOOK, collection, identity, trust, container);
  }
  if (file.length > MAX_EVIDENCE_BYTES) throw malformed('it is larger than 64 MiB');
  return verifyEvidenceBy(RULE_BOOK, readEvidenceJson(value), identity, trust, container);
}

export function isCollectionReport(report: FileReport): report is CollectionReport {
  return 'questions' in report;
}

function isCollection(value: JsonValue): boolean {
  return isJsonObject(value) && Object.hasOwn(value, 'kind');
}
