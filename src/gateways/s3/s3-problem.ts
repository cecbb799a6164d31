/** Errors of all parts of the program as an S3 client knows them, and their document. */
import { ApiError } from '../../api/api-error.js';
import { problemOf } from '../../api/problem.js';
import { S3Error, type S3ErrorCode } from './s3-error.js';
import { element, type XmlElement } from './xml-element.js';

/** What is no operating error is InternalError; its cause is the log's alone. */
export function s3ErrorOf(error: unknown, requestId: string): S3Error {
  if (error instanceof S3Error) return error;
  const { status, detail } = problemOf(error, requestId);
  const code = CODES[status];
  if (code === undefined || detail === undefined)
    return new S3Error('InternalError', 'We encountered an internal error. Please try again.', {
      cause: error,
    });
  const wait = error instanceof ApiError ? error.retryAfterSeconds : undefined;
  return new S3Error(code, detail, {
    cause: error,
    ...(wait !== undefined && { headers: { 'Retry-After': String(wait) } }),
  });
}

const CODES: Readonly<Partial<Record<number, S3ErrorCode>>> = {
  403: 'AccessDenied',
  429: 'SlowDown',
  503: 'ServiceUnavailable',
  507: 'ServiceUnavailable',
};

export function errorDocument(
  { code, message, resource, details }: S3Error,
  about: { readonly id: string; readonly resource: string },
): XmlElement {
  return element('Error', [
    element('Code', code),
    element('Message', message),
    ...Object.entries(details).map(([name, value]) => element(name, value)),
    element('Resource', resource ?? about.resource),
    element('RequestId', about.id),
  ]);
}
