/** Makes of what came over HTTP the request that an operation gets: parsed once, authenticated, its body not yet read. */
import type { IncomingMessage } from 'node:http';
import { keyIdOf } from '../../access/s3-key.js';
import { authenticate, type AuthenticationDeps, type SignedRequest } from './authenticate.js';
import { expectedDigests } from './body-digests.js';
import { SIGNING_PARAMETER } from './claimed-signature.js';
import { operationOf } from './operation-name.js';
import { type Payload, parsePayload } from './payload.js';
import { authenticateForm, headersOfForm } from './post-authentication.js';
import { readPostForm } from './post-form.js';
import { type RawHeaders, readHeaders } from './raw-headers.js';
import { parseTarget, type RequestTarget } from './request-target.js';
import { s3Body } from './s3-body.js';
import { S3Error } from './s3-error.js';
import type { S3OperationName } from './s3-operation-names.js';
import type { S3Request } from './s3-request.js';
import { refuseUnservedHeaders } from './unserved-headers.js';
import { type WireOptions, wireSource } from './wire-source.js';

export interface ReaderOptions {
  readonly deps: AuthenticationDeps;
  readonly isTls: boolean;
}

/** What is known of a request before it has been authenticated: for its log line and its error. */
export interface Outline {
  readonly id: string;
  readonly headers: RawHeaders;
  readonly target: RequestTarget;
  readonly query: ReadonlyMap<string, string>;
  readonly operation: S3OperationName;
}

/** @throws S3Error of a request that names nothing that is served. */
export function outlineOf(
  message: IncomingMessage,
  id: string,
  domain: string | undefined,
): Outline {
  const { method = '', url = '' } = message;
  const headers = readHeaders(message.rawHeaders);
  const host = headers.get('host');
  const target = parseTarget(url, { host, ...(domain !== undefined && { domain }) });
  const query = new Map<string, string>();
  for (const [name, value] of target.pairs)
    if (!SIGNING_PARAMETER.test(name) && !query.has(name)) query.set(name, value);
  const { bucket, key } = target;
  const hasHeader = (name: string): boolean => headers.names.has(name);
  return {
    id,
    headers,
    target,
    query,
    operation: operationOf({ method, bucket, key, query, hasHeader }),
  };
}

/** @throws S3Error, ApiError LOGIN_RATE_LIMITED. */
export async function readRequest(
  { deps, isTls }: ReaderOptions,
  message: IncomingMessage,
  outline: Outline,
  wire: WireOptions & { readonly signal: AbortSignal },
): Promise<S3Request> {
  const { id, headers, target, query, operation } = outline;
  const source = wireSource(message, wire);
  const about = {
    ...{ id, operation, query, resource: target.resource, signal: wire.signal },
    method: message.method ?? '',
    bucket: target.bucket,
    origin: `${isTls ? 'https' : 'http'}://${headers.get('host') ?? ''}`,
  };
  const signed = { id, method: about.method, target, headers, message };
  if (operation === 'PostObject')
    return { ...about, ...(await readFormRequest(deps, signed, source)) };
  // A browser asks before it has anything to sign with.
  const who = operation === 'Preflight' ? null : await authenticate(deps, signed);
  refuseUnservedHeaders(headers);
  const payload = parsePayload(
    who?.payload ?? headers.get('x-amz-content-sha256'),
    who?.signing ?? null,
  );
  return {
    ...about,
    key: target.key,
    headers,
    caller: who?.caller ?? null,
    ...(operation === 'Preflight' && claimedTenant(deps, target)),
    form: null,
    body: s3Body({
      source,
      payload,
      expectedLength: lengthOf(operation, headers, payload),
      digests: expectedDigests(headers, payload.kind === 'plain' ? payload.sha256Hex : null, {
        isOfBody: operation !== 'CompleteMultipartUpload',
        hasTrailer: payload.kind === 'chunked' && payload.hasTrailer,
      }),
    }),
  };
}

async function readFormRequest(
  deps: AuthenticationDeps,
  signed: SignedRequest,
  source: AsyncIterable<Uint8Array>,
): Promise<Pick<S3Request, 'key' | 'headers' | 'caller' | 'form' | 'body'>> {
  const { headers, target } = signed;
  const contentType = headers.get('content-type') ?? '';
  if (!/^multipart\/form-data *;/i.test(contentType))
    throw new S3Error(
      'PreconditionFailed',
      'Bucket POST must be of the enclosure-type multipart/form-data',
    );
  const form = await readPostForm(source, contentType);
  const { caller, key, range } = await authenticateForm(deps, signed, target.bucket ?? '', form);
  const fields = headersOfForm(form.fields, headers);
  refuseUnservedHeaders(fields);
  const digests = expectedDigests(fields, null, { isOfBody: true, hasTrailer: false });
  return {
    key,
    headers: fields,
    caller,
    form: form.fields,
    body: s3Body({
      source: form.file,
      payload: { kind: 'plain', sha256Hex: null },
      expectedLength: null,
      digests,
      ...(range !== null && { range }),
    }),
  };
}

/** Of a link that a page is about to follow: in whose tenant the bucket is. Nobody is let in by it. */
function claimedTenant(
  { registry }: Pick<AuthenticationDeps, 'registry'>,
  { pairs }: RequestTarget,
): Pick<S3Request, 'claimedTenant'> {
  const credential = pairs.find(([name]) => name === 'X-Amz-Credential')?.[1] ?? '';
  const id = keyIdOf(credential.split('/', 1)[0] ?? '');
  const tenant = id === null ? undefined : registry.find(id)?.tenant;
  return tenant === undefined ? {} : { claimedTenant: tenant };
}

const WHOLE_NUMBER = /^\d{1,15}$/;

/** @throws S3Error MissingContentLength, InvalidArgument. */
function lengthOf(
  operation: S3OperationName,
  headers: RawHeaders,
  payload: Payload,
): number | null {
  const isChunked = payload.kind === 'chunked';
  const name = isChunked ? 'x-amz-decoded-content-length' : 'content-length';
  const value = headers.get(name);
  if (value !== undefined) {
    if (WHOLE_NUMBER.test(value)) return Number(value);
    throw new S3Error('InvalidArgument', `${name} is a whole number of bytes`);
  }
  // The end of the body is told by its framing.
  if (!isChunked && headers.names.has('transfer-encoding')) return null;
  if (isChunked || operation === 'PutObject' || operation === 'UploadPart')
    throw new S3Error('MissingContentLength', `this operation needs the header ${name}`);
  return 0;
}
