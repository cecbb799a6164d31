/** One path and its methods; every other method is answered by 405 and the list of those there are. */
import type { RequestHandler, Router } from 'express';
import { ApiError } from './api-error.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * Adds the path to the router. GET answers HEAD as well; OPTIONS is answered here.
 * @param headers of the answer to OPTIONS, besides `Allow`.
 */
export function addResource(
  router: Router,
  path: string,
  handlers: Readonly<Partial<Record<Method, RequestHandler>>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const route = router.route(path);
  const { get, post, put, patch, delete: remove } = handlers;
  if (get !== undefined) route.get(get);
  if (post !== undefined) route.post(post);
  if (put !== undefined) route.put(put);
  if (patch !== undefined) route.patch(patch);
  if (remove !== undefined) route.delete(remove);
  const allowed = allowedMethods(handlers);
  route.all((request, response) => {
    response.setHeader('Allow', allowed);
    if (request.method === 'OPTIONS') response.set(headers).status(204).end();
    else throw new ApiError('METHOD_NOT_ALLOWED', `this path takes ${allowed}`);
  });
}

function allowedMethods(handlers: Readonly<Partial<Record<Method, RequestHandler>>>): string {
  const names = Object.keys(handlers).map((name) => name.toUpperCase());
  return [...names, ...(handlers.get === undefined ? [] : ['HEAD']), 'OPTIONS'].join(', ');
}
