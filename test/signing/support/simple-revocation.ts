/** CRLs and OCSP responses of honest authorities, good for a year: for tests that are about something else. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { derInteger } from '../../../src/signing/der-writer.js';
import { type Identity, NOW, YEAR_MILLIS } from './test-pki.js';
import { basicOcspBytes, crlBytes, ocspBytes, type OcspOrder } from './test-revocation.js';

interface SimpleCrl {
  /** Serial numbers. */
  readonly revoked?: readonly number[];
  readonly at?: UnixMillis;
  readonly number?: number;
}

export function issueCrl(
  issuer: Identity,
  { revoked = [], at = NOW, number = 1 }: SimpleCrl = {},
): Uint8Array {
  return crlBytes({
    issuer,
    number,
    thisUpdate: at,
    nextUpdate: (at + YEAR_MILLIS) as UnixMillis,
    revoked: revoked.map((serial) => {
      const serialNumber = derInteger(serial).subarray(2);
      return { certificate: { serialNumber }, at };
    }),
  });
}

/** That `of`, which `issuer` has issued, is good; said by the issuer itself. */
export function issueOcspResponse(issuer: Identity, of: Identity): Uint8Array {
  return ocspBytes(good(issuer, of));
}

/** BasicOCSPResponse by itself. */
export function basicOcsp(issuer: Identity, of: Identity): Uint8Array {
  return basicOcspBytes(good(issuer, of));
}

function good(issuer: Identity, { certificate }: Identity): OcspOrder {
  const times = { producedAt: NOW, nextUpdate: null };
  return { responder: issuer, issuer, certificate, by: 'name', ...times };
}
