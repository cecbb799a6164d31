/**
 * The ways to log in, as whoever guards the routes sees them: each looks at what a request shows and
 * says whose it is, or that it is not for it to say.
 */
import type { AccessError } from './access-error.js';
import type { ApiKeyRegistry } from './api-key-registry.js';
import type { Principal } from './authorize.js';
import type { CredentialId } from './credential-id.js';
import type { TenantName } from './tenant-name.js';

/** What a request shows of who it comes from. */
export interface Credentials {
  /** The value of the Authorization header. Where there is one, it decides, and no certificate. */
  readonly authorization: string | undefined;
  readonly certificate: ShownCertificate;
}

/**
 * Of the connection's other end: one that leads to an authority of ours and whose key it has; or one
 * that does not; or none. Never from a header: whoever can reach the port can write headers.
 */
export type ShownCertificate = ClientCertificate | 'unverified' | null;

/** One object per connection, so that what is read from it can be kept beside it. */
export interface ClientCertificate {
  readonly der: Uint8Array;
}

export interface LogInAttempt {
  /** Who it claims to be, if there is such a holder; proves nothing unless the outcome is good. */
  readonly claimed: CredentialId | null;
  /** Of that holder. */
  readonly tenant?: TenantName;
  readonly outcome: Principal | AccessError;
}

export interface Authenticator {
  /** Null if these credentials are for another one to judge. */
  attempt(credentials: Credentials): LogInAttempt | null | Promise<LogInAttempt>;
}

/** The last one to be asked: it judges whatever it is shown, also nothing at all. */
export function apiKeyAuthenticator(registry: Pick<ApiKeyRegistry, 'attempt'>): Authenticator {
  return { attempt: ({ authorization }) => registry.attempt(authorization) };
}
