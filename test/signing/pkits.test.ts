import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseInstant } from '../../src/base/time.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
import { type Certificate, parseCertificate } from '../../src/signing/certificate.js';
import type { PathFailureReason } from '../../src/signing/path-verdict.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';

interface PkitsCase {
  readonly id: string;
  readonly name: string;
  readonly cert: string;
  readonly other_certs?: readonly string[];
  /** Certificates of the path, the anchor's included. */
  readonly path_len: number;
  readonly error?: { readonly msg_regex: string };
}

const folder = new URL('../vectors/pkits/', import.meta.url);
const cases = JSON.parse(readFileSync(new URL('pkits.json', folder), 'utf8')) as PkitsCase[];
const anchor = trustAnchorFrom(load('TrustAnchorRootCertificate.crt'));
const at = parseInstant('2024-01-01T00:00:00.000Z');

/** What the case list says of a refusal, and the reason that we give for it. */
const REASONS: readonly (readonly [RegExp, PathFailureReason])[] = [
  [/signature of .* could not be verified/, 'NO_CERTIFICATE_CHAIN_FOUND'],
  [/issuer name could not be matched/, 'NO_CERTIFICATE_CHAIN_FOUND'],
  [/is not valid until/, 'NOT_YET_VALID'],
  [/expired/, 'EXPIRED'],
  [/is not a CA/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/exceeds the maximum path length/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/is not allowed to sign certificates/, 'CHAIN_CONSTRAINTS_FAILURE'],
  [/unsupported critical extension/, 'CHAIN_CONSTRAINTS_FAILURE'],
];

/** See the note in test/vectors/pkits/README.md. */
const REFUSED_WHEN_READ = new Set(['40102']);

function load(file: string): Certificate {
  return parseCertificate(readFileSync(new URL(`certs/${file}`, folder)));
}

function verdictOf({ cert, other_certs = [] }: PkitsCase): string {
  try {
    const intermediates = other_certs.map(load);
    const request = { target: load(cert), intermediates, anchors: [anchor], at };
    const verdict = validateCertificatePath(request);
    return verdict.kind === 'valid'
      ? `valid, ${verdict.certificates.length + 1} certificates`
      : verdict.reason;
  } catch (error) {
    if (error instanceof SigningError) return error.code;
    throw error;
  }
}

function expectedOf({ id, error, path_len }: PkitsCase): string | undefined {
  if (REFUSED_WHEN_READ.has(id)) return 'CERTIFICATE_MALFORMED';
  if (error === undefined) return `valid, ${path_len} certificates`;
  return REASONS.find(([pattern]) => pattern.test(error.msg_regex))?.[1];
}

describe('NIST PKITS', () => {
  it.each(cases)('$id $name', (pkits) => {
    expect(verdictOf(pkits)).toBe(expectedOf(pkits));
  });

  it('is run as far as this version goes', () => {
    expect(cases).toHaveLength(44);
    expect(cases.filter(({ error }) => error !== undefined)).toHaveLength(23);
  });
});
