/** One line for each request that went wrong; those that went well only at level debug. */
import type { RequestHandler } from 'express';
import type { Logger } from '../base/logger.js';

/** Paths are not logged: they hold subjects. The route's template is in the metrics. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    response.once('close', () => {
      const fields = {
        requestId: response.getHeader('X-Request-Id'),
        method: request.method,
        status: response.statusCode,
        complete: response.writableFinished,
      };
      if (response.statusCode >= 400) logger.info('request refused', fields);
      else logger.debug('request answered', fields);
    });
    next();
  };
}
