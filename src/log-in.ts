/** The ways to log in that the configuration names, in the order in which they are asked. */
import { readFile } from 'node:fs/promises';
import type { ApiKeyRegistry } from './access/api-key-registry.js';
import { apiKeyAuthenticator, type Authenticator } from './access/authenticator.js';
import { CertificateAuthenticator } from './access/certificate-authenticator.js';
import { findKey, MAX_KEY_SET_BYTES, parseKeySet, type TokenKeys } from './access/key-set.js';
import type { OidcIssuer } from './access/oidc-issuer.js';
import { RemoteKeySet } from './access/remote-key-set.js';
import { TokenAuthenticator, type TrustedIssuer } from './access/token-authenticator.js';
import { utf8ToString } from './base/bytes.js';
import { BaseError } from './base/errors.js';
import type { Logger } from './base/logger.js';
import { systemErrorCode } from './base/system-error.js';
import type { Clock } from './base/time.js';
import type { Config } from './config.js';
import { ConfigError } from './settings/config-error.js';
import { environmentName } from './settings/setting.js';

export interface LogInParts {
  readonly registry: Pick<ApiKeyRegistry, 'attempt'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * API keys come last: their registry judges whatever it is shown.
 * @throws ConfigError CONFIG_MALFORMED where an issuer's file of keys cannot be used.
 */
export async function openAuthenticators(
  { oidcIssuers = [], clientCertificates = [] }: Pick<Config, 'oidcIssuers' | 'clientCertificates'>,
  { registry, clock, logger }: LogInParts,
): Promise<readonly Authenticator[]> {
  const issuers: TrustedIssuer[] = [];
  for (const issuer of oidcIssuers)
    issuers.push({ ...issuer, keys: await openKeys(issuer, clock, logger) });
  return [
    ...(issuers.length === 0 ? [] : [new TokenAuthenticator(issuers, clock)]),
    ...(clientCertificates.length === 0
      ? []
      : [new CertificateAuthenticator(clientCertificates, clock)]),
    apiKeyAuthenticator(registry),
  ];
}

/** Keys at a URL are not asked for before somebody comes with a token: the issuer need not be there. */
async function openKeys(
  { keys, issuer }: OidcIssuer,
  clock: Clock,
  logger: Logger,
): Promise<TokenKeys> {
  if (keys.kind === 'file') return fileKeys(keys.path);
  const onFailure = (error: unknown): void => {
    logger.warn('keys of an issuer cannot be had', { issuer, error });
  };
  return new RemoteKeySet({ url: keys.url, clock, onFailure });
}

async function fileKeys(path: string): Promise<TokenKeys> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_KEY_SET_BYTES) throw new BaseError('JSON_MALFORMED', 'too large');
    const set = await parseKeySet(utf8ToString(bytes));
    return { find: (wanted) => findKey(set, wanted) };
  } catch (cause) {
    const reason = cause instanceof BaseError ? cause.message : systemErrorCode(cause);
    if (reason === null) throw cause;
    const name = environmentName('oidcIssuers');
    throw new ConfigError('CONFIG_MALFORMED', `${name}: a jwksFile cannot be used: ${reason}`, {
      cause,
    });
  }
}
