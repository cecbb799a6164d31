/** NIST PKITS as files and as requests; see test/vectors/pkits/README.md. */
import { readFileSync } from 'node:fs';
import { parseInstant } from '../../../src/base/time.js';
import {
  ALGORITHM_POLICY_2026_11,
  type AlgorithmPolicy,
} from '../../../src/signing/algorithm-policy.js';
import { parseCertificateList } from '../../../src/signing/certificate-list.js';
import {
  type PathRequest,
  validateCertificatePath,
} from '../../../src/signing/certificate-path.js';
import { type Certificate, parseCertificate } from '../../../src/signing/certificate.js';
import type { PathVerdict } from '../../../src/signing/path-verdict.js';
import { SigningError } from '../../../src/signing/signing-error.js';
import { trustAnchorFrom } from '../../../src/signing/trust-anchor.js';

export interface PkitsCase {
  readonly id: string;
  readonly name: string;
  readonly cert: string;
  readonly other_certs?: readonly string[];
  readonly crls?: readonly string[];
  /** Certificates of the path, the anchor's included. */
  readonly path_len: number;
  readonly revocation?: boolean;
  readonly error?: { readonly class: string; readonly msg_regex: string };
  readonly params?: {
    readonly user_initial_policy_set?: readonly string[];
    readonly initial_explicit_policy?: boolean;
    readonly initial_policy_mapping_inhibit?: boolean;
    readonly initial_any_policy_inhibit?: boolean;
  };
}

/** What the suite is made with: RSA-2048 with SHA-256, and in three cases DSA-1024 with SHA-1. */
export const PKITS_ALGORITHMS: AlgorithmPolicy = {
  id: 'pkits',
  schemes: [
    ...ALGORITHM_POLICY_2026_11.schemes,
    { scheme: 'dsa', keyKind: 'dsa', minimumBits: 1_024, until: null },
  ],
  digests: [...ALGORITHM_POLICY_2026_11.digests, { digest: 'sha1', until: null }],
};

const folder = new URL('../../vectors/pkits/', import.meta.url);

export const PKITS = JSON.parse(
  readFileSync(new URL('pkits.json', folder), 'utf8'),
) as readonly PkitsCase[];

/** What the validator says: `valid, N certificates`, its reason, or the code of what cannot be read. */
export function verdictOf(pkits: PkitsCase, options: Partial<PathRequest> = {}): string {
  try {
    const verdict = validateCertificatePath({ ...requestOf(pkits), ...options });
    return verdict.kind === 'valid' ? lengthOf(verdict) : verdict.reason;
  } catch (error) {
    if (error instanceof SigningError) return error.code;
    throw error;
  }
}

export function requestOf({
  cert,
  other_certs = [],
  crls = [],
  params = {},
}: PkitsCase): PathRequest {
  return {
    target: certificate(cert),
    intermediates: other_certs.map(certificate),
    anchors: [trustAnchorFrom(certificate('TrustAnchorRootCertificate.crt'))],
    at: parseInstant('2024-01-01T00:00:00.000Z'),
    policy: PKITS_ALGORITHMS,
    policies: {
      initialPolicies:
        params.user_initial_policy_set === undefined
          ? null
          : new Set(params.user_initial_policy_set),
      requireExplicitPolicy: params.initial_explicit_policy === true,
      inhibitPolicyMapping: params.initial_policy_mapping_inhibit === true,
      inhibitAnyPolicy: params.initial_any_policy_inhibit === true,
    },
    revocation: {
      need: 'required',
      evidence: {
        crls: [...crls, 'TrustAnchorRootCRL.crl'].map((file) =>
          parseCertificateList(readFileSync(new URL(`crls/${file}`, folder))),
        ),
        ocspResponses: [],
      },
    },
  };
}

function certificate(file: string): Certificate {
  return parseCertificate(readFileSync(new URL(`certs/${file}`, folder)));
}

function lengthOf(verdict: PathVerdict & { kind: 'valid' }): string {
  return `valid, ${verdict.certificates.length + 1} certificates`;
}
