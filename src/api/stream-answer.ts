/** An answer that is made while it is sent: what the client does not read is not made. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from './api-error.js';

export interface StreamAnswer {
  /** 200 without it. */
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<string | Uint8Array>;
  /** Longest time in which the client reads nothing. */
  readonly idleTimeoutMillis: number;
}

/**
 * Ends when all has been sent. An answer that is cut is not ended as HTTP would have it, so clients
 * see that it is not all.
 * @throws what `chunks` throws; ApiError REQUEST_TIMEOUT, BODY_INCOMPLETE.
 */
export async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  { status = 200, headers, chunks, idleTimeoutMillis }: StreamAnswer,
): Promise<void> {
  response.writeHead(status, headers);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const late = new AbortController();
  const onTimeout = (): void => {
    late.abort();
    response.destroy();
  };
  response.setTimeout(idleTimeoutMillis, onTimeout);
  // The log, the metrics, the server and whoever prints wait for its end, and the pipeline several times
  // over: more than the ten at which Node warns of a leak.
  response.setMaxListeners(MAX_LISTENERS);
  try {
    await pipeline(Readable.from(chunks), response);
  } catch (cause) {
    if (late.signal.aborted)
      throw new ApiError('REQUEST_TIMEOUT', `nothing was read for ${idleTimeoutMillis} ms`);
    throw isGone(cause) ? new ApiError('BODY_INCOMPLETE', 'the client went away') : cause;
  } finally {
    response.off('timeout', onTimeout);
  }
}

const MAX_LISTENERS = 20;

/** What a pipeline says of a connection that ended. */
function isGone(cause: unknown): boolean {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    cause.code === 'ERR_STREAM_PREMATURE_CLOSE'
  );
}
