/** The HTTP interface put together by hand: what every request passes, then the routes, then the end. */
import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Logger } from '../base/logger.js';
import { limitAbandonedBody } from './abandoned-body.js';
import { ApiError } from './api-error.js';
import { operationsUnderHeader } from './disclosing-routes.js';
import { buildOpenApi, type Describe, openApiRoutes } from './openapi.js';
import { problemHandler } from './problem.js';
import { limitRequests } from './rate-limit.js';
import { requestId } from './request-id.js';
import { logRequests } from './request-log.js';
import { dataHeaders } from './security-headers.js';

/** What a route file exports: its router, where that is mounted, and its part of the description. */
export interface RouteModule {
  /** `/v1`, or `/` for the few that have no version. */
  readonly mountPath: string;
  readonly router: Router;
  readonly describe: Describe;
}

export interface AppOptions {
  readonly logger: Logger;
  readonly version: string;
  readonly modules: readonly RouteModule[];
  /** How long the rest of a body may go on after its answer. */
  readonly requestTimeoutMillis: number;
  /** Per address; unlimited without it. */
  readonly requestsPerMinute?: number;
  /** See createMetrics. */
  readonly observe?: RequestHandler;
}

export function createApp(options: AppOptions): Express {
  const { logger, modules } = options;
  const app = express();
  app.disable('x-powered-by');
  // Express's ETags are weak, and made for answers that change.
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  // No nesting: `?a[b]=c` is a parameter named `a[b]`, which no schema knows.
  app.set('query parser', 'simple');

  app.use(requestId, logRequests(logger));
  if (options.observe !== undefined) app.use(options.observe);
  app.use(dataHeaders(), limitAbandonedBody(options.requestTimeoutMillis));
  if (options.requestsPerMinute !== undefined) app.use(limitRequests(options.requestsPerMinute));

  const describes = modules.map(({ describe }) => describe);
  const underHeader = operationsUnderHeader(modules);
  app.use(openApiRoutes(() => buildOpenApi(options.version, describes, underHeader)));
  for (const { mountPath, router } of modules) app.use(mountPath, router);

  app.use(() => {
    throw new ApiError('ROUTE_UNKNOWN', 'there is nothing at this path; see /docs');
  });
  app.use(problemHandler(logger));
  return app;
}
