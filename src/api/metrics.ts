/** What an operator's monitoring reads, on a port of its own that no API client can reach. */
import type { Request, RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** Other parts add theirs here; it is served at /metrics. */
  readonly registry: Registry;
  /** Times every request. */
  readonly observe: RequestHandler;
}

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'chirograph_http_request_duration_seconds',
    help: 'From the first byte of a request until the last of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const observe: RequestHandler = (request, response, next) => {
    const stop = duration.startTimer();
    response.once('close', () => {
      stop({ method: methodOf(request), route: routeOf(request), status: response.statusCode });
    });
    next();
  };
  return { registry, observe };
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

/** Node takes some thirty methods; labels must not grow with what strangers send. */
function methodOf(request: Request): string {
  return METHODS.includes(request.method) ? request.method : 'other';
}

/** The route's template, never the path: that holds subjects, and is without end. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'none';
  return typeof route.path === 'string' ? `${request.baseUrl}${route.path}` : 'none';
}
