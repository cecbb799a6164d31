/**
 * Server-sent events (WHATWG HTML, 9.2) with back-pressure: what a client does not read is not made, and
 * one that stands still is cut, so nothing waits for it without end. See docs/decisions/0018.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.js';

export const EVENT_STREAM = 'text/event-stream';

export interface EventStreamLimits {
  /** Between comments that keep proxies and clients from taking silence for an end. */
  readonly heartbeatMillis: number;
  /** Longest time that a client may take to read what waits for it. */
  readonly idleTimeoutMillis: number;
  /** After which the stream ends, for the client to come again with a key that still holds. */
  readonly maxAgeMillis: number;
}

export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  /** JSON on one line. */
  readonly data: string;
}

/** Where a client is to go on after a stream has ended: at once. */
const RETRY_MILLIS = 1000;

/**
 * Sends groups of events until there are no more, `stopping` is aborted or the stream is too old; then
 * it is ended, and clients come again.
 *
 * @param make the events; its signal is aborted when nobody waits for more.
 * @throws what `make` throws; ApiError REQUEST_TIMEOUT for a client that does not read.
 */
export async function sendEvents(
  request: IncomingMessage,
  response: ServerResponse,
  limits: EventStreamLimits,
  stopping: AbortSignal,
  make: (signal: AbortSignal) => AsyncIterable<readonly ServerEvent[]>,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': EVENT_STREAM,
    'Cache-Control': 'no-store',
    // nginx would else hold back what is small.
    'X-Accel-Buffering': 'no',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const ended = new AbortController();
  const end = (): void => {
    ended.abort();
  };
  response.once('close', end);
  stopping.addEventListener('abort', end, { once: true });
  const age = setTimeout(end, limits.maxAgeMillis);
  const heartbeat = setInterval(() => {
    // One that has not read what is there needs no proof that more could come.
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, limits.heartbeatMillis);
  try {
    if (response.destroyed || stopping.aborted) end();
    response.write(`retry: ${RETRY_MILLIS}\n\n`);
    for await (const group of make(ended.signal)) {
      if (!response.write(group.map(textOf).join('')))
        await drained(response, limits.idleTimeoutMillis);
      if (ended.signal.aborted) break;
    }
    response.end();
  } finally {
    clearTimeout(age);
    clearInterval(heartbeat);
    stopping.removeEventListener('abort', end);
    response.off('close', end);
  }
}

function textOf({ id, event, data }: ServerEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}

/** Resolves too if the client goes away: then nothing more is made. @throws ApiError REQUEST_TIMEOUT. */
async function drained(response: ServerResponse, patienceMillis: number): Promise<void> {
  if (response.destroyed) return;
  const over = new AbortController();
  const onClose = (): void => {
    over.abort();
  };
  const timer = setTimeout(() => {
    over.abort(new ApiError('REQUEST_TIMEOUT', `nothing was read for ${patienceMillis} ms`));
  }, patienceMillis);
  response.once('close', onClose);
  try {
    await once(response, 'drain', { signal: over.signal });
  } catch (cause) {
    if (!over.signal.aborted) throw cause;
    if (over.signal.reason instanceof ApiError) throw over.signal.reason;
  } finally {
    clearTimeout(timer);
    response.off('close', onClose);
  }
}
