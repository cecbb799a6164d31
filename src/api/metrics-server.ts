/** `/metrics` and nothing else, on a port of its own. */
import type { RequestListener } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from '../base/logger.js';

export function metricsListener(registry: Registry, logger: Logger): RequestListener {
  return (request, response) => {
    if (request.url !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => {
        response.writeHead(200, {
          'Content-Type': registry.contentType,
          'Cache-Control': 'no-store',
        });
        response.end(request.method === 'HEAD' ? undefined : text);
      },
      (error: unknown) => {
        logger.error('metrics failed', { error });
        response.writeHead(500).end();
      },
    );
  };
}
