/** What a validation of certificate paths asks for besides the certificates: what is said of their revocation. */
import type { UnixMillis } from '../base/brand.js';
import type { ValidationData } from '../signing/cades-levels.js';
import type { Certificate } from '../signing/certificate.js';
import type { CertificatePath } from '../signing/path-verdict.js';
import type { Augmentation } from './augmenter.js';

export interface RevocationServices {
  /** Authenticated, about this certificate; never throws for what others do wrong. */
  get(
    certificate: Certificate,
    issuer: Certificate,
    question: { readonly madeSince: UnixMillis },
  ): Promise<{
    readonly crls: readonly Uint8Array[];
    readonly ocspResponses: readonly Uint8Array[];
    readonly failures: readonly { readonly host: string; readonly code: string }[];
  }>;
}

type Found =
  | { readonly kind: 'found'; readonly data: ValidationData }
  | Extract<Augmentation, { kind: 'later' | 'no-revocation' | 'refused' }>;

/** Until the next list of most authorities. */
const NOT_YET_MILLIS = 3_600_000;

/**
 * @param since the time of the signature: only what was made then or later tells of a revocation before it.
 */
export async function validationDataOf(
  revocation: RevocationServices,
  paths: readonly CertificatePath[],
  since: UnixMillis,
  now: UnixMillis,
): Promise<Found> {
  const certificates: Uint8Array[] = [];
  const crls: Uint8Array[] = [];
  const ocspResponses: Uint8Array[] = [];
  for (const { certificates: path, anchor } of paths)
    for (const [at, certificate] of path.entries()) {
      certificates.push(certificate.der);
      const issuer = path[at + 1] ?? anchor.certificate;
      if (issuer === null)
        return { kind: 'refused', reason: 'its trust anchor has no certificate' };
      const said = await revocation.get(certificate, issuer, { madeSince: since });
      crls.push(...said.crls);
      ocspResponses.push(...said.ocspResponses);
      const [failure] = said.failures;
      if (said.crls.length > 0 || said.ocspResponses.length > 0) continue;
      if (failure !== undefined)
        return { kind: 'no-revocation', reason: `${failure.host} gave nothing (${failure.code})` };
    }
  // A level that says it has what a validation asks for must have something of it.
  if (crls.length === 0 && ocspResponses.length === 0)
    return {
      kind: 'later',
      until: (now + NOT_YET_MILLIS) as UnixMillis,
      reason: 'nothing is said of the revocation of its certificates yet',
    };
  return { kind: 'found', data: { certificates, crls, ocspResponses } };
}
