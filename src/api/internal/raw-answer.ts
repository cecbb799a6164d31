/** Problems told outside the app: to what is no HTTP request, and to requests that come too late. */
import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { ApiError } from '../api-error.js';
import { type Problem, problemOf } from '../problem.js';

/** @param code of the error that Node's parser gave. Its message quotes the input and is not told. */
export function malformedRequestAnswer(code: string | undefined): string {
  const body = problemOf(malformedRequest(code), randomUUID());
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${body.instance}`,
    '',
    text,
  ].join('\r\n');
}

/** For a request on a connection that was kept alive into the stop of the node. */
export function answerStopping(response: ServerResponse): void {
  const body: Problem = problemOf(
    new ApiError('SERVER_STOPPING', 'the node is stopping: try again in a moment, or elsewhere'),
    randomUUID(),
  );
  response.writeHead(body.status, {
    Connection: 'close',
    'Content-Type': 'application/problem+json',
    'Retry-After': '5',
    'X-Request-Id': body.instance,
  });
  response.end(JSON.stringify(body));
}

function malformedRequest(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError('HEADERS_TOO_LARGE', 'send shorter header fields');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ApiError('REQUEST_TIMEOUT', 'the header of the request took too long to arrive');
  return new ApiError('HTTP_MALFORMED', 'send HTTP/1.1 as RFC 9112 describes it');
}
