/**
 * The S3 port's listener: reads a request, calls its operation, enters what the answer shows, and sends it. Whatever
 * goes wrong is told as S3 tells it.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessLog } from '../../access/access-log.js';
import type { LoginLimiter, RequestLimiter } from '../../api/rate-limit.js';
import type { Logger } from '../../base/logger.js';
import { sendAnswer } from './answer-sender.js';
import type { AuthenticationDeps } from './authenticate.js';
import { actingIn } from './create-s3-access.js';
import { type Outline, outlineOf, readRequest } from './request-reader.js';
import type { S3Answer } from './s3-answer.js';
import { notImplemented, type S3Error } from './s3-error.js';
import type { S3Metrics } from './s3-metrics.js';
import type { S3Operations } from './s3-operations.js';
import { errorDocument, s3ErrorOf } from './s3-problem.js';
import type { S3Request } from './s3-request.js';

export interface S3ListenerOptions extends Omit<AuthenticationDeps, 'log'> {
  readonly operations: S3Operations;
  readonly log: Pick<AccessLog, 'failedLogIn' | 'disclosed'>;
  readonly limiter: LoginLimiter;
  /** Of all requests of an address; unlimited without it. */
  readonly requests?: RequestLimiter;
  /** Hosts `<bucket>.<domain>` name a bucket. In lower case. */
  readonly domain?: string;
  readonly isTls: boolean;
  /** How long a body may stand still, and the rest of one go on after its answer. */
  readonly idleMillis: number;
  readonly logger: Logger;
  readonly metrics: S3Metrics;
}

/** What is told of a request when it is over. */
interface Told {
  operation: string;
  code: string | null;
}

export function s3Listener(options: S3ListenerOptions): RequestListener {
  return (message, response) => {
    const id = randomUUID();
    response.setHeader('x-amz-request-id', id);
    const told: Told = { operation: 'none', code: null };
    follow(options, message, response, { id, told });
    const wire = letBodyCome(message, response, options.idleMillis);
    serve(options, { message, response, id, wire, told }).catch((error: unknown) => {
      fail(options, { message, response, id, told }, error);
    });
  };
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly told: Told;
}

async function serve(
  options: S3ListenerOptions,
  { message, response, id, wire, told }: Exchange & { readonly wire: Wire },
): Promise<void> {
  await options.requests?.take(message);
  const outline = outlineOf(message, id, options.domain);
  told.operation = outline.operation;
  const request = await readRequest(
    { deps: options, isTls: options.isTls },
    message,
    outline,
    wire,
  );
  const answer = await operate(options, request);
  await disclose(options, request, answer);
  // A crash here leaves on record what was about to be shown, and was not.
  await sendAnswer(response, answer, {
    isHead: message.method === 'HEAD',
    failure: (error) => {
      const shown = tell(options, { id, told }, error);
      return errorDocument(shown, outlined(outline));
    },
  });
}

function operate({ operations }: S3ListenerOptions, request: S3Request): Promise<S3Answer> {
  const handler = operations[request.operation];
  if (handler === undefined) throw notImplemented(`the operation ${request.operation}`);
  return handler(request);
}

async function disclose(
  { log }: S3ListenerOptions,
  { id, caller }: S3Request,
  { disclosure }: S3Answer,
): Promise<void> {
  if (disclosure === undefined) return;
  const { tenant, action, ...shown } = disclosure;
  await log.disclosed(actingIn(tenant, caller, action, id), shown);
}

function fail(
  options: S3ListenerOptions,
  { message, response, id, told }: Exchange,
  error: unknown,
): void {
  if (response.headersSent) {
    // Too late for an error. A cut connection is the only way to say that this is not all.
    options.logger.warn('s3 answer cut', { requestId: id, error });
    message.socket.destroy();
    return;
  }
  const shown = tell(options, { id, told }, error);
  // Of what an operation had set before it failed nothing counts.
  for (const name of response.getHeaderNames())
    if (name !== 'x-amz-request-id' && name !== 'connection') response.removeHeader(name);
  const { status, headers } = shown;
  const resource = message.url?.split('?', 1)[0] ?? '';
  const document = errorDocument(shown, { id, resource });
  sendAnswer(
    response,
    { status, headers, body: { kind: 'xml', document } },
    { isHead: message.method === 'HEAD', failure: () => document },
  ).catch(() => {
    message.socket.destroy();
  });
}

function tell(
  { logger }: S3ListenerOptions,
  { id, told }: Pick<Exchange, 'id' | 'told'>,
  error: unknown,
): S3Error {
  const shown = s3ErrorOf(error, id);
  told.code = shown.code;
  if (shown.code === 'InternalError') logger.error('s3 request failed', { requestId: id, error });
  return shown;
}

function outlined({ id, target }: Outline): { readonly id: string; readonly resource: string } {
  return { id, resource: target.resource };
}

interface Wire {
  readonly onBegin: () => void;
  readonly idleMillis: number;
  readonly signal: AbortSignal;
}

/** Lets the body come when it is read, and what nobody reads go by for a while, but not for ever. */
function letBodyCome(message: IncomingMessage, response: ServerResponse, idleMillis: number): Wire {
  const gone = new AbortController();
  let isWaiting = /^100-continue$/i.test(message.headers.expect ?? '');
  // Whoever was never told to go on may send the body all the same, or not: the connection cannot be used again.
  if (isWaiting) response.setHeader('Connection', 'close');
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  response.once('finish', () => {
    if (message.complete || message.destroyed) return;
    message.resume();
    const timer = setTimeout(() => {
      message.socket.destroy();
    }, idleMillis);
    message.once('close', () => {
      clearTimeout(timer);
    });
  });
  return {
    idleMillis,
    signal: gone.signal,
    onBegin: () => {
      if (!isWaiting) return;
      isWaiting = false;
      if (!response.headersSent) response.removeHeader('Connection');
      response.writeContinue();
    },
  };
}

/** Names of buckets and keys are not logged: they tell of persons. */
function follow(
  { logger, metrics }: S3ListenerOptions,
  message: IncomingMessage,
  response: ServerResponse,
  { id, told }: Pick<Exchange, 'id' | 'told'>,
): void {
  const begun = process.hrtime.bigint();
  response.once('close', () => {
    const { statusCode: status } = response;
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    metrics.answered({ operation: told.operation, status, seconds });
    countBytes(metrics, message.socket);
    const fields = {
      requestId: id,
      operation: told.operation,
      status,
      ...(told.code !== null && { error: told.code }),
      complete: response.writableFinished,
    };
    if (status >= 400) logger.info('s3 request refused', fields);
    else logger.debug('s3 request answered', fields);
  });
}

/** What has been counted of a connection already. */
const counted = new WeakMap<Socket, { readonly read: number; readonly written: number }>();

function countBytes(metrics: S3Metrics, socket: Socket): void {
  const before = counted.get(socket) ?? { read: 0, written: 0 };
  const now = { read: socket.bytesRead, written: socket.bytesWritten };
  counted.set(socket, now);
  metrics.moved('in', now.read - before.read);
  metrics.moved('out', now.written - before.written);
}
