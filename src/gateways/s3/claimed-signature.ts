/**
 * Who a request says that it is from, and what it says that they signed: read strictly from the Authorization
 * header or from the query of a presigned URL. Nothing is compared here.
 */
import type { UnixMillis } from '../../base/brand.js';
import { parseInstant } from '../../base/time.js';
import type { RawHeaders } from './raw-headers.js';
import type { QueryPair } from './request-target.js';
import { S3Error, type S3ErrorCode } from './s3-error.js';
import { ALGORITHM, type CredentialScope } from './signature-v4.js';

export interface ClaimedSignature {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** `YYYYMMDDTHHMMSSZ`, and when that is. */
  readonly time: string;
  readonly signedAt: UnixMillis;
  /** In lower case, in order, `host` among them. */
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
  /** Of a presigned URL: 1 to 604,800. */
  readonly expiresSeconds: number | null;
  /** `x-amz-content-sha256`, not yet known to be anything. */
  readonly payload: string;
}

export const MAX_EXPIRES_SECONDS = 604_800;

/**
 * Null of an anonymous request.
 * @throws S3Error InvalidRequest of Signature Version 2, AuthorizationHeaderMalformed,
 * AuthorizationQueryParametersError, AccessDenied (for an X-Amz-Expires out of range, as S3's own tests want it),
 * MissingSecurityHeader, InvalidArgument where there are two signatures, InvalidToken.
 */
export function readClaim(
  headers: RawHeaders,
  pairs: readonly QueryPair[],
): ClaimedSignature | null {
  const query = new Map(pairs.filter(([name]) => SIGNING_PARAMETER.test(name)));
  const isPresigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
  const authorization = headers.get('authorization') ?? '';
  if (headers.names.has('x-amz-security-token') || query.has('X-Amz-Security-Token'))
    throw new S3Error('InvalidToken', 'there are no temporary keys here: leave the token out');
  if (isVersion2(authorization, pairs)) throw version2();
  if (isPresigned && authorization !== '')
    throw new S3Error(
      'InvalidArgument',
      'a request is signed in its header or in its URL, not both',
    );
  if (isPresigned) return presigned(query);
  return authorization === '' ? null : fromHeader(authorization, headers);
}

/** Parameters of a presigned URL, which are no part of the question. */
export const SIGNING_PARAMETER =
  /^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Content-Sha256|Security-Token)$/;

/** @param field of a form or parameter of a query. @throws S3Error `code`. */
export function parseCredential(
  credential: string,
  code: S3ErrorCode,
): Pick<ClaimedSignature, 'accessKeyId' | 'scope'> {
  const [, accessKeyId, date, region] = CREDENTIAL.exec(credential) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined)
    throw new S3Error(
      code,
      'the credential is <access key id>/<YYYYMMDD>/<region>/s3/aws4_request; any region will do',
    );
  return { accessKeyId, scope: { date, region } };
}

/** @throws S3Error `code` where it is not of that form, or on another day than the scope. */
export function parseTime(time: string, { date }: CredentialScope, code: S3ErrorCode): UnixMillis {
  const [, year, month, day, hour, minute, second] = TIME.exec(time) ?? [];
  if (!time.startsWith(date)) throw badTime(code);
  try {
    return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  } catch (cause) {
    throw badTime(code, cause);
  }
}

function badTime(code: S3ErrorCode, cause?: unknown): S3Error {
  const options = cause === undefined ? {} : { cause };
  return new S3Error(code, 'X-Amz-Date is YYYYMMDDTHHMMSSZ, on the day of the credential', options);
}

export const SIGNATURE = /^[0-9a-f]{64}$/;
const CREDENTIAL = /^([^/\s]{1,128})\/(\d{8})\/([!-.0-~]{1,64})\/s3\/aws4_request$/;
const TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const HEADER_NAMES = /^[a-z0-9\-_.!#$%&'*+^`|~]{1,128}(?:;[a-z0-9\-_.!#$%&'*+^`|~]{1,128}){0,63}$/;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^, ]{1,256}) *, *SignedHeaders=([^, ]{1,4096}) *, *Signature=([^, ]{1,128})$/;

function fromHeader(authorization: string, headers: RawHeaders): ClaimedSignature {
  const code = 'AuthorizationHeaderMalformed';
  const [, credential, names, signature] = AUTHORIZATION.exec(authorization) ?? [];
  if (credential === undefined || names === undefined || signature === undefined)
    throw new S3Error(
      code,
      `the Authorization header is "${ALGORITHM} Credential=…, SignedHeaders=…, Signature=…"`,
    );
  const of = parseCredential(credential, code);
  const time = headers.get('x-amz-date');
  if (time === undefined)
    throw new S3Error('AccessDenied', 'a signed request needs the header x-amz-date');
  const payload = headers.get('x-amz-content-sha256');
  if (payload === undefined)
    throw new S3Error(
      'MissingSecurityHeader',
      'a signed request needs the header x-amz-content-sha256: the SHA-256 of its body, or UNSIGNED-PAYLOAD',
      { details: { MissingHeaderName: 'x-amz-content-sha256' } },
    );
  return {
    ...of,
    time,
    signedAt: parseTime(time, of.scope, 'AccessDenied'),
    signedHeaders: parseNames(names, code),
    signature: parseSignature(signature, code),
    expiresSeconds: null,
    payload,
  };
}

function presigned(query: ReadonlyMap<string, string>): ClaimedSignature {
  const code = 'AuthorizationQueryParametersError';
  const required = (name: string): string => {
    const value = query.get(name);
    if (value === undefined || value === '')
      throw new S3Error(code, `a presigned URL needs the query parameter ${name}`);
    return value;
  };
  if (required('X-Amz-Algorithm') !== ALGORITHM)
    throw new S3Error(code, `X-Amz-Algorithm must be ${ALGORITHM}`);
  const of = parseCredential(required('X-Amz-Credential'), code);
  const time = required('X-Amz-Date');
  const expires = required('X-Amz-Expires');
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS)
    throw new S3Error(
      'AccessDenied',
      `X-Amz-Expires must be a whole number of seconds, 1 to ${MAX_EXPIRES_SECONDS} (a week)`,
    );
  return {
    ...of,
    time,
    signedAt: parseTime(time, of.scope, code),
    signedHeaders: parseNames(required('X-Amz-SignedHeaders'), code),
    signature: parseSignature(required('X-Amz-Signature'), code),
    expiresSeconds,
    payload: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

function parseNames(text: string, code: S3ErrorCode): readonly string[] {
  const names = text.split(';');
  const isOrdered = names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name);
  if (!HEADER_NAMES.test(text) || !isOrdered || !names.includes('host'))
    throw new S3Error(
      code,
      'SignedHeaders are names in lower case, in order, with semicolons between them, and host is one',
    );
  return names;
}

function parseSignature(text: string, code: S3ErrorCode): string {
  if (!SIGNATURE.test(text)) throw new S3Error(code, 'a signature is 64 hex digits in lower case');
  return text;
}

function isVersion2(authorization: string, pairs: readonly QueryPair[]): boolean {
  return (
    authorization.startsWith('AWS ') ||
    pairs.some(([name]) => name === 'AWSAccessKeyId' || name === 'Signature')
  );
}

function version2(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'Signature Version 2 is not taken. Please use AWS4-HMAC-SHA256: signature_version=s3v4 (aws-cli: aws configure set default.s3.signature_version s3v4)',
  );
}
