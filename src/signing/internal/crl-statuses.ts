/** What CRLs say of a certificate on a path (RFC 5280 §6.3.3): complete, delta, indirect, by reasons. */
import { equalBytes } from '../../base/bytes.js';
import type { CertificateList } from '../certificate-list.js';
import type { Certificate } from '../certificate.js';
import { sameName } from '../distinguished-name.js';
import { ALL_REASONS, type ReasonMask } from '../distribution-points.js';
import type { CertificatePath } from '../path-verdict.js';
import { REMOVE_FROM_CRL } from '../revocation-reason.js';
import type { RevocationOutcome, RevocationStatus } from '../revocation.js';
import { SigningError } from '../signing-error.js';
import { type CrlEntry, findEntry } from './crl-entries.js';
import { reasonsCovered } from './crl-scope.js';
import { signerOfList } from './crl-signers.js';
import type { Inquiry } from './inquiry.js';

/** Every answer that the CRLs at hand give about the certificate at `index`, in no order. */
export function crlStatuses(
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly RevocationStatus[] {
  const certificate = path.certificates[index];
  if (certificate === undefined) return [];
  const answers = inquiry.evidence.crls
    .filter(({ baseNumber }) => baseNumber === null)
    .flatMap((list) => usable(() => answersOf(list, certificate, path, index, inquiry)) ?? []);
  const isWhole = ({ reasons, status }: ListAnswer): boolean =>
    reasons === ALL_REASONS || status.outcome.kind === 'revoked';
  const whole = answers.filter(isWhole).map(({ status }) => status);
  const combined = combinedStatus(answers.filter((answer) => !isWhole(answer)));
  return combined === null ? whole : [...whole, combined];
}

interface ListAnswer {
  readonly reasons: ReasonMask;
  readonly status: RevocationStatus;
}

/** Of the list alone, and of the list with the newest delta that adds to it. */
function answersOf(
  list: CertificateList,
  certificate: Certificate,
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): readonly ListAnswer[] {
  const reasons = usableReasons(list, certificate);
  if (reasons === 0) return [];
  const issuerPath = signerOfList(list, path, index, inquiry);
  if (issuerPath === null) return [];
  const entry = findEntry(list, certificate, inquiry.budget);
  const alone = statusOf([list], entry, issuerPath);
  const delta = newestDelta(list, issuerPath, path, index, inquiry);
  const change =
    delta === null
      ? null
      : usable(() => ({ entry: findEntry(delta, certificate, inquiry.budget) }));
  const all = [alone];
  if (delta !== null && change !== null)
    all.push(statusOf([list, delta], change.entry ?? entry, issuerPath));
  return all
    .filter((status) => isAbout(certificate, status, list))
    .map((status) => ({ reasons, status }));
}

function usableReasons(list: CertificateList, certificate: Certificate): ReasonMask {
  return list.unknownCriticalExtensions.length > 0 ? 0 : reasonsCovered(list, certificate);
}

/** §6.3.3 (c) and (h): same issuer, scope and key, not older than the list and made to be added to it. */
function newestDelta(
  list: CertificateList,
  issuerPath: readonly Certificate[],
  path: CertificatePath,
  index: number,
  inquiry: Inquiry,
): CertificateList | null {
  const { number } = list;
  if (number === null) return null;
  const fitting = inquiry.evidence.crls.filter(
    (delta) =>
      delta.baseNumber !== null &&
      delta.number !== null &&
      delta.unknownCriticalExtensions.length === 0 &&
      sameName(delta.issuer, list.issuer) &&
      sameOrBothNull(delta.scopeBytes, list.scopeBytes) &&
      sameOrBothNull(delta.authorityKeyIdentifier, list.authorityKeyIdentifier) &&
      compareNumbers(delta.baseNumber, number) <= 0 &&
      compareNumbers(delta.number, number) > 0,
  );
  const newest = [...fitting].sort((a, b) => b.thisUpdate - a.thisUpdate);
  for (const delta of newest) {
    const signer = signerOfList(delta, path, index, inquiry);
    if (
      signer !== null &&
      sameOrBothNull(
        signer[0]?.subjectPublicKeyInfo ?? null,
        issuerPath[0]?.subjectPublicKeyInfo ?? null,
      )
    )
      return delta;
  }
  return null;
}

function statusOf(
  lists: readonly [CertificateList, ...CertificateList[]],
  entry: CrlEntry | null,
  issuerPath: readonly Certificate[],
): RevocationStatus {
  const { thisUpdate, nextUpdate } = lists.at(-1) ?? lists[0];
  return {
    source: 'crl',
    evidence: lists.map(({ sha256 }) => sha256),
    issuedAt: thisUpdate,
    thisUpdate,
    nextUpdate,
    outcome: outcomeOf(entry),
    issuerPath,
  };
}

function outcomeOf(entry: CrlEntry | null): RevocationOutcome {
  if (entry === null || entry.reason === REMOVE_FROM_CRL) return { kind: 'good' };
  return { kind: 'revoked', ...entry };
}

/** Certificates that have expired are taken off CRLs: not to be listed then says nothing. */
function isAbout(
  { notAfter }: Certificate,
  { outcome, thisUpdate }: RevocationStatus,
  { expiredCertificatesSince }: CertificateList,
): boolean {
  const keepsExpired = expiredCertificatesSince !== null && expiredCertificatesSince <= notAfter;
  return outcome.kind === 'revoked' || thisUpdate <= notAfter || keepsExpired;
}

/** §6.3.3 (e) and (l): lists for some reasons each are an answer once all reasons have been covered. */
function combinedStatus(answers: readonly ListAnswer[]): RevocationStatus | null {
  let missing = ALL_REASONS;
  const used: RevocationStatus[] = [];
  const newest = [...answers].sort((a, b) => b.status.thisUpdate - a.status.thisUpdate);
  for (const { reasons, status } of newest) {
    if ((reasons & missing) === 0) continue;
    missing &= ~reasons;
    used.push(status);
  }
  const oldest = used.at(-1);
  if (missing !== 0 || oldest === undefined) return null;
  return {
    ...oldest,
    evidence: used.flatMap(({ evidence }) => evidence),
    nextUpdate: soonest(used),
  };
}

function soonest(statuses: readonly RevocationStatus[]): RevocationStatus['nextUpdate'] {
  let first = statuses[0]?.nextUpdate ?? null;
  for (const { nextUpdate } of statuses)
    if (first === null || nextUpdate === null) return null;
    else if (nextUpdate < first) first = nextUpdate;
  return first;
}

function sameOrBothNull(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

/** Two positive INTEGERs in their minimal form. */
function compareNumbers(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A list that cannot be used is no answer; whoever wants one has none then. */
function usable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SigningError) return null;
    throw cause;
  }
}
