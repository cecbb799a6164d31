/**
 * A request that has been answered before its body had ended is read to its end, so that a client
 * that sends first and reads then gets the answer; but not for ever.
 */
import type { RequestHandler } from 'express';

export function limitAbandonedBody(timeoutMillis: number): RequestHandler {
  return (request, response, next) => {
    response.once('finish', () => {
      if (request.complete || request.destroyed) return;
      const timer = setTimeout(() => {
        request.socket.destroy();
      }, timeoutMillis);
      request.once('close', () => {
        clearTimeout(timer);
      });
    });
    next();
  };
}
