/**
 * Who a request is from: the signature that it claims, compared with the one that the secret of that key makes. Failed
 * tries count as failed log-ins do everywhere.
 */
import type { IncomingMessage } from 'node:http';
import { AccessError } from '../../access/access-error.js';
import type { AccessLog } from '../../access/access-log.js';
import { type ApiKeyRegistry, principalOf } from '../../access/api-key-registry.js';
import type { ApiKey } from '../../access/api-key.js';
import type { Principal } from '../../access/authorize.js';
import { keyIdOf, type S3CredentialOf } from '../../access/s3-key.js';
import type { LoginLimiter } from '../../api/rate-limit.js';
import type { UnixMillis } from '../../base/brand.js';
import { formatInstant, type Clock } from '../../base/time.js';
import { isSameText } from './aws-chunked.js';
import type { ClaimedSignature } from './claimed-signature.js';
import { readClaim } from './claimed-signature.js';
import type { ChunkSigning } from './payload.js';
import type { RawHeaders } from './raw-headers.js';
import type { RequestTarget } from './request-target.js';
import { S3Error } from './s3-error.js';
import type { S3Caller } from './s3-request.js';
import { signatureOf, signingKey, stringToSign } from './signature-v4.js';

export interface AuthenticationDeps {
  readonly registry: Pick<ApiKeyRegistry, 'find'>;
  readonly credentialOf: S3CredentialOf;
  readonly limiter: LoginLimiter;
  readonly log: Pick<AccessLog, 'failedLogIn'>;
  readonly clock: Clock;
}

export interface SignedRequest {
  /** Of the answer. */
  readonly id: string;
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: RawHeaders;
  /** Whose address counts. */
  readonly message: Pick<IncomingMessage, 'socket'>;
}

export interface Authenticated {
  readonly caller: S3Caller;
  readonly signing: ChunkSigning;
  /** `x-amz-content-sha256`, signed. */
  readonly payload: string;
}

/** 15 minutes, as S3 has it. */
export const MAX_SKEW_MILLIS = 15 * 60 * 1000;

/**
 * Null of an anonymous request.
 * @throws S3Error as `readClaim`; RequestTimeTooSkewed, AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch;
 * ApiError LOGIN_RATE_LIMITED.
 */
export async function authenticate(
  deps: AuthenticationDeps,
  request: SignedRequest,
): Promise<Authenticated | null> {
  const { method, target, headers } = request;
  const claim = readClaim(headers, target.pairs);
  if (claim === null) return null;
  checkTime(claim, deps.clock.now());
  checkSigned(claim, headers);
  const text = stringToSign(claim.time, claim.scope, {
    method,
    canonicalUri: target.canonicalUri,
    pairs: target.pairs.filter(([name]) => name !== 'X-Amz-Signature'),
    headers,
    signedHeaders: claim.signedHeaders,
    payload: claim.payload,
  });
  const caller = await logIn(deps, request, claim.accessKeyId, (secret) =>
    isSameText(signatureOf(signingKey(secret, claim.scope), text), claim.signature),
  );
  const key = signingKey(caller.secret, claim.scope);
  return {
    caller: caller.caller,
    signing: { key, scope: claim.scope, time: claim.time, seed: claim.signature },
    payload: claim.payload,
  };
}

/**
 * Finds the key, and counts and enters what fails.
 * @param isSigned whether that secret made the signature.
 * @throws S3Error InvalidAccessKeyId, SignatureDoesNotMatch, AccessDenied; ApiError LOGIN_RATE_LIMITED.
 */
export async function logIn(
  { registry, credentialOf, limiter, log }: AuthenticationDeps,
  { id, message }: Pick<SignedRequest, 'id' | 'message'>,
  accessKeyId: string,
  isSigned: (secret: string) => boolean,
): Promise<{ readonly caller: S3Caller; readonly secret: string }> {
  const named = keyIdOf(accessKeyId);
  const key = named === null ? null : registry.find(named);
  const credential = key === null ? null : credentialOf(key);
  // Keys that do not exist count as one account: nobody is locked out, and nothing grows.
  const account = key === null || credential === null ? 'no key' : key.id;
  const outcome =
    key === null || credential === null
      ? new S3Error(
          'InvalidAccessKeyId',
          'there is no such access key: check it, or ask for another',
        )
      : judge(key, isSigned(credential.secretAccessKey));
  // Before the outcome is told, even a good one: or guessing would go on under the limit.
  await limiter.check(message, account);
  if (!(outcome instanceof S3Error)) {
    if (credential === null) throw new Error('a key without a credential signs nothing');
    return { caller: { principal: outcome, accessKeyId }, secret: credential.secretAccessKey };
  }
  await limiter.failed(message, account);
  if (key !== null && credential !== null)
    log.failedLogIn({
      tenant: key.tenant,
      claimed: key.id,
      code: outcome.code === 'SignatureDoesNotMatch' ? 'ACCESS_KEY_UNKNOWN' : 'ACCESS_KEY_REVOKED',
      request: id,
    });
  throw outcome;
}

function judge(key: ApiKey, isSigned: boolean): Principal | S3Error {
  if (!isSigned)
    return new S3Error(
      'SignatureDoesNotMatch',
      'the signature is not that of this request under this key: check the secret access key, and what changes requests on their way',
    );
  const principal = principalOf(key);
  if (principal instanceof AccessError)
    return new S3Error('InvalidAccessKeyId', 'this key has been revoked: ask for another', {
      cause: principal,
    });
  return principal;
}

function checkTime({ signedAt, expiresSeconds }: ClaimedSignature, now: UnixMillis): void {
  if (expiresSeconds === null) {
    if (Math.abs(now - signedAt) <= MAX_SKEW_MILLIS) return;
    throw new S3Error(
      'RequestTimeTooSkewed',
      'the clocks of client and server are more than 15 minutes apart: set the client’s',
      {
        details: {
          RequestTime: formatInstant(signedAt),
          ServerTime: formatInstant(now),
          MaxAllowedSkewMilliseconds: String(MAX_SKEW_MILLIS),
        },
      },
    );
  }
  if (signedAt - now > MAX_SKEW_MILLIS)
    throw new S3Error(
      'AccessDenied',
      'the URL is not valid yet: check the clock of whoever signed it',
    );
  const until = (signedAt + expiresSeconds * 1000) as UnixMillis;
  if (now > until)
    throw new S3Error('AccessDenied', 'Request has expired: ask for another URL', {
      details: { Expires: formatInstant(until), ServerTime: formatInstant(now) },
    });
}

/** Whoever carries a request on its way must not add what it means: S3 wants all of these signed. */
function checkSigned(claim: ClaimedSignature, { names }: RawHeaders): void {
  const isPresigned = claim.expiresSeconds !== null;
  const unsigned = [...names].filter(
    (name) =>
      name.startsWith('x-amz-') &&
      !claim.signedHeaders.includes(name) &&
      // It is compared with the content, whoever wrote it.
      !(isPresigned && name === 'x-amz-content-sha256'),
  );
  const missing = claim.signedHeaders.find((name) => !names.has(name));
  if (unsigned.length === 0 && missing === undefined) return;
  throw new S3Error('AccessDenied', 'sign all x-amz-… headers that are sent, and no others', {
    details: { HeadersNotSigned: unsigned.join(', ').slice(0, 200) },
  });
}
