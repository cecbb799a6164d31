/**
 * Gathers what a validation can draw on: certificates, CRLs and OCSP responses of the signature, of its
 * time-stamps and of the caller, each once. Hostile until something vouches for it.
 */
import { toHex } from '../../base/bytes.js';
import { type CertificateList, certificateListFrom } from '../certificate-list.js';
import type { Certificate } from '../certificate.js';
import type { SignedData } from '../cms-signed-data.js';
import type { DerNode } from '../der-reader.js';
import { type OcspResponse, parseOcspResponse } from '../ocsp-response.js';
import { readRevocationInfo } from '../revocation-info.js';
import type { RevocationEvidence } from '../revocation.js';
import { SigningError } from '../signing-error.js';
import type { CarriedTimeStamp } from './carried-time-stamps.js';
import { type CertificatesBySubject, indexBySubject } from './relevant-certificates.js';

export interface ValidationMaterial {
  readonly certificates: readonly Certificate[];
  readonly bySubject: CertificatesBySubject;
  readonly evidence: RevocationEvidence;
  /** How many CRLs and OCSP responses the signature and its time-stamps carry that cannot be read. */
  readonly unreadable: number;
  /** By the hex of a time-stamp's SHA-256: the hashes of what it brings along. */
  readonly inside: ReadonlyMap<string, readonly Uint8Array[]>;
  /** SHA-256, in hex, of the CRLs and OCSP responses that the signature itself carries. */
  readonly carried: ReadonlySet<string>;
}

export interface BroughtEvidence extends RevocationEvidence {
  readonly certificates: readonly Certificate[];
}

export function gatherMaterial(
  signedData: SignedData,
  timeStamps: readonly CarriedTimeStamp[],
  brought: BroughtEvidence,
): ValidationMaterial {
  const certificates = new Map<string, Certificate>();
  const crls = new Map<string, CertificateList>();
  const ocspResponses = new Map<string, OcspResponse>();
  const inside = new Map<string, readonly Uint8Array[]>();
  let unreadable = 0;

  const take = (from: Pick<SignedData, 'certificates' | 'revocationNodes'>): Uint8Array[] => {
    const hashes = from.certificates.map(({ sha256 }) => sha256);
    for (const each of from.certificates) keep(certificates, each);
    for (const node of from.revocationNodes) {
      const read = readRevocation(node);
      if (read === null) unreadable++;
      else if (read.kind === 'crl') keep(crls, read.list);
      else keep(ocspResponses, read.response);
      if (read !== null) hashes.push(read.kind === 'crl' ? read.list.sha256 : read.response.sha256);
    }
    return hashes;
  };

  const carried = new Set(take(signedData).map(toHex));
  for (const { token } of timeStamps)
    if (token !== null) inside.set(toHex(token.sha256), take(token.signedData));
  for (const each of brought.certificates) keep(certificates, each);
  for (const each of brought.crls) keep(crls, each);
  for (const each of brought.ocspResponses) keep(ocspResponses, each);
  return {
    certificates: [...certificates.values()],
    bySubject: indexBySubject(certificates.values()),
    evidence: { crls: [...crls.values()], ocspResponses: [...ocspResponses.values()] },
    unreadable,
    inside,
    carried,
  };
}

function keep<T extends { readonly sha256: Uint8Array }>(all: Map<string, T>, one: T): void {
  const key = toHex(one.sha256);
  if (!all.has(key)) all.set(key, one);
}

type ReadRevocation =
  | { readonly kind: 'crl'; readonly list: CertificateList }
  | { readonly kind: 'ocsp'; readonly response: OcspResponse };

function readRevocation(node: DerNode): ReadRevocation | null {
  try {
    const info = readRevocationInfo(node);
    if (info === null) return null;
    return info.kind === 'crl'
      ? { kind: 'crl', list: certificateListFrom(node) }
      : { kind: 'ocsp', response: parseOcspResponse(info.der) };
  } catch (cause) {
    if (cause instanceof SigningError) return null;
    throw cause;
  }
}
