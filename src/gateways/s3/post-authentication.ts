/**
 * Who signed a form, and whether its policy allows what is in it. Signatures of version 2 are taken here alone: what
 * they sign is the policy, with its own end and limits, and tools that make such forms know no other.
 */
import { createHmac } from 'node:crypto';
import { type AuthenticationDeps, logIn, type SignedRequest } from './authenticate.js';
import { isSameText } from './aws-chunked.js';
import { parseCredential, parseTime, SIGNATURE } from './claimed-signature.js';
import type { PostForm } from './post-form.js';
import { checkPolicy, parsePolicy, type PostPolicy } from './post-policy.js';
import { headersOf } from './raw-headers.js';
import { checkedKey } from './request-target.js';
import { S3Error } from './s3-error.js';
import type { S3Caller, S3Form, S3Headers } from './s3-request.js';
import { ALGORITHM, signatureOf, signingKey } from './signature-v4.js';

export interface SignedForm {
  /** Null of a form without a policy. */
  readonly caller: S3Caller | null;
  readonly key: string;
  readonly range: PostPolicy['range'];
}

/**
 * @param bucket of the URL.
 * @throws S3Error InvalidArgument, KeyTooLongError, InvalidPolicyDocument, AccessDenied, InvalidAccessKeyId,
 * SignatureDoesNotMatch; ApiError LOGIN_RATE_LIMITED.
 */
export async function authenticateForm(
  deps: AuthenticationDeps,
  request: Pick<SignedRequest, 'id' | 'message'>,
  bucket: string,
  { fields, fileName }: PostForm,
): Promise<SignedForm> {
  const named = fields.get('key');
  if (named === undefined || named === '') throw missing('key');
  // Only where it is asked for as a whole: `$&` and the like of a file's name mean nothing.
  const key = checkedKey(named.replaceAll('${filename}', () => fileName));
  if (key === '') throw missing('key');
  const base64 = fields.get('policy');
  if (base64 === undefined) {
    if (CREDENTIALS.some((field) => fields.has(field))) throw missing('policy');
    return { caller: null, key, range: null };
  }
  const claim = fields.has('awsaccesskeyid') ? version2(fields, base64) : version4(fields, base64);
  const { caller } = await logIn(deps, request, claim.accessKeyId, claim.isSigned);
  const policy = parsePolicy(base64);
  const checked = new Map([...fields, ['bucket', bucket], ['key', key]] as const);
  checkPolicy(policy, checked, deps.clock.now());
  return { caller, key, range: policy.range };
}

/** What operations ask for as headers: the fields of the form, `acl` under its header's name. */
export function headersOfForm(fields: S3Form, headers: S3Headers): S3Headers {
  const kept = [...fields].filter(([name]) => !NO_HEADERS.has(name));
  const renamed = kept.map(([name, value]): [string, string] => [
    name === 'acl' ? 'x-amz-acl' : name,
    // As those of requests: one character a byte.
    Buffer.from(value).toString('latin1'),
  ]);
  const own = ['origin', 'host', 'user-agent', 'content-length'].flatMap((name) => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return headersOf(new Map([...renamed, ...own]));
}

interface FormClaim {
  readonly accessKeyId: string;
  readonly isSigned: (secret: string) => boolean;
}

function version4(fields: S3Form, base64: string): FormClaim {
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw missing(name);
    return value;
  };
  if (required('x-amz-algorithm') !== ALGORITHM)
    throw new S3Error('InvalidArgument', `x-amz-algorithm must be ${ALGORITHM}`);
  const { accessKeyId, scope } = parseCredential(required('x-amz-credential'), 'InvalidArgument');
  parseTime(required('x-amz-date'), scope, 'InvalidArgument');
  const signature = required('x-amz-signature');
  if (!SIGNATURE.test(signature))
    throw new S3Error('InvalidArgument', 'x-amz-signature is 64 hex digits in lower case');
  return {
    accessKeyId,
    isSigned: (secret) => isSameText(signatureOf(signingKey(secret, scope), base64), signature),
  };
}

function version2(fields: S3Form, base64: string): FormClaim {
  const signature = fields.get('signature');
  if (signature === undefined) throw missing('signature');
  return {
    accessKeyId: fields.get('awsaccesskeyid') ?? '',
    isSigned: (secret) =>
      isSameText(createHmac('sha1', secret).update(base64).digest('base64'), signature),
  };
}

const CREDENTIALS = ['awsaccesskeyid', 'signature', 'x-amz-credential', 'x-amz-signature'];

const NO_HEADERS: ReadonlySet<string> = new Set([
  ...CREDENTIALS,
  'key',
  'policy',
  'tagging',
  'x-amz-algorithm',
  'x-amz-date',
  'success_action_redirect',
  'success_action_status',
  'redirect',
]);

function missing(field: string): S3Error {
  return new S3Error('InvalidArgument', `Bucket POST must contain a field named '${field}'`, {
    details: { ArgumentName: field, ArgumentValue: '' },
  });
}
