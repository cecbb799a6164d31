/** Errors as `application/problem+json` (RFC 9457): stable codes, and nothing that was not meant to be told. */
import { types } from 'node:util';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import type { JsonObject } from '../base/canonical-json.js';
import { ChirographError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { IdentityError } from '../identities/identity-error.js';
import { RecordsError } from '../records/records-error.js';
import { SchemasError } from '../schemas/schemas-error.js';
import { ApiError, type InvalidMember } from './api-error.js';
import { type ErrorCode, isErrorCode, PROBLEMS, type ProblemKind } from './problem-table.js';
import { requestIdOf } from './request-id.js';

export interface Problem {
  /** Relative to the node: `/problems/ledger-unknown`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail?: string;
  /** The request's id, as in the header X-Request-Id and in the log. */
  readonly instance: string;
  readonly errors?: readonly InvalidMember[];
}

/** The problem that tells a client of `error`; anything that is not an operating error is INTERNAL. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = operatingError(error);
  const code = known?.code ?? 'INTERNAL';
  const { status, title }: ProblemKind = PROBLEMS[code];
  // A 500 tells no details: they are about the node's insides, and the log has them.
  const detail = status === 500 ? undefined : known?.message;
  const errors = status === 500 ? undefined : invalidMembers(error);
  return {
    type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    instance: requestId,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** The problem of one line of NDJSON, as it stands in the answer in place of that line's result. */
export function lineProblem(error: unknown, line: number, requestId: string): JsonObject {
  const { errors, ...problem } = problemOf(error, requestId);
  const listed = errors?.map(({ pointer, detail }) => ({ pointer, detail }));
  return { ...problem, line, ...(listed === undefined ? {} : { errors: listed }) };
}

/** Answers with the problem; `response` must not have been begun. */
export function sendProblem(response: Response, error: unknown): Problem {
  const problem = problemOf(error, requestIdOf(response));
  const retryAfter = retryAfterSeconds(error, problem.code);
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  if (problem.status === 401) response.setHeader('WWW-Authenticate', challenge(problem.code));
  if (error instanceof ApiError && error.location !== undefined)
    response.setHeader('Location', error.location);
  response.status(problem.status);
  response.setHeader('Content-Type', 'application/problem+json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify(problem));
  return problem;
}

/** The last handler of the app: every error of every route ends here. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, next: NextFunction) => {
    // Express knows an error handler by its four parameters.
    if (error === undefined) {
      next();
      return;
    }
    const requestId = requestIdOf(response);
    if (response.headersSent) {
      // Too late for a problem. A cut connection is the only way to say that this is not all.
      logger.warn('answer cut', { requestId, error });
      request.socket.destroy();
      return;
    }
    const { status } = sendProblem(response, error);
    if (status === 500) logger.error('request failed', { requestId, error });
  };
}

/** Where in the body it is that something is wrong, if the error knows. */
function invalidMembers(error: unknown): readonly InvalidMember[] | undefined {
  if (error instanceof ApiError) return error.errors;
  if (error instanceof SchemasError) return error.faults.length === 0 ? undefined : error.faults;
  const isPlaced = error instanceof RecordsError || error instanceof IdentityError;
  if (!isPlaced || error.path === '') return undefined;
  return [{ pointer: error.path, detail: error.message }];
}

interface OperatingError {
  readonly code: ErrorCode;
  readonly message: string;
}

function operatingError(error: unknown): OperatingError | null {
  const known = isUndecodablePath(error)
    ? new ApiError('REQUEST_INVALID', 'the path has a % that begins no UTF-8 character')
    : error;
  if (!(known instanceof ChirographError)) return null;
  const code: unknown = known.code;
  return typeof code === 'string' && isErrorCode(code) ? { code, message: known.message } : null;
}

/** What Express throws for a path parameter such as `%ff`. */
function isUndecodablePath(error: unknown): boolean {
  return types.isNativeError(error) && error.name === 'URIError' && 'status' in error;
}

function retryAfterSeconds(error: unknown, code: ErrorCode): number | undefined {
  const { retryAfterSeconds: usual }: ProblemKind = PROBLEMS[code];
  return error instanceof ApiError ? (error.retryAfterSeconds ?? usual) : usual;
}

/** RFC 6750 §3.1: no `error` where the client did not try to log in so. */
function challenge(code: ErrorCode): string {
  const bearer = 'Bearer realm="chirograph"';
  const triedOtherwise = code === 'ACCESS_KEY_MISSING' || code === 'ACCESS_CERTIFICATE_UNKNOWN';
  return triedOtherwise ? bearer : `${bearer}, error="invalid_token"`;
}
