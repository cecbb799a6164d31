/**
 * Which routes show content, as their handlers themselves say: the guard marks each that it makes, and the
 * description takes from the routers where they are. No route says it a second time, so none can forget to.
 */
import type { Request, RequestHandler, Router } from 'express';
import { takesInspectionHeader } from './inspection-header.js';

const SHOWS_CONTENT: unique symbol = Symbol('shows content');

/** For the guard: the same handler, marked. */
export function markDisclosing(handler: RequestHandler): RequestHandler {
  return Object.assign(handler, { [SHOWS_CONTENT]: true });
}

/** The handler of a route that has one for each of several answers: it shows content if one of them does. */
export function eitherHandler<Name extends string>(
  handlers: Readonly<Record<Name, RequestHandler>>,
  choose: (request: Request) => Name,
): RequestHandler {
  const handler: RequestHandler = (request, response, next) =>
    handlers[choose(request)](request, response, next);
  const all = Object.values<RequestHandler>(handlers);
  return all.some(showsContent) ? markDisclosing(handler) : handler;
}

export interface MountedRouter {
  readonly mountPath: string;
  readonly router: Router;
}

/** Those that read under the inspection of the header, as `operationName` names them. */
export function operationsUnderHeader(mounted: readonly MountedRouter[]): ReadonlySet<string> {
  return new Set(
    mounted.flatMap(({ mountPath, router }) =>
      router.stack.flatMap(({ route }) =>
        route === undefined || !takesInspectionHeader(route.path)
          ? []
          : route.stack
              .filter(({ handle }) => showsContent(handle))
              .map(({ method }) => operationName(method, describedPath(mountPath, route.path))),
      ),
    ),
  );
}

/** @param path as the description writes it: `/v1/ledgers/{ledger}`. */
export function operationName(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}

function describedPath(mountPath: string, path: string): string {
  return `${mountPath === '/' ? '' : mountPath}${path.replace(/[:*](\w+)/g, '{$1}')}`;
}

function showsContent(handler: object): boolean {
  return SHOWS_CONTENT in handler;
}
