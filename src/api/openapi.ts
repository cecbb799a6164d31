/** The OpenAPI 3.1 description, made from the schemas that validate: what it says is what is checked. */
import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import { z } from 'zod';
import { assert } from '../base/errors.js';
import { operationName } from './disclosing-routes.js';
import { inspectionHeaders } from './inspection-header.js';
import { readHeaders } from './ledger-places.js';
import { addResource } from './resource.js';
import { pageHeaders } from './security-headers.js';

/** Adds a route's paths to the description. */
export type Describe = (registry: OpenAPIRegistry) => void;

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

/** @param underHeader the operations that read under an inspection: see `operationsUnderHeader`. */
export function buildOpenApi(
  version: string,
  parts: readonly Describe[],
  underHeader: ReadonlySet<string>,
): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key.',
  });
  for (const describe of parts) describe(registry);
  const definitions = registry.definitions.map((one) => {
    if (one.type !== 'route') return one;
    const { method, path } = one.route;
    const readable = isLedgerRead(one.route) ? withHeaders(one.route, readHeaders) : one.route;
    return {
      ...one,
      route: underHeader.has(operationName(method, path))
        ? withHeaders(readable, inspectionHeaders)
        : readable,
    };
  });
  return new OpenApiGeneratorV31(definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Chirograph',
      version,
      description: 'A compliance audit and identity ledger whose every answer can be checked.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ key: [] }],
  });
}

function isLedgerRead({ method, path }: RouteConfig): boolean {
  return method === 'get' && path.includes('/{ledger}');
}

function withHeaders(route: RouteConfig, more: z.ZodObject): RouteConfig {
  const { headers } = route.request ?? {};
  const all = headers === undefined ? more : more.extend(shapeOf(headers));
  return { ...route, request: { ...route.request, headers: all } };
}

function shapeOf(headers: unknown): z.ZodRawShape {
  assert(headers instanceof z.ZodObject, 'headers of a route are described as an object');
  return headers.shape;
}

/**
 * `/openapi.json`, and `/docs` that shows it with nothing but the node's own files.
 *
 * @param build called once, when somebody asks: it takes as long as all the rest of opening a node.
 */
export function openApiRoutes(build: () => OpenApiDocument): Router {
  const router = Router({ caseSensitive: true });
  let text: string | undefined;
  addResource(router, '/openapi.json', {
    get: (_request, response) => {
      text ??= JSON.stringify(build());
      response.type('application/json').send(text);
    },
  });
  const options = {
    customSiteTitle: 'Chirograph API',
    swaggerUrl: '/openapi.json',
    // Without it Swagger UI asks a server on the Internet whether the description is valid.
    swaggerOptions: { validatorUrl: null },
  };
  router.use('/docs', pageHeaders(), ...swaggerUi.serveFiles(undefined, options));
  router.get('/docs', swaggerUi.setup(undefined, options));
  return router;
}
