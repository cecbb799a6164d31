/** A body of any length as it arrives. */
import type { IncomingMessage } from 'node:http';
import { assert } from '../base/errors.js';
import { ApiError } from './api-error.js';

/**
 * Like iterating the request, but an end that comes early keeps the connection, for a problem.
 * @param idleTimeoutMillis longest time without a byte in either direction.
 * @throws ApiError REQUEST_TIMEOUT, BODY_INCOMPLETE.
 */
export async function* bytesOf(
  request: IncomingMessage,
  idleTimeoutMillis: number,
): AsyncGenerator<Uint8Array> {
  const onTimeout = (): void => {
    request.destroy(
      new ApiError('REQUEST_TIMEOUT', `nothing was sent or read for ${idleTimeoutMillis} ms`),
    );
  };
  request.setTimeout(idleTimeoutMillis, onTimeout);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      assert(chunk instanceof Uint8Array, 'a request without an encoding gives bytes');
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError('BODY_INCOMPLETE', 'the connection ended before the body', { cause });
  } finally {
    request.off('timeout', onTimeout);
    request.resume();
  }
}
