/**
 * Log-in by an OIDC access token in the form of RFC 9068: a JWT that an issuer we know has signed for
 * us. `jose` checks signature and times; who the issuer is, which algorithms it may use and what its
 * claims are worth here is said by the operator and by nobody else.
 */
import {
  type CompactJWSHeaderParameters,
  type CryptoKey,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
} from 'jose';
import { dateOf } from '../base/time.js';
import type { Clock } from '../base/time.js';
import { AccessError } from './access-error.js';
import { KEY_TEXT_PATTERN } from './api-key.js';
import type { Authenticator, Credentials, LogInAttempt } from './authenticator.js';
import { findRule } from './claim-map.js';
import { tokenHolderId } from './credential-id.js';
import type { TokenKeys } from './key-set.js';
import { type OidcIssuer, TOKEN_ALGORITHMS } from './oidc-issuer.js';

export interface TrustedIssuer extends Omit<OidcIssuer, 'keys'> {
  readonly keys: TokenKeys;
}

/** Longer than any sensible token; half of what a request's header may have. */
export const MAX_TOKEN_LENGTH = 8192;

export class TokenAuthenticator implements Authenticator {
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;
  readonly #clock: Clock;

  constructor(issuers: readonly TrustedIssuer[], clock: Clock) {
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
    this.#clock = clock;
  }

  attempt({ authorization }: Credentials): Promise<LogInAttempt> | null {
    const [, token = ''] = BEARER_HEADER.exec(authorization ?? '') ?? [];
    return LIKE_A_TOKEN.test(token) ? this.#judge(token) : null;
  }

  async #judge(token: string): Promise<LogInAttempt> {
    try {
      const issuer = isWellSpelt(token) ? this.#claimedIssuer(token) : undefined;
      if (issuer === undefined) return refused(invalidToken());
      return logInOf(issuer, await this.#verify(token, issuer));
    } catch (cause) {
      if (cause instanceof AccessError) return refused(cause);
      if (cause instanceof errors.JOSEError) return refused(invalidToken(cause));
      throw cause;
    }
  }

  /** By a claim that nobody has checked yet: it only chooses whose keys must have signed. */
  #claimedIssuer(token: string): TrustedIssuer | undefined {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? this.#issuers.get(iss) : undefined;
  }

  async #verify(token: string, issuer: TrustedIssuer): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, (header) => keyOf(issuer.keys, header), {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      audience: issuer.audience,
      requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat'],
      clockTolerance: issuer.clockToleranceSeconds,
      maxTokenAge: issuer.maxAgeSeconds,
      currentDate: dateOf(this.#clock.now()),
      ...(issuer.requiresTokenType && { typ: 'at+jwt' }),
    });
    return payload;
  }
}

const BEARER_HEADER = /^Bearer +(\S+)$/i;
/** JWS compact, of which the first part begins as JSON does. An API key could only look so by intent. */
const LIKE_A_TOKEN = /^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;
const MAX_KEY_ID_LENGTH = 256;

/** Bounded, and with a signature in the one spelling of its bytes; the rest is what was signed. */
function isWellSpelt(token: string): boolean {
  if (token.length > MAX_TOKEN_LENGTH) return false;
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** Of what the header says only names are used, never a key that it brings itself (`jwk`, `jku`, `x5c`). */
async function keyOf(
  keys: TokenKeys,
  { alg, kid }: CompactJWSHeaderParameters,
): Promise<CryptoKey> {
  const algorithm = TOKEN_ALGORITHMS.find((one) => one === alg);
  const keyId: unknown = kid;
  const isName = typeof keyId === 'string' && keyId.length <= MAX_KEY_ID_LENGTH;
  if (algorithm === undefined || (keyId !== undefined && !isName)) throw invalidToken();
  const key = await keys.find({ algorithm, keyId: isName ? keyId : undefined });
  if (key === null) throw invalidToken();
  return key;
}

function logInOf(issuer: TrustedIssuer, claims: JWTPayload): LogInAttempt {
  const subject: unknown = claims.sub;
  if (typeof subject !== 'string' || subject === '') return refused(invalidToken());
  const author = `${issuer.authorPrefix}${subject}`;
  if (!KEY_TEXT_PATTERN.test(author)) return refused(invalidToken());
  const keyId = tokenHolderId(issuer.issuer, subject);
  const rule = findRule(issuer.map, claims);
  if (rule === null)
    return { claimed: keyId, outcome: new AccessError('ACCESS_DENIED', NOTHING_GRANTED) };
  const { tenant, role } = rule;
  return { claimed: keyId, outcome: { keyId, tenant, role, author } };
}

const NOTHING_GRANTED = 'none of the claims of the token is granted a role here; ask an operator';

/** Claimed by nobody: what an unsigned token says of its holder, a stranger could have written. */
function refused(outcome: AccessError): LogInAttempt {
  return { claimed: null, outcome };
}

/** One text for all that can be wrong: a client can do nothing else, and a stranger learns nothing. */
function invalidToken(cause?: unknown): AccessError {
  return new AccessError(
    'ACCESS_TOKEN_INVALID',
    'the access token is not good here: get a new one from its issuer',
    { cause },
  );
}
