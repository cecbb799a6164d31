/** Answers to pages of other origins say whether these may read them: errors, too. */
import type { S3Answer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import type { S3Handler, S3Request } from '../s3-request.js';
import { tenantOf } from './bucket-access.js';
import { corsAnswer, corsFromJson } from './cors-rules.js';
import type { S3Parts } from './operation.js';

export function withCors({ drives }: Pick<S3Parts, 'drives'>, handler: S3Handler): S3Handler {
  return async (request) => {
    const headers = await corsHeaders(drives, request);
    if (headers === null) return handler(request);
    try {
      const answer: S3Answer = await handler(request);
      return { ...answer, headers: { ...answer.headers, ...headers } };
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      throw error.withHeaders(headers);
    }
  };
}

async function corsHeaders(
  drives: S3Parts['drives'],
  request: S3Request,
): Promise<Record<string, string> | null> {
  const { headers, bucket, method } = request;
  const origin = headers.get('origin');
  if (origin === undefined || bucket === null || request.operation === 'Preflight') return null;
  // A bucket that is not there allows no page anything; the operation says that it is not there.
  const drive = await drives.find(tenantOf(request), bucket).catch(() => null);
  const rules = drive?.settings.cors ?? [];
  const question = {
    origin,
    method: headers.get('access-control-request-method') ?? method,
    headers: [],
  };
  return corsAnswer(rules.map(corsFromJson), question);
}
