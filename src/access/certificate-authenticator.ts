/**
 * Log-in by mutual TLS. The connection has shown that the other end has the certificate's key and that
 * the certificate leads to an authority of ours; here it is looked at again at each request, because
 * connections last longer than certificates may, and then looked up in the operator's table.
 */
import { BaseError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import { type Certificate, parseCertificate } from '../signing/certificate.js';
import { OID } from '../signing/oids.js';
import { SigningError } from '../signing/signing-error.js';
import { AccessError } from './access-error.js';
import type {
  Authenticator,
  ClientCertificate,
  Credentials,
  LogInAttempt,
} from './authenticator.js';
import { type CertificateRow, findRow, holderId } from './certificate-table.js';

interface Known {
  readonly certificate: Certificate;
  readonly row: CertificateRow;
}

export class CertificateAuthenticator implements Authenticator {
  readonly #table: readonly CertificateRow[];
  readonly #clock: Clock;
  /** Read once a connection. */
  readonly #known = new WeakMap<ClientCertificate, Known | null>();

  constructor(table: readonly CertificateRow[], clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  attempt({ authorization, certificate }: Credentials): LogInAttempt | null {
    if (authorization !== undefined || certificate === null) return null;
    const known = certificate === 'unverified' ? null : this.#look(certificate);
    if (known === null || !this.#isInForce(known.certificate))
      return { claimed: null, outcome: unknownCertificate() };
    const { holder, tenant, role, author } = known.row;
    const keyId = holderId(holder);
    return { claimed: keyId, outcome: { keyId, tenant, role, author } };
  }

  #look(shown: ClientCertificate): Known | null {
    const kept = this.#known.get(shown);
    if (kept !== undefined) return kept;
    const known = this.#read(shown);
    this.#known.set(shown, known);
    return known;
  }

  #read({ der }: ClientCertificate): Known | null {
    try {
      const certificate = parseCertificate(der);
      if (!isForClients(certificate)) return null;
      const row = findRow(this.#table, certificate);
      return row === null ? null : { certificate, row };
    } catch (cause) {
      // Good enough for OpenSSL, and yet not as RFC 5280 has it: for us it names nobody.
      if (cause instanceof SigningError || cause instanceof BaseError) return null;
      throw cause;
    }
  }

  #isInForce({ notBefore, notAfter }: Certificate): boolean {
    const now = this.#clock.now();
    return notBefore <= now && now <= notAfter;
  }
}

/** Said outright: OpenSSL also takes a certificate that says nothing of what it is for. */
function isForClients({ extensions }: Certificate): boolean {
  return extensions.extKeyUsage?.includes(OID.clientAuth) === true;
}

function unknownCertificate(): AccessError {
  return new AccessError(
    'ACCESS_CERTIFICATE_UNKNOWN',
    'the client certificate is not good here: check it, or ask an operator to enter it',
  );
}
