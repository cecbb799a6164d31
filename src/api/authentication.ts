/**
 * A route says which action it is, and gets the principal that may do it. There is no other way to a
 * principal, so no route can forget to ask.
 */
import type { Request, RequestHandler, Response } from 'express';
import { AccessError } from '../access/access-error.js';
import type { ApiKeyRegistry } from '../access/api-key-registry.js';
import { type Action, authorize, type Principal } from '../access/authorize.js';
import type { Disclosure } from '../access/disclosure.js';
import type { LoginLimiter } from './rate-limit.js';

export type AuthorizedHandler = (
  principal: Principal,
  request: Request,
  response: Response,
) => void | Promise<void>;

/** Finds what is to be shown, and sends nothing by itself. */
export type DisclosingHandler = (
  principal: Principal,
  request: Request,
  response: Response,
) => Promise<Disclosure>;

export interface Guard {
  /** The handler of a route that does `action` in the tenant of whoever asks, and shows no payload. */
  (action: Action, handler: AuthorizedHandler): RequestHandler;
  /** Of a route that shows payloads: they are sent once they are on record. */
  disclosing(action: Action, handler: DisclosingHandler): RequestHandler;
}

export interface GuardOptions {
  readonly registry: Pick<ApiKeyRegistry, 'attempt'>;
  readonly limiter: LoginLimiter;
}

/** Handlers then throw AccessError ACCESS_KEY_…, ACCESS_DENIED or ApiError LOGIN_RATE_LIMITED. */
export function createGuard({ registry, limiter }: GuardOptions): Guard {
  const logIn = async (request: Request): Promise<Principal> => {
    const { claimed, outcome } = registry.attempt(request.headers.authorization);
    // Keys that do not exist count as one account: nobody is locked out, and nothing grows.
    const account = claimed ?? 'no key';
    // Before the outcome is told, even a good one: or guessing would go on under the limit.
    await limiter.check(request, account);
    if (!(outcome instanceof AccessError)) return outcome;
    await limiter.failed(request, account);
    throw outcome;
  };
  const guard =
    (action: Action, handler: AuthorizedHandler): RequestHandler =>
    async (request, response) => {
      const principal = await logIn(request);
      authorize(principal, action, principal.tenant);
      await handler(principal, request, response);
    };
  const disclosing = (action: Action, handler: DisclosingHandler): RequestHandler =>
    guard(action, async (principal, request, response) => {
      const { send } = await handler(principal, request, response);
      await send();
    });
  return Object.assign(guard, { disclosing });
}
